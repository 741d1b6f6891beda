"""When responders first shared one picture, by their acknowledgements. Finds the moment; judges nothing."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from scoring.facts import Facts
from scoring.room import Said
from scoring.rubric import Rubric

Json = Any
PARTS = ("journey", "state", "data_risk", "harmed", "safe", "hypothesis", "unsafe", "next")
FEWEST = 2
"""Nobody shares a picture alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who was there at one moment, and who held the picture that most of them held."""

    at: int
    present: frozenset[str]
    picture: Said | None
    agreed: frozenset[str]
    needed: int

    @property
    def shared(self) -> bool:
        """Did a quorum hold it?"""
        return len(self.present) >= FEWEST and len(self.agreed) >= self.needed


def standings(facts: Facts, rubric: Rubric) -> list[Standing]:
    """The room after each change to it, from the injecting call on.

    Everybody holds the last complete revision they set or acknowledged, until they set another or say that they no
    longer share it. Who speaks without ever having joined is there from their first word.
    """
    room, began = facts.room, facts.began or 0
    told = [each for each in (*room.pictures, *room.acks) if each.at >= began and room.is_responder(each)]
    told.sort(key=lambda each: (each.at, each.seq))
    moves = {moment for stay in room.stays for moment in (stay.since, stay.until) if moment and moment > began}
    pictures: dict[Json, Said] = {}
    held: dict[str, Said | None] = {}
    unjoined = _first_words(facts)
    found = []
    for moment in sorted({began, *moves, *(each.at for each in told), *unjoined.values()}):
        while told and told[0].at <= moment:
            _take(told.pop(0), pictures, held)
        present = room.responders(moment) | {person for person, first in unjoined.items() if first <= moment}
        found.append(_standing(moment, present, held, rubric.quorum))
    return found


def first_agreement(facts: Facts, rubric: Rubric) -> Standing | None:
    """The first moment a quorum of those present held the same complete revision."""
    return next((each for each in standings(facts, rubric) if each.shared), None)


def missing(picture: Said) -> list[str]:
    """What a revision leaves open."""
    return [part for part in PARTS if picture.body.get(part) is None]


def _take(said: Said, pictures: dict[Json, Said], held: dict[str, Said | None]) -> None:
    revision = said.body.get("revision")
    if "agrees" not in said.body:
        pictures[revision] = said
        held[said.by] = None if missing(said) else said
        return
    meant = pictures.get(revision)
    if meant is not None and said.body["agrees"] and not missing(meant):
        held[said.by] = meant
    elif meant is not None and not said.body["agrees"] and held.get(said.by) is meant:
        held[said.by] = None


def _standing(moment: int, present: frozenset[str], held: dict[str, Said | None], quorum: float) -> Standing:
    by_picture: dict[int, set[str]] = {}
    pictures = {picture.seq: picture for picture in held.values() if picture is not None}
    for person, picture in held.items():
        if picture is not None and person in present:
            by_picture.setdefault(picture.seq, set()).add(person)
    most = max(sorted(by_picture, reverse=True), key=lambda seq: len(by_picture[seq]), default=0)
    return Standing(
        at=moment,
        present=present,
        picture=pictures.get(most),
        agreed=frozenset(by_picture.get(most, ())),
        needed=max(FEWEST, ceil(quorum * len(present) - 1e-9)),
    )


def _first_words(facts: Facts) -> dict[str, int]:
    """The first word of each who never joined, after the injecting call."""
    joined = {stay.person for stay in facts.room.stays}
    first: dict[str, int] = {}
    for each in facts.room.said:
        if each.by not in joined and each.at >= (facts.began or 0):
            first.setdefault(each.by, each.at)
    return first
