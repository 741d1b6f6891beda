"""What a row of looks at one probe shows: turns to bad that last, turns to good. Pure; it judges nothing."""

from bisect import bisect_right
from collections.abc import Sequence

from scoring.facts import SECOND, Facts, Look
from scoring.rubric import Rubric


def turned_bad(facts: Facts, rubric: Rubric, probe: str, until: int) -> Look | None:
    """The first look between the injecting call and `until` from which the probe was bad for as long as it must be."""
    began, lasting = facts.began or 0, rubric.bad_for.get(probe, 0.0) * SECOND
    first: Look | None = None
    known: bool | None = None
    for look in facts.probes.get(probe, ()):
        if look.good is False and known is not False:
            first = look if began < look.at and look.began <= until else None
        if first is not None and look.good is not None:
            last = look.before if look.good and look.before is not None else look.at
            if last - first.at >= lasting:
                return first
        known = known if look.good is None else look.good
        first = None if look.good else first
    return None


def is_number(value: object) -> bool:
    """Can it be compared: true and false cannot."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def state_at(looks: Sequence[Look], moment: int) -> bool | None:
    """The last answer before that moment; None: there was none, or the last look had none."""
    before = bisect_right(looks, moment, key=lambda look: look.at)
    return looks[before - 1].good if before else None


def seen_cohorts(facts: Facts, rubric: Rubric) -> dict[str, bool]:
    """Each cohort a probe looked at after the fault began: was it hurt while the fault was on?"""
    began, until = facts.began or 0, facts.cleared if facts.cleared is not None else facts.watched_until
    found: dict[str, bool] = {}
    for probe, looks in facts.probes.items():
        cohort = looks[0].cohort
        if cohort and looks[-1].at > began:
            found[cohort] = found.get(cohort, False) or turned_bad(facts, rubric, probe, until) is not None
    return found
