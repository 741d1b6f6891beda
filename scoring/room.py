"""The people's side of a timeline, read once: who was there, what they marked, shared, tried. It judges nothing.

A corrected entry does not count, from the beginning; the correction counts from its own time. `at` is when something
was entered, `noticed` when its author says it was noticed: the two are never merged.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.timeline import ACK, BY_PEOPLE, DECLARATION, MARK, PERSON, PICTURE, SEVERITY, STEP, Entry

Json = Any
NOT_COUNTED = ("observer", "facilitator")
"""Roles that are in the room and are no responders: no quorum waits for them, and none of their marks is a measure."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a person entered that counts."""

    seq: int
    at: int
    noticed: int
    """At most `at`; the same when nothing else was said."""
    by: str
    body: Mapping[str, Json]

    @property
    def mark(self) -> str:
        """The type of a mark; empty for everything else."""
        return str(self.body.get("mark") or "")

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.body.get("text") or "")


@dataclass(frozen=True, slots=True)
class Stay:
    """One person in one role, from until; None: to the end."""

    person: str
    role: str
    since: int
    until: int | None
    robot: bool

    def at(self, moment: int) -> bool:
        """Was this person here then?"""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Room:
    """What people entered, in order of entry, without what was corrected."""

    stays: tuple[Stay, ...] = ()
    marks: tuple[Said, ...] = ()
    pictures: tuple[Said, ...] = ()
    acks: tuple[Said, ...] = ()
    severities: tuple[Said, ...] = ()
    declarations: tuple[Said, ...] = ()
    steps: tuple[Said, ...] = ()

    @property
    def empty(self) -> bool:
        """Did no responder take part? Observers and facilitators alone are none."""
        return not any(each.role not in NOT_COUNTED for each in self.stays) and not any(
            map(self.is_responder, self.said)
        )

    @property
    def said(self) -> tuple[Said, ...]:
        """Everything but coming and going, in order of entry."""
        lists = (self.marks, self.pictures, self.acks, self.severities, self.declarations, self.steps)
        return tuple(sorted((each for every in lists for each in every), key=lambda each: (each.at, each.seq)))

    def responders(self, moment: int) -> frozenset[str]:
        """Who was present then, observers and facilitators left out."""
        return frozenset(each.person for each in self.stays if each.at(moment) and each.role not in NOT_COUNTED)

    def is_responder(self, said: Said | Entry) -> bool:
        """Does it come from a responder? Somebody who never joined is one; who left speaks as what they were."""
        roles = [each.role for each in self.stays if each.person == said.by and each.since <= said.at]
        return not roles or roles[-1] not in NOT_COUNTED

    def marked(self, *marks: str) -> list[Said]:
        """The responders' marks of these types."""
        return [each for each in self.marks if each.mark in marks and self.is_responder(each)]

    def declared(self, state: str) -> list[Said]:
        """The responders' declarations of this."""
        return [each for each in self.declarations if each.body.get("declares") == state and self.is_responder(each)]


def read_room(ordered: Sequence[Entry]) -> Room:
    """Take the people's entries of a timeline (in order of time) apart."""
    entries = _once(entry for entry in ordered if entry.kind in BY_PEOPLE)
    gone = _corrected(entries)
    counted = [entry for entry in entries if entry.seq not in gone]
    return Room(
        stays=_stays(entry for entry in counted if entry.kind == PERSON),
        marks=_said(counted, MARK),
        pictures=_said(counted, PICTURE),
        acks=_said(counted, ACK),
        severities=_said(counted, SEVERITY),
        declarations=_said(counted, DECLARATION),
        steps=_said(counted, STEP),
    )


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """Nobody says the same thing twice in one nanosecond: such an entry was told twice."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(
            json.dumps([entry.at, entry.kind, entry.by, dict(entry.body)], sort_keys=True, default=str), entry
        )
    return list(found.values())


def _corrected(entries: Iterable[Entry]) -> set[int]:
    """Entries that do not count: a later one of the same person corrects them, or they only withdraw."""
    authors = {entry.seq: entry.by for entry in entries}
    gone: set[int] = set()
    for entry in entries:
        corrects = entry.body.get("corrects")
        if not isinstance(corrects, int):
            continue
        if authors.get(corrects) == entry.by and corrects < entry.seq:
            gone.add(corrects)
        if entry.kind == MARK and not entry.body.get("text"):
            gone.add(entry.seq)
    return gone


def _said(entries: Iterable[Entry], kind: str) -> tuple[Said, ...]:
    return tuple(
        Said(entry.seq, entry.at, _noticed(entry), entry.by, entry.body) for entry in entries if entry.kind == kind
    )


def _noticed(entry: Entry) -> int:
    noticed = entry.body.get("noticed_at")
    return min(noticed, entry.at) if isinstance(noticed, int) and not isinstance(noticed, bool) else entry.at


def _stays(entries: Iterable[Entry]) -> tuple[Stay, ...]:
    stays: list[Stay] = []
    there: dict[str, tuple[str, int, bool]] = {}

    def close(person: str, until: int | None) -> None:
        role, since, robot = there.pop(person)
        stays.append(Stay(person, role, since, until, robot))

    for entry in entries:
        person = str(entry.body.get("person") or entry.by)
        if person in there:
            close(person, entry.at)
        if entry.body.get("state") == "joined":
            role = str(entry.body.get("role") or "specialist")
            there[person] = (role, entry.at, bool(entry.body.get("robot")))
    for person in list(there):
        close(person, None)
    return tuple(sorted(stays, key=lambda stay: (stay.since, stay.person)))
