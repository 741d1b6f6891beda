"""Containment: when the harm stopped getting worse after somebody acted to contain it."""

from collections.abc import Sequence

from scoring.absence import by_timer, not_entered
from scoring.facts import SECOND, Facts, Look
from scoring.looks import is_number, state_at
from scoring.result import Known, Missed, Result, Unknown
from scoring.room import Said
from scoring.rubric import ContainmentLimit, Rubric
from scoring.wording import clock

NOISE = 0.01
"""A value is worse when it lies beyond the worst so far by more than this share of it. Harm that grows evenly from the
effect on grows by more in each steady time: a tenth of the limit, or two minutes of one up to 200 minutes."""
_LOOKS = 2
"""Looks that a steady time must have when the value itself is judged."""


def containment(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 until the harm probe, after an action marked as containment, had stopped getting worse.

    "Another maturity signal is how quickly the team can stop making things worse. [...] A good first phase often looks
    less like repair and more like containment." It stopped at the action, or at the last look that was worse than any
    before, if for the rubric's seconds none was. That time must be over before we take the fault back.
    """
    limit = rubric.containment
    if limit is None or limit.harm is None:
        return Unknown("the scenario names no harm probe (`expect.containment.harm`)")
    actions = [each for each in facts.room.marked("action") if each.body.get("purpose") == "containment"]
    actions = [each for each in actions if each.at >= (facts.began or 0)]
    if not actions:
        return not_entered(facts, limit.within, "no action was marked as containment")
    looks = facts.probes.get(limit.harm, ())
    worse = _worsenings(facts, looks, limit)
    steady = round(limit.steady * SECOND)
    high = _steady_from(worse, steady, actions[0].at)
    doubt = _not_each_look(facts, limit) or _doubt(facts, limit, looks, worse, high)
    if doubt and facts.since_t0(high) > limit.within:
        return Missed(facts.since_t0(high), f"{limit.harm} was not steady by then: {doubt.why}")
    return doubt or _known(facts, limit.harm, actions, _steady_from(worse, steady, actions[0].noticed), high)


def _known(facts: Facts, harm: str, actions: Sequence[Said], low: int, high: int) -> Known:
    action = [each for each in actions if each.at <= high][-1]
    first, last = max(0.0, facts.since_t0(low)), max(0.0, facts.since_t0(high))
    detail = {"action": action.text, "seq": action.seq, "action_at": facts.since_t0(action.at), "probe": harm}
    return Known(last, low=first, high=last, why=f"{action.by}: {action.text}; {harm} no worse since", detail=detail)


def _worsenings(facts: Facts, looks: Sequence[Look], limit: ContainmentLimit) -> list[int]:
    """When it was worse than it had ever been since the injecting call, or, without a value, turned bad."""
    sign = {"up": 1.0, "down": -1.0}.get(limit.worse or "") if _has_values(looks) else None
    began = facts.began or 0
    worst: float | None = None
    found = []
    for look in looks:
        if look.good is None:
            continue
        badness = float(not look.good) if sign is None else sign * float(look.value)
        if worst is None or look.at <= began:
            worst = badness
        elif badness > worst + NOISE * abs(worst):
            found.append(look.at)
            worst = badness
        elif sign is None:
            worst = badness
    return found


def _steady_from(worse: Sequence[int], steady: int, since: int) -> int:
    """The moment from which, for this long, it was never worse than before."""
    for moment in worse:
        if since < moment <= since + steady:
            since = moment
    return since


def _doubt(
    facts: Facts, limit: ContainmentLimit, looks: Sequence[Look], worse: Sequence[int], since: int
) -> Unknown | None:
    """Why nobody can say that it was contained from then on."""
    until = since + round(limit.steady * SECOND)
    within = [look for look in looks if since < look.at <= until]
    told = f"{limit.harm} had been steady for {clock(limit.steady)}"
    if facts.taken_back is not None and until > facts.taken_back:
        return by_timer(facts, facts.taken_back, f"before {told}")
    if not looks or looks[-1].at < until:
        return Unknown(f"the looks ended before {told}")
    if any(look.good is None for look in within):
        return Unknown(f"no answer came before {told}")
    if limit.worse and _has_values(looks) and len(within) < _LOOKS:
        return Unknown(f"{limit.harm} was looked at too rarely to see it steady")
    if not any(moment <= since for moment in worse) and state_at(looks, since) is not False:
        return Unknown(f"{limit.harm} never got worse, so nothing shows that it was contained")
    return None


def _not_each_look(facts: Facts, limit: ContainmentLimit) -> Unknown | None:
    """An old drill that did not know of this probe kept only its turns, and not how its value went."""
    if not limit.worse or limit.harm in facts.recorded.watched:
        return None
    return Unknown(f"the drill did not keep each look at {limit.harm}")


def _has_values(looks: Sequence[Look]) -> bool:
    return all(is_number(look.value) for look in looks if look.good is not None)
