"""The lanes of a drill's timeline: what lasted as bars, what happened as points. Pure; moments are seconds from t0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scoring.facts import SECOND, Facts
from scoring.timeline import ACK, ALERT, DECLARATION, MARK, PICTURE, SEVERITY, STEP, Entry

LANES_OF_PEOPLE = ("observation", "guess", "decision", "action", "update", "question", "answer", "handoff", "accept")


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasted."""

    begin: float
    end: float
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """Something that happened."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the picture; `kind` is fault, bad, alert or people."""

    name: str
    kind: str
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Lanes:
    """The whole picture, from its first moment to its last."""

    begin: float = 0.0
    end: float = 1.0
    lanes: tuple[Lane, ...] = field(default_factory=tuple)


def lanes_of(facts: Facts, zero: int) -> Lanes:
    """Draw a timeline; `zero` is the moment that counts as 0, in UTC ns."""
    last = max((entry.at for entry in facts.entries), default=zero)
    first = min((entry.at for entry in facts.entries), default=zero)
    lanes = [*_faults(facts, zero, last), *_probes(facts, zero, last), *_alerts(facts, zero), *_people(facts, zero)]
    begin, end = (first - zero) / SECOND, (last - zero) / SECOND
    return Lanes(begin, max(end, begin + 1), tuple(lanes))


def _faults(facts: Facts, zero: int, last: int) -> Iterable[Lane]:
    for change in facts.changes:
        began = change.felt or change.began
        if began is None:
            continue
        ended = change.cleared
        words = f"on, ended by {change.cleared_by}" if ended is not None else f"on, {change.phase}"
        bar = Bar((began - zero) / SECOND, ((ended or last) - zero) / SECOND, words)
        yield Lane(f"fault {change.id}", "fault", (bar,))


def _probes(facts: Facts, zero: int, last: int) -> Iterable[Lane]:
    for probe, looks in sorted(facts.probes.items()):
        bars = []
        for look, after in pairwise([*looks, None]):
            if look is not None and look.good is not True:
                end = after.at if after is not None else last
                bars.append(Bar((look.at - zero) / SECOND, (end - zero) / SECOND, look.why or "no answer"))
        if bars:
            yield Lane(f"bad: {probe}", "bad", tuple(bars))


def _alerts(facts: Facts, zero: int) -> Iterable[Lane]:
    points = [
        Point((entry.at - zero) / SECOND, f"{entry.body.get('name')} is {entry.body.get('status')}")
        for entry in facts.entries
        if entry.kind == ALERT
    ]
    if points:
        yield Lane("alerts", "alert", points=tuple(points))


def _people(facts: Facts, zero: int) -> Iterable[Lane]:
    for mark in LANES_OF_PEOPLE:
        marks = [each for each in facts.entries if each.kind == MARK and each.body.get("mark") == mark]
        yield from _lane(f"{mark}s", marks, zero)
    for name, kinds in (("picture", (PICTURE, ACK)), ("declared", (DECLARATION, SEVERITY)), ("runbook", (STEP,))):
        yield from _lane(name, [each for each in facts.entries if each.kind in kinds], zero)


def _lane(name: str, entries: Sequence[Entry], zero: int) -> Iterable[Lane]:
    points = [Point((each.at - zero) / SECOND, f"{each.by}: {_said(each)}") for each in entries]
    if points:
        yield Lane(name, "people", points=tuple(points))


def _said(entry: Entry) -> str:
    body = entry.body
    named = {
        PICTURE: f"picture {body.get('revision')}",
        ACK: f"{'shares' if body.get('agrees') else 'does not share'} picture {body.get('revision')}",
        DECLARATION: str(body.get("declares")),
        SEVERITY: f"severity {body.get('severity')}",
        STEP: f"step {body.get('step')} {body.get('verdict')}",
    }
    return named.get(entry.kind) or str(body.get("text") or "")
