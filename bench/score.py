"""Scoring a long drill beside reading its timeline from SQLite: 10,000 entries of probes, alerts and people."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from places import Place
from row import QUICK, Row, Say, in_turn, program

from drills.store import Line, open_store
from scoring import timeline
from scoring.facts import SECOND
from scoring.rubric import AlertLimit, ContainmentLimit, RecoveryLimit, Rubric, SharedPictureLimit
from scoring.scorecard import score

ENTRIES = 10_000
PEOPLE = ("ana", "li", "jo", "kim")
BEGAN = 1_700_000_000 * SECOND
RUBRIC = Rubric(
    steady_state=("eu-pays",),
    time_limit=ENTRIES,
    alert=AlertLimit("CheckoutSlow", 120.0, says=("checkout",)),
    recovery=RecoveryLimit(ENTRIES, ("eu-pays", "us-pays"), ("no-duplicates",), 60.0),
    shared_picture=SharedPictureLimit(600.0),
    containment=ContainmentLimit(900.0, "errors"),
    answer={"journey": "a customer pays", "state": "slow", "harmed": ["eu-web"], "cause": ["slow database"]},
)


def measure(times: int, say: Say) -> Iterator[Row]:
    wanted = ENTRIES if times > QUICK else ENTRIES // 20
    with Place() as place:
        path = Path(place.folder, "store.db")
        _fill(path, wanted)
        store = open_store(path, read_only=True)
        try:
            entries = store.entries("1")
            ours, theirs = in_turn(
                times, say, lambda: _timed(lambda: score(entries)), lambda: _timed(lambda: store.entries("1"))
            )
        finally:
            store.close()
    yield Row(f"scoring a drill of {len(entries)} entries", ours, "reading them from SQLite", theirs, goal=5.0)


def _timed(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _fill(path: Path, count: int) -> None:
    store = open_store(path)
    try:
        store.begin("1", "long", "checkout", "staging", BEGAN)
        store.append_many("1", list(_lines(count)))
    finally:
        store.close()


def _lines(count: int) -> Iterator[Line]:
    started = {"state": "started", "drill": "1", "scenario": "long", "title": "Long", "service": "checkout"}
    yield _line(0, timeline.DRILL, {**started, "environment": "staging", "rubric": RUBRIC.to_json()})
    yield _line(0, timeline.SOURCE, {"source": "alerts", "listening": True, "why": ""})
    for name in PEOPLE:
        person = {"person": name, "role": "specialist", "state": "joined", "robot": False}
        yield _line(0, timeline.PERSON, person, name)
    for at, phase in ((1, "injecting"), (2, "active")):
        yield _fault(at, phase)
    for number in range(3, count - 3):
        yield _any(number)
    for at, phase in ((count - 2, "reverting"), (count - 1, "clear")):
        yield _fault(at, phase)
    yield _line(count, timeline.DRILL, {"state": "ended", "outcome": "completed", "why": "all faults clear"})


def _fault(at: int, phase: str) -> Line:
    body = {"fault": "slow", "change": "slow", "kind": "noop", "subject": "x", "phase": phase, "why": "", "by": "us"}
    return _line(at, timeline.FAULT, body)


def _any(number: int) -> Line:
    """Six of ten are looks at probes, one is an alert, three are of people."""
    name, turn = PEOPLE[number % len(PEOPLE)], number % 10
    said = {"noticed_at": None, "evidence": [], "corrects": None}
    if turn < 6:
        probe = ("eu-pays", "us-pays", "no-duplicates", "errors")[number % 4]
        stamps = {"looked_at": BEGAN + number * SECOND, "looked_before": BEGAN + (number - 4) * SECOND}
        body = {"probe": probe, "good": number % 3 > 0, "value": number % 7, "why": "status 200", "cohort": "eu-web"}
        return _line(number, timeline.PROBE, {**body, **stamps})
    if turn == 6:
        body = {"source": "alerts", "fingerprint": str(number % 50), "name": "CheckoutSlow", "labels": {"region": "eu"}}
        stamps = {"starts_at": BEGAN + number * SECOND, "event_at": None, "received_at": BEGAN + number * SECOND}
        told = {"annotations": {"summary": "checkout is slow"}, "status": ("firing", "resolved")[number // 10 % 2]}
        return _line(number, timeline.ALERT, {**body, **stamps, **told})
    if turn == 7:
        marks = ("observation", "guess", "decision", "action", "update")
        body = {
            "mark": marks[number // 10 % len(marks)],
            "text": f"queue depth rises, {number}",
            "purpose": "mitigation",
        }
        return _line(number, timeline.MARK, {**said, **body, "expect": "eu-pays", "by": 60}, name)
    if turn == 8:
        parts = {"journey": "a customer pays", "state": "slow", "data_risk": [], "harmed": ["eu-web"], "safe": []}
        more = {"hypothesis": "a slow database", "unsafe": [], "next": "shed load", "missing": []}
        return _line(number, timeline.PICTURE, {**said, "revision": number // 10, **parts, **more}, name)
    return _line(number, timeline.ACK, {**said, "revision": number // 10, "agrees": True, "text": ""}, name)


def _line(at: float, kind: str, body: dict[str, Any], by: str = "gameday") -> Line:
    return Line(BEGAN + round(at * SECOND), kind, by, "all", body)


if __name__ == "__main__":
    program(measure, times=7)
