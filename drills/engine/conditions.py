"""What each probe last said and since when, and which stop conditions are broken or silent. Pure bookkeeping."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from drills.engine.looking import Look
from drills.plan import Plan, PlannedProbe

STEADY_LIMIT = 30.0
SILENCE = 3
"""A stop condition is unanswerable after this many of its intervals without an answer, and at least its `for:`."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one probe; moments are monotonic seconds."""

    look: Look
    bad_since: float | None
    """Since when no look has been good, counted from the first bad one; None when the last answer was good."""
    good_since: float | None
    """Since when it has been good without a break; None when it is not."""
    answered: float | None
    """When it last gave an answer; None: never."""


class Conditions:
    """What every probe last said."""

    def __init__(self, probes: Mapping[str, PlannedProbe], stop_unless: Iterable[str], started: float) -> None:
        self._probes = probes
        self._stop_unless = tuple(stop_unless)
        self._started = started
        self.known: dict[str, Known] = {}

    def begin(self, now: float) -> None:
        """Looking begins: silence counts from now."""
        self._started = now

    def take(self, look: Look) -> bool:
        """Note a look; True when it says something else than the one before, or is the first."""
        before = self.known.get(look.probe)
        changed = before is None or before.look.good is not look.good
        good_since = bad_since = answered = None
        if before:
            good_since, bad_since, answered = before.good_since, before.bad_since, before.answered
        if look.good is not None:
            answered = look.ended
            bad_since = None if look.good else _first(bad_since, look.began)
        good_since = _first(good_since, look.began) if look.good else None
        self.known[look.probe] = Known(look, bad_since, good_since, answered)
        return changed

    def broken(self, now: float) -> tuple[str, ...]:
        """Stop conditions that have been bad for as long as their `for:` says."""
        found = []
        for name in self._stop_unless:
            known = self.known.get(name)
            if known and known.bad_since is not None and now - known.bad_since >= self._probes[name].for_:
                found.append(f"{name}: {known.look.why}")
        return tuple(found)

    def unanswerable(self, now: float) -> tuple[str, ...]:
        """Stop conditions that nobody has answered for too long: what is not known is not safe."""
        found = []
        for name in self._stop_unless:
            planned = self._probes[name]
            known = self.known.get(name)
            answered = known.answered if known and known.answered is not None else self._started
            patience = max(planned.for_, SILENCE * planned.every + planned.timeout)
            if now - answered > patience:
                found.append(f"{name}: {known.look.why if known else 'no look came back'}")
        return tuple(found)

    def good_for(self, names: Iterable[str], now: float) -> float | None:
        """For how many seconds all of these have been good together; None when one is not."""
        shortest = None
        for name in names:
            known = self.known.get(name)
            if known is None or known.good_since is None:
                return None
            lasted = now - known.good_since
            shortest = lasted if shortest is None else min(shortest, lasted)
        return shortest


def _first(before: float | None, now: float) -> float:
    return now if before is None else before


def patience(plan: Plan) -> float:
    """Seconds within which the steady state must be seen good: two looks at its slowest probe."""
    steady = [plan.probes[name] for name in plan.scenario.steady_state]
    return min(STEADY_LIMIT, max((2 * each.timeout + each.every for each in steady), default=1.0))
