"""Green checks: health checks that stayed good while users were hurt."""

from scoring.facts import Facts
from scoring.looks import seen_cohorts, turned_bad
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric


def green_checks(facts: Facts, rubric: Rubric) -> Result:
    """The number of probes without a cohort that stayed good while a probe of a cohort was bad.

    "One API method may be timing out while health checks stay green." "Health checks hide partial dependency
    failure. A green dashboard can be true and useless if it answers yesterday's question." Negative checks, what must
    stay unharmed and what shows a promise are to be good, and do not count.
    """
    cohorts = seen_cohorts(facts, rubric)
    hurt = sorted(cohort for cohort, bad in cohorts.items() if bad)
    if not cohorts:
        return Unknown("no probe of a cohort was looked at")
    if not hurt:
        return Known(0.0, "count", why="no cohort was hurt")
    checks = [
        probe for probe in _checks(facts, rubric) if any(look.at > (facts.began or 0) for look in facts.probes[probe])
    ]
    green = sorted(probe for probe in checks if _stayed_good(facts, rubric, probe))
    why = f"{', '.join(green)} stayed good while {', '.join(hurt)} was hurt" if green else ""
    return Known(float(len(green)), "count", why=why, detail={"green": green, "of": sorted(checks), "hurt": hurt})


def _checks(facts: Facts, rubric: Rubric) -> list[str]:
    wanted = {*(rubric.recovery.negative_checks if rubric.recovery else ())}
    wanted |= {*(rubric.unharmed.probes if rubric.unharmed else ())}
    wanted |= {promise.probe for promise in rubric.promises if promise.probe}
    return [probe for probe, looks in facts.probes.items() if not looks[0].cohort and probe not in wanted]


def _stayed_good(facts: Facts, rubric: Rubric, probe: str) -> bool:
    until = facts.cleared if facts.cleared is not None else facts.watched_until
    answers = {look.good for look in facts.probes[probe] if look.began <= until}
    return None not in answers and turned_bad(facts, rubric, probe, until) is None
