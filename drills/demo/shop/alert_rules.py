"""The monitor's rules: which measure is bad for how long, and what the alert then says. Pure: no clock, no network."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """One value the monitor saw; `detail` is the sentence that goes with it."""

    measure: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert rule of `alerts.toml`."""

    name: str
    measure: str
    seconds: float
    labels: Mapping[str, str]
    summary: str
    runbook: str
    above: float | None = None
    below: float | None = None

    def bad(self, value: float) -> bool:
        """Is this value on the bad side?"""
        return (self.above is not None and value > self.above) or (self.below is not None and value < self.below)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as people see it; `ended_at` is None while it fires. Times are UTC seconds."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    started_at: float
    ended_at: float | None = None

    @property
    def fingerprint(self) -> str:
        """The same labels, the same alert."""
        return hashlib.sha256(json.dumps(sorted(self.labels.items())).encode()).hexdigest()[:16]


def parse(text: str) -> list[Rule]:
    """The rules of a file. Raises `ValueError` when it is not one."""
    rules = []
    for row in tomllib.loads(text).get("alert", []):
        fields: dict[str, Any] = dict(row)
        try:
            rules.append(Rule(seconds=float(fields.pop("for")), **fields))
        except (KeyError, TypeError) as error:
            raise ValueError(f"alert {row.get('name', '?')}: {error}") from error
    return rules


class Evaluation:
    """What is bad since when, and what fires; fed with measures and the time."""

    def __init__(self, rules: Iterable[Rule], runbooks: str) -> None:
        self._rules = list(rules)
        self._runbooks = runbooks
        self._bad_since: dict[tuple[str, ...], float] = {}
        self.firing: dict[tuple[str, ...], Alert] = {}

    def use(self, rules: Iterable[Rule]) -> None:
        """Go on with other rules."""
        self._rules = list(rules)

    def look(self, measures: Iterable[Measured], now: float) -> list[Alert]:
        """The alerts that began or ended with these measures."""
        changed = []
        for seen in measures:
            for rule in self._rules:
                if rule.measure == seen.measure:
                    changed += self._judge(rule, seen, now)
        return changed

    def _judge(self, rule: Rule, seen: Measured, now: float) -> list[Alert]:
        key = (rule.name, *sorted(seen.labels.values()))
        if not rule.bad(seen.value):
            self._bad_since.pop(key, None)
            ended = self.firing.pop(key, None)
            return [Alert(ended.labels, ended.annotations, ended.started_at, now)] if ended else []
        since = self._bad_since.setdefault(key, now)
        if key in self.firing or now - since < rule.seconds:
            return []
        words = {"value": seen.value, "detail": seen.detail, **seen.labels}
        annotations = {"summary": rule.summary.format(**words), "runbook_url": f"{self._runbooks}/{rule.runbook}.md"}
        alert = Alert({"alertname": rule.name, **rule.labels, **seen.labels}, annotations, now)
        self.firing[key] = alert
        return [alert]
