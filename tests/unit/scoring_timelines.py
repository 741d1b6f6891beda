"""Timelines for the tests of scoring, told in seconds: the fault begins at 1.0 and is confirmed at 1.5 by default."""

from dataclasses import dataclass, field
from typing import Any, Self

from scoring.result import Result
from scoring.rubric import AlertLimit, RecoveryLimit, Rubric, UnharmedLimit
from scoring.scorecard import Scorecard, score
from scoring.timeline import ALERT, DRILL, FAULT, NOTE, PROBE, SOURCE, STOP, Entry

SECOND = 1_000_000_000
START = 1_760_000_000 * SECOND + 123_456_789
T0 = 1.5
RUBRIC = Rubric(
    steady_state=("pays",),
    time_limit=60,
    alert=AlertLimit("CheckoutSlow", 10, {"region": "eu"}, ("checkout", "slow")),
    recovery=RecoveryLimit(40, negative_checks=("no-duplicates",), watch=5),
    unharmed=UnharmedLimit(("us-pays",)),
)


def ns(seconds: float) -> int:
    return START + round(seconds * SECOND)


@dataclass
class Timeline:
    """Entries in the order in which they are told; `after` in results counts from T0."""

    rubric: Rubric = RUBRIC
    entries: list[Entry] = field(default_factory=list)

    def add(self, at: float, kind: str, body: dict[str, Any], by: str = "gameday") -> Self:
        self.entries.append(Entry(len(self.entries) + 1, ns(at), kind, by, "facilitators", body))
        return self

    def started(self) -> Self:
        body = {"state": "started", "drill": "1", "scenario": "slow-db", "title": "Slow", "service": "checkout"}
        return self.add(0, DRILL, {**body, "environment": "staging", "rubric": self.rubric.to_json()})

    def source(self, at: float = 0.1, name: str = "pager", *, listening: bool = True) -> Self:
        return self.add(at, SOURCE, {"source": name, "listening": listening, "why": "" if listening else "refused"})

    def fault(self, at: float, phase: str, change: str = "slow", *, by: str = "us", fault: str = "") -> Self:
        body = {"fault": fault or change, "change": change, "kind": "noop", "subject": "db", "phase": phase, "why": ""}
        return self.add(at, FAULT, {**body, "by": by})

    def bent(self, began: float = 1.0, felt: float = T0, cleared: float = 20.0, *, by: str = "us") -> Self:
        self.fault(began - 0.1, "prepared").fault(began, "injecting").fault(felt, "active")
        return self.fault(cleared - 0.2, "reverting").fault(cleared, "clear", by=by)

    def look(self, at: float, probe: str, *, good: bool | None, before: float | None = None) -> Self:
        why = {True: "status 200", False: "status 503, wanted 200", None: "timed out"}[good]
        stamps = {"looked_at": ns(at - 0.1), "looked_before": None if before is None else ns(before)}
        return self.add(at, PROBE, {"probe": probe, "good": good, "why": why, "value": 1, **stamps})

    def alert(
        self,
        at: float,
        *,
        name: str = "CheckoutSlow",
        status: str = "firing",
        starts: float | None = None,
        region: str = "eu",
        says: str = "Checkout is slow",
        fingerprint: str = "f1",
        source: str = "pager",
    ) -> Self:
        body = {
            "source": source,
            "fingerprint": fingerprint,
            "name": name,
            "status": status,
            "labels": {"region": region, "severity": "page"},
            "annotations": {"summary": says, "runbook_url": "https://runbooks/checkout-slow"},
            "starts_at": None if starts is None else ns(starts),
            "event_at": None,
            "received_at": ns(at),
            "received_mono": round(at * SECOND),
        }
        return self.add(at, ALERT, body, by=source)

    def stop(self, at: float, rule: str = "stop pressed") -> Self:
        return self.add(at, STOP, {"rule": rule, "why": "enough", "by": "ana"})

    def note(self, at: float, text: str = "hello") -> Self:
        return self.add(at, NOTE, {"text": text})

    def ended(self, at: float = 50.0, outcome: str = "completed", why: str = "") -> Self:
        return self.add(at, DRILL, {"state": "ended", "outcome": outcome, "why": why, "exit_code": 0})

    def card(self) -> Scorecard:
        return score(self.entries)

    def result(self, measure: str, about: str = "") -> Result:
        return next(row.result for row in self.card().rows if (row.measure, row.about) == (measure, about))

    def verdict(self, measure: str) -> str:
        return str(next(row.verdict for row in self.card().rows if (row.measure, row.about) == (measure, "")))


def good_drill(rubric: Rubric = RUBRIC) -> Timeline:
    """Everything met: felt at 2.0, alert at 4.0, cleared at 20, good again at 22, watched to 49."""
    told = Timeline(rubric).started().source()
    for probe in ("pays", "us-pays", "no-duplicates"):
        told.look(0.3, probe, good=True)
    told.bent().look(2.0, "pays", good=False, before=1.4).alert(4.0, starts=3.5)
    told.look(22.0, "pays", good=True, before=21.5)
    for probe in ("pays", "us-pays", "no-duplicates"):
        told.look(49.0, probe, good=True, before=48.5)
    return told.ended()
