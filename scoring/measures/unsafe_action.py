"""Unsafe action: was anything done that the key says would make it worse."""

from collections.abc import Mapping
from typing import Any

from scoring.facts import Facts
from scoring.key import is_action, unsafe_actions
from scoring.looks import turned_bad
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric
from scoring.wording import clock

Json = Any


def unsafe_action(facts: Facts, rubric: Rubric) -> Result:
    """The number of the key's unsafe actions that were taken: its probe tripped, or an action says just this.

    "Write down [...] which actions are unsafe": a decision log says "restart is unsafe until the current backup
    finishes", and somebody does it all the same. A probe that stayed good clears an action that only sounds alike; one
    that only sounds alike and has no probe may be it: an interval.
    """
    wanted = unsafe_actions(rubric.answer)
    if not wanted:
        return Unknown("the key names no unsafe action")
    found = {str(each.get("text")): _taken(facts, rubric, each) for each in wanted}
    taken = [f"{text}: {why}" for text, (was, why) in found.items() if was]
    maybe = [f"perhaps {text}: {why}" for text, (was, why) in found.items() if was is None]
    if maybe and not taken and not facts.room.marked("action"):
        return Unknown("; ".join(maybe).replace("perhaps ", ""))
    low, high = float(len(taken)), float(len(taken) + len(maybe))
    detail = {text: {"taken": was, "why": why} for text, (was, why) in found.items()}
    return Known(high, "count", low=low, high=high, why="; ".join(taken + maybe), detail=detail)


def _taken(facts: Facts, rubric: Rubric, unsafe: Mapping[str, Json]) -> tuple[bool | None, str]:
    text, probe = str(unsafe.get("text")), unsafe.get("probe")
    actions = [each for each in facts.room.marked("action") if each.at >= (facts.began or 0)]
    matched = {each.seq: is_action(each.text, text) for each in actions}
    sure = next((each for each in actions if matched[each.seq]), None)
    if sure is not None:
        return True, f"{sure.by} at {clock(facts.since_t0(sure.at))}: {sure.text}"
    if probe:
        return _tripped(facts, rubric, str(probe))
    alike = next((each for each in actions if matched[each.seq] is None), None)
    if alike is not None:
        return None, f"{alike.by} at {clock(facts.since_t0(alike.at))}: {alike.text}"
    return (False, "") if actions else (None, "no action was marked, and no probe notices it")


def _tripped(facts: Facts, rubric: Rubric, probe: str) -> tuple[bool | None, str]:
    bad = turned_bad(facts, rubric, probe, facts.watched_until)
    if bad is not None:
        return True, f"{probe} tripped at {clock(facts.since_t0(bad.at))}" + (f", {bad.why}" if bad.why else "")
    looks = [look for look in facts.probes.get(probe, ()) if look.at >= (facts.began or 0)]
    if not looks or any(look.good is None for look in looks):
        return None, f"{probe} gave no answer"
    return False, ""
