"""Recovery: when the criteria were good again and stayed so."""

from dataclasses import dataclass
from itertools import pairwise

from scoring.absence import not_come
from scoring.facts import SECOND, Facts, Look
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import RecoveryLimit, Rubric
from scoring.wording import clock


@dataclass(frozen=True, slots=True)
class _Return:
    """When a probe was good for good again: between these two (UTC ns)."""

    probe: str
    low: int
    high: int
    good_from: int
    """When the look that found it good began."""
    seen_until: int
    interval: int
    """Between its last two looks; 0: not known. A watch can be known no finer than this."""
    was_bad: bool


def recovery(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 until all criteria and negative checks were good, and stayed good for the watch.

    "Recovery is a phase, not a point", and "negative checks prevent teams from declaring success while a quieter
    failure remains active behind the first graph". Counted is the last return to good, so a relapse moves it. A
    check that nobody looked at, or that gave no answer, makes it unknown.
    """
    wanted = rubric.recovery or RecoveryLimit(within=0.0)
    limit = rubric.recovery.within if rubric.recovery else None
    criteria = wanted.criteria or rubric.steady_state
    checks = tuple(dict.fromkeys((*criteria, *wanted.negative_checks)))
    if not criteria:
        return Unknown("there are no criteria and no steady state")
    unseen = [reason for probe in checks if (reason := _unseen(facts, probe))]
    if unseen:
        return Unknown(unseen[0])
    bad = [probe for probe in checks if facts.probes[probe][-1].good is False]
    returns = [_return(facts, probe) for probe in checks if probe not in bad]
    if bad:
        return _still_bad(facts, bad, wanted, limit, [each for each in returns if each.probe in criteria])
    return _recovered(facts, returns, wanted.watch, limit)


def _recovered(facts: Facts, returns: list[_Return], watch: float, limit: float | None) -> Result:
    """Good again; what was good again only past the limit is missed, however long it was seen to hold."""
    low = max(0.0, facts.since_t0(max(each.low for each in returns)))
    high = max(0.0, facts.since_t0(max(each.high for each in returns)))
    watched = _watched(returns)
    if not _held(facts, returns, watch):
        if limit is not None and low > limit:
            return Missed(low, f"good again only at {clock(high)}")
        return Unknown(
            f"good again at {clock(high)}, but seen for only {clock(watched)} of the {clock(watch)} after it"
        )
    late = max((each for each in returns if each.was_bad), key=lambda each: each.high, default=None)
    why = f"{late.probe} came last" if late else "nothing of it ever turned bad"
    cleared = None if facts.cleared is None else facts.since_t0(facts.cleared)
    detail = {"watched": watched, "fault_cleared_at": cleared, "fault_ended_by": list(facts.cleared_by)}
    return Known(high, low=low, high=high, why=why, detail=detail)


def _still_bad(
    facts: Facts, bad: list[str], wanted: RecoveryLimit, limit: float | None, returns: list[_Return]
) -> Result:
    """Missed past the limit; at once when the drill was over, the criteria held, and a negative check is bad."""
    look = facts.probes[bad[0]][-1]
    why = f"{bad[0]} was still bad" + (f": {look.why}" if look.why else "")
    only_quiet_harm = all(probe in wanted.negative_checks for probe in bad) and bool(returns)
    if only_quiet_harm and facts.outcome == "completed" and _held(facts, returns, wanted.watch):
        return Missed(facts.since_t0(facts.watched_until), why)
    return not_come(facts, limit, why)


def _watched(returns: list[_Return]) -> float:
    return max(0.0, (min(each.seen_until for each in returns) - max(each.good_from for each in returns)) / SECOND)


def _held(facts: Facts, returns: list[_Return], watch: float) -> bool:
    """True when the drill lasted through the watch and all were seen good, up to one interval of the looks."""
    good_from = max(each.good_from for each in returns)
    lasted = (facts.watched_until - good_from) / SECOND
    interval = max(each.interval for each in returns) / SECOND
    watched = _watched(returns)
    return watched >= watch or (lasted >= watch and watched + interval >= watch)


def _unseen(facts: Facts, probe: str) -> str:
    looks = facts.probes.get(probe, ())
    if not looks or facts.since_t0(looks[-1].at) < 0:
        return f"{probe} was not looked at after the fault"
    return f"{probe} gave no answer" if looks[-1].good is None else ""


def _return(facts: Facts, probe: str) -> _Return:
    """Find the last turn from not good to good after the fault began; without one it has been good from the start."""
    looks = facts.probes[probe]
    start = facts.t0 or 0
    began = facts.began or start
    low, high, good_from, was_bad = start, start, start, False
    for before, look in pairwise(looks):
        if look.good is True and before.good is not True and look.at > began:
            low, high, good_from, was_bad = _between(before, look), look.at, look.began, True
    last = looks[-1]
    interval = last.at - last.before if last.before is not None and last.before >= good_from else 0
    return _Return(probe, low, max(high, start), good_from, last.at, interval, was_bad)


def _between(bad: Look, good: Look) -> int:
    return good.before if good.before is not None else bad.began
