"""What a tabletop told and asked, and what was decided on it. It judges nothing."""

from dataclasses import dataclass

from scoring.facts import SECOND, SITUATION, Facts
from scoring.timeline import MESSAGE
from scoring.wording import clock


@dataclass(frozen=True, slots=True)
class Asked:
    """One question."""

    number: str
    text: str
    within: str
    decided: tuple[tuple[str, str, str], ...]
    """When, by whom, what."""


def situation_of(facts: Facts) -> str:
    """What was read out; empty: this is no tabletop."""
    told = (each for each in facts.entries if each.kind == MESSAGE and each.body.get("message") == SITUATION)
    first = next(told, None)
    return str(first.body.get("text") or "") if first is not None and facts.told is not None else ""


def asked_in(facts: Facts, zero: int) -> tuple[Asked, ...]:
    """Each question, with the responders' decisions on it in order of entry."""
    asked = (each.body for each in facts.entries if each.kind == MESSAGE and each.body.get("question"))
    decisions = facts.room.marked("decision")
    return tuple(
        Asked(
            number=str(body["question"]),
            text=str(body.get("text") or ""),
            within=clock(float(body.get("within") or 0.0)),
            decided=tuple(
                (clock((each.at - zero) / SECOND), each.by, each.text)
                for each in decisions
                if each.body.get("answers") == body["question"]
            ),
        )
        for body in asked
    )
