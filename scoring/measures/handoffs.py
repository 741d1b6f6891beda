"""Handoffs: did those who took over get all they needed, and say so."""

from scoring.facts import Facts
from scoring.result import Known, Result, Unknown
from scoring.room import Room, Said
from scoring.rubric import Rubric

PARTS = ("impact", "hypothesis", "rejected", "unsafe", "pending", "next")


def handoffs(facts: Facts, rubric: Rubric) -> Result:
    """The share of handoffs that had all six parts and were accepted by the one who took over.

    "Make handoff explicit: current impact, leading hypothesis, rejected hypotheses, unsafe actions, pending checks, and
    next update time. A fresh operator without context is not relief; they are another source of uncertainty."
    """
    del rubric
    given = facts.room.marked("handoff")
    if not given:
        return Unknown("there was no handoff")
    wrong = {each.seq: _wrong(facts.room, each) for each in given}
    told = [f"{each.by} to {each.body.get('to')}: {wrong[each.seq]}" for each in given if wrong[each.seq]]
    share = (len(given) - len(told)) / len(given)
    return Known(share, "share", why="; ".join(told) or f"{len(given)} complete and accepted")


def _wrong(room: Room, handoff: Said) -> str:
    left_out = [part for part in PARTS if not handoff.body.get(part)]
    if left_out:
        return f"{', '.join(left_out)} left out"
    accepted = [each for each in room.marked("accept") if each.body.get("handoff") == handoff.seq]
    if not any(_is_incomer(room, handoff, each) for each in accepted):
        return "not accepted by who took over"
    return ""


def _is_incomer(room: Room, handoff: Said, accept: Said) -> bool:
    if accept.by == handoff.by or accept.at < handoff.at:
        return False
    held = {each.role for each in room.stays if each.person == accept.by and each.at(accept.at)}
    return str(handoff.body.get("to")) in {accept.by, *held}
