"""Mitigation: an action whose expected signal came true when it was promised."""

from bisect import bisect_right
from dataclasses import dataclass

from scoring.absence import by_timer, not_entered
from scoring.facts import SECOND, Facts, Look
from scoring.looks import state_at
from scoring.result import Known, Missed, Result, Unknown
from scoring.room import Said
from scoring.rubric import Rubric
from scoring.wording import clock


@dataclass(frozen=True, slots=True)
class _Promise:
    """One action that said which probe would be good, and by when."""

    action: Said
    probe: str
    due: int
    """UTC ns; counted from the entry."""


def mitigation(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 until the expected signal of an action came true in time, before we took the fault back.

    "Every mitigation should include an expected signal. [...] Without an expected signal, the team cannot distinguish a
    successful mitigation from a coincidental graph wiggle." A probe that was good already when the action was entered
    proves nothing: unknown. A signal that did not come when it was promised is missed.
    """
    del rubric
    promises = _promises(facts)
    if not promises:
        return not_entered(facts, None, _why_none(facts))
    found = [_kept(facts, each) for each in promises]
    known = [each for each in found if isinstance(each, Known)]
    unknown = [each for each in found if isinstance(each, Unknown)]
    missed = [each for each in found if isinstance(each, Missed)]
    return min(known, key=lambda each: each.value) if known else (unknown or missed)[-1]


def _promises(facts: Facts) -> list[_Promise]:
    """Actions for mitigation, or for nothing named, that expect a probe to be good by a time."""
    found = []
    for each in facts.room.marked("action"):
        expect, by = each.body.get("expect"), each.body.get("by")
        mends = each.body.get("purpose") in ("mitigation", None)
        if mends and expect and isinstance(by, int | float) and each.at >= (facts.began or 0):
            found.append(_Promise(each, str(expect), each.at + round(by * SECOND)))
    return found


def _why_none(facts: Facts) -> str:
    blind = [each for each in facts.room.marked("action") if each.body.get("purpose") == "mitigation"]
    return f"{len(blind)} mitigations named no expected signal" if blind else "no action was marked as mitigation"


def _kept(facts: Facts, promise: _Promise) -> Result:
    looks = facts.probes.get(promise.probe, ())
    after = looks[bisect_right(looks, promise.action.at, key=lambda look: look.at) :]
    before = state_at(looks, promise.action.at)
    if before is None and after and after[0].before is None:
        before = after[0].good  # nobody looked at it until it was promised: the first look says how it was
    if before is None:
        return Unknown(f"{promise.probe} gave no answer when the action was entered")
    if before:
        return Unknown(f"{promise.probe} was good already when the action was entered")
    good = next((look for look in after if look.good), None)
    ending = facts.taken_back
    if ending is not None and ending < promise.due and (good is None or good.at > ending):
        return by_timer(facts, ending, f"before {promise.probe} was good")
    if good is not None and good.at <= promise.due:
        return _came_true(facts, promise, good, looks)
    if not after or after[-1].at < promise.due:
        return Unknown(f"nobody looked at {promise.probe} until it was due")
    due = facts.since_t0(promise.due)
    return Missed(due, f"{promise.probe} was to be good by {clock(due)} and was not", _detail(promise))


def _came_true(facts: Facts, promise: _Promise, good: Look, looks: tuple[Look, ...]) -> Known:
    last_bad = max(look.began for look in looks if look.at < good.at)
    low = max(good.before or 0, last_bad, promise.action.at)
    why = f"{promise.action.by}: {promise.action.text}; {promise.probe} was good in time"
    first, last = max(0.0, facts.since_t0(low)), max(0.0, facts.since_t0(good.at))
    return Known(last, low=first, high=last, why=why, detail=_detail(promise))


def _detail(promise: _Promise) -> dict[str, object]:
    body = promise.action.body
    named = {name: body.get(name) for name in ("undo", "protects", "by")}
    return {"action": promise.action.text, "seq": promise.action.seq, "probe": promise.probe, **named}
