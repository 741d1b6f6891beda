"""Unharmed: did what must not be touched stay good for as long as any fault was on."""

from scoring.facts import Facts, Look
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric
from scoring.wording import clock


def unharmed(facts: Facts, rubric: Rubric) -> Result:
    """The share of these probes that was good from the injecting call to the last clear.

    "Blast radius is the next question. [...] Mapping blast radius converts a vague outage into a set of
    boundaries." One bad look is harm; one that gave no answer, or was not looked at to the end, is unknown.
    """
    probes = rubric.unharmed.probes if rubric.unharmed else ()
    if not probes:
        return Unknown("the scenario names no probes that must stay unharmed")
    seen = {probe: _harm(facts, probe) for probe in probes}
    harmed = [f"{probe} {why}" for probe, (good, why) in seen.items() if good is False]
    silent = [f"{probe} {why}" for probe, (good, why) in seen.items() if good is None]
    if silent and not harmed:
        return Unknown("; ".join(silent))
    low = (len(probes) - len(harmed) - len(silent)) / len(probes)
    high = (len(probes) - len(harmed)) / len(probes)
    why = "; ".join(harmed + silent) or f"{', '.join(probes)} stayed good"
    return Known(high, "share", low=low, high=high, why=why)


def _harm(facts: Facts, probe: str) -> tuple[bool | None, str]:
    began, cleared = facts.began, facts.cleared
    looks = facts.probes.get(probe, ())
    before = [look for look in looks if look.at <= (began or 0)]
    during = [look for look in looks if look.at > (began or 0) and (cleared is None or look.began <= cleared)]
    if before and before[-1].good is False:
        return None, "was bad before the fault already"
    bad = next((look for look in during if look.good is False), None)
    if bad is not None:
        return False, f"turned bad at {clock(facts.since_t0(bad.at))}" + (f": {bad.why}" if bad.why else "")
    return _covered(looks, before[-1:] + during, cleared)


def _covered(looks: tuple[Look, ...], within: list[Look], cleared: int | None) -> tuple[bool | None, str]:
    if not within:
        return None, "was not looked at"
    if any(look.good is None for look in within):
        return None, "gave no answer"
    if cleared is None:
        return None, "cannot be judged while a fault is left"
    return (True, "") if looks[-1].at >= cleared else (None, "was not looked at to the end of the fault")
