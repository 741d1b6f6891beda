"""The lanes of a drill's timeline: what lasted as bars, what happened as points. Pure; moments are seconds from t0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from scoring.facts import SECOND, Facts, Look
from scoring.room import Said
from scoring.timeline import ALERT, MESSAGE, Entry
from scoring.wording import clock

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
    """One line of the picture; `kind` is fault, bad, alert, message or people."""

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
    world = [*_faults(facts, zero, last), *_probes(facts, zero, last), *_alerts(facts, zero)]
    lanes = [*world, *_messages(facts, zero, last), *_people(facts, zero)]
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
        bars = tuple(_stretches(looks, zero, last))
        if bars:
            yield Lane(f"probe {probe}", "bad", bars)


def _stretches(looks: Sequence[Look], zero: int, last: int) -> Iterable[Bar]:
    """Bad and no answer are two things; looks that say the same one after the other are one stretch."""
    for good, same in groupby([*pairwise([*looks, None])], key=lambda pair: pair[0].good if pair[0] else None):
        pairs = list(same)
        first, after = pairs[0][0], pairs[-1][1]
        if good is not True and first is not None:
            words = "bad" if good is False else "no answer"
            end = after.at if after is not None else last
            told = f"{words}: {first.why}" if first.why else words
            yield Bar((first.at - zero) / SECOND, (end - zero) / SECOND, told)


def _alerts(facts: Facts, zero: int) -> Iterable[Lane]:
    points = [
        Point((entry.at - zero) / SECOND, f"{entry.body.get('name')} is {entry.body.get('status')}")
        for entry in facts.entries
        if entry.kind == ALERT
    ]
    if points:
        yield Lane("alerts", "alert", points=tuple(points))


def _messages(facts: Facts, zero: int, last: int) -> Iterable[Lane]:
    """What was sent into the room; a message that wants a reply lasts until that is due, or came."""
    sent = [entry for entry in facts.entries if entry.kind == MESSAGE]
    wanting = [entry for entry in sent if entry.body.get("reply")]
    bars = tuple(_wanted(entry, facts, zero, last) for entry in wanting)
    plain = [entry for entry in sent if not entry.body.get("reply")]
    points = tuple(Point((entry.at - zero) / SECOND, _told(entry)) for entry in plain)
    if sent:
        yield Lane("messages", "message", bars, points)


def _wanted(entry: Entry, facts: Facts, zero: int, last: int) -> Bar:
    reply = entry.body["reply"]
    kind, within = str(reply.get("kind")), float(reply.get("within") or 0.0)
    due = entry.at + round(within * SECOND)
    came = next((each for each in facts.room.marks if each.mark == kind and entry.at <= each.at <= due), None)
    word = f"{kind} by {came.by}" if came else f"no {kind}" if last >= due else f"no {kind} yet"
    end = came.at if came else min(due, last)
    told = f"wants {kind} within {clock(within)}: {word}; {_told(entry)}"
    return Bar((entry.at - zero) / SECOND, (end - zero) / SECOND, told)


def _told(entry: Entry) -> str:
    number = f"question {entry.body['question']}" if entry.body.get("question") else str(entry.body.get("sender") or "")
    return f"{number}: {entry.body.get('text')}"


def _people(facts: Facts, zero: int) -> Iterable[Lane]:
    """What people entered and still stands: what they corrected is on the timeline alone."""
    room = facts.room
    for mark in LANES_OF_PEOPLE:
        name = "guesses" if mark == "guess" else f"{mark}s"
        yield from _lane(name, [(each, each.text) for each in room.marks if each.mark == mark], zero)
    pictures = [(each, f"picture {each.body.get('revision')}") for each in room.pictures]
    acks = [(each, f"{_agrees(each)} picture {each.body.get('revision')}") for each in room.acks]
    yield from _lane("picture", [*pictures, *acks], zero)
    declared = [(each, str(each.body.get("declares"))) for each in room.declarations]
    severe = [(each, f"severity {each.body.get('severity')}") for each in room.severities]
    yield from _lane("declared", [*declared, *severe], zero)
    steps = [(each, f"step {each.body.get('step')} {each.body.get('verdict')}") for each in room.steps]
    yield from _lane("runbook", steps, zero)


def _lane(name: str, said: Sequence[tuple[Said, str]], zero: int) -> Iterable[Lane]:
    ordered = sorted(said, key=lambda each: (each[0].at, each[0].seq))
    points = [Point((each.at - zero) / SECOND, f"{each.by}: {words}") for each, words in ordered]
    if points:
        yield Lane(name, "people", points=tuple(points))


def _agrees(ack: Said) -> str:
    return "shares" if ack.body.get("agrees") else "does not share"
