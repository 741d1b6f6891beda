"""Any sender's JSON, through a mapping in gameday.yaml that says where each thing stands. Runs no code.

A path is `alert.rule.title`, `items.0.id`, or `labels."app.kubernetes.io/name"` where a key holds what a path may not.
"""

import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from drills.signals import subset
from drills.signals.contract import Alert
from drills.signals.sources.alertmanager_json import fingerprint
from drills.signals.sources.epochs import Unit, from_epoch
from drills.signals.sources.shapes import ALERTS_LIMIT, raw, whole
from injectors.values import Keys

_STEP = r'(?:[A-Za-z0-9_\-]+|"[^"\x00-\x1f]+")'
_PATH = re.compile(rf"{_STEP}(?:\.{_STEP}){{0,19}}", re.ASCII)
TEXT_LIMIT = 8192
"""Characters of one label or annotation."""


def _path(text: str) -> str:
    if not _PATH.fullmatch(text):
        raise ValueError('write a path such as alert.title, items.0.id or labels."app.kubernetes.io/name"')
    return text


Path = Annotated[str, Field(max_length=500), AfterValidator(_path)]
Paths = Annotated[dict[Annotated[str, Field(min_length=1, max_length=200)], Path], Field(max_length=50)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=20)]


class When(Keys):
    """Where a time stands, and how it is written."""

    at: Path
    unit: Unit = "rfc3339"


class Mapping(Keys):
    """Where each thing stands in what the sender sends."""

    alerts: Path | None = Field(default=None, description="the list of alerts; without it the body is one alert")
    name: Path = Field(description="the alert's name, as `expect: alert: name:` says it")
    status: Path = Field(description="the word for its state")
    firing: Annotated[Words, Field(min_length=1)] = Field(description="the words that say it fires")
    resolved: Words = Field(default_factory=list, description="the words that say it is over")
    ignored: Words = Field(default_factory=list, description="the words that are no news; any other word is refused")
    fingerprint: Path | None = Field(default=None, description="the same alert has the same; default: name and labels")
    starts_at: When | None = Field(default=None, description="when it began: {at: PATH, unit: ...}")
    event_at: When | None = Field(default=None, description="when this change was: {at: PATH, unit: ...}")
    labels: Paths = Field(default_factory=dict, description="label -> path")
    annotations: Paths = Field(default_factory=dict, description="annotation -> path: what the alert says")


def sent(mapping: Mapping, source: str, body: bytes, received: tuple[int, int]) -> list[Alert]:
    """Read a body. Raises `ValueError` that echoes no value."""
    parsed = subset.parse(body)
    told = [parsed] if mapping.alerts is None else found_at(parsed, mapping.alerts)
    if not isinstance(told, list) or len(told) > ALERTS_LIMIT:
        raise ValueError(f"{mapping.alerts}: a list of at most {ALERTS_LIMIT} alerts is expected")
    alerts = [_alert(mapping, source, each, received) for each in told]
    return [each for each in alerts if each is not None]


def found_at(held: Any, path: str) -> Any:
    """The value at this path; None when it is not there."""
    for step in re.findall(_STEP, path):
        key = step.strip('"')
        if isinstance(held, dict):
            held = held.get(key)
        elif isinstance(held, list) and key.isdecimal() and len(key) < 6 and int(key) < len(held):
            held = held[int(key)]
        else:
            return None
    return held


def _alert(mapping: Mapping, source: str, told: Any, received: tuple[int, int]) -> Alert | None:
    status = _status(mapping, told)
    if not status:
        return None
    name, labels = _text(told, mapping.name), _texts(told, mapping.labels)
    if not name:
        raise ValueError(f"{mapping.name}: the alert's name is missing")
    starts_at, event_at = _moment(told, mapping.starts_at), _moment(told, mapping.event_at)
    given = _text(told, mapping.fingerprint)[:200] if mapping.fingerprint else ""
    return Alert(
        source=source,
        fingerprint=given or fingerprint({**labels, "alertname": name}),
        name=name,
        status=status,
        labels=labels,
        annotations=_texts(told, mapping.annotations),
        starts_at=starts_at,
        event_at=event_at or (starts_at if status == "firing" else None),
        received_at=received[0],
        received_mono=received[1],
        raw=raw(told),
    )


def _status(mapping: Mapping, told: Any) -> str:
    word = _text(told, mapping.status)
    if word in mapping.firing:
        return "firing"
    if word in mapping.resolved:
        return "resolved"
    if word in mapping.ignored:
        return ""
    what = "is missing" if not word else "is a word of none of `firing`, `resolved` and `ignored`"
    raise ValueError(f"{mapping.status}: the state {what}")


def _moment(told: Any, when: When | None) -> int | None:
    value = found_at(told, when.at) if when else None
    return None if when is None or value is None else from_epoch(value, when.unit, when.at)


def _texts(told: Any, paths: dict[str, str]) -> dict[str, str]:
    found = {name: _text(told, path) for name, path in paths.items()}
    return {name: text for name, text in found.items() if text}


def _text(told: Any, path: str) -> str:
    """A text as it is, anything else as JSON; empty when it is not there."""
    value = found_at(told, path)
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return whole(text[:TEXT_LIMIT])
