"""Blast radius: did probes see harm where the key says so, and none where it says safe. People have no part in it."""

from scoring.facts import Facts
from scoring.looks import turned_bad
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric


def blast_radius(facts: Facts, rubric: Rubric) -> Result:
    """The share of the key's cohorts that probes saw as it says: the harmed ones harmed, the safe ones safe.

    "Partial outages become manageable when the team can say exactly who is safe, who is harmed, and which boundary
    separates them." A cohort is harmed when a probe that looks with its eyes was bad, for as long as it must be, while
    a fault was on; safe when each was good at every look up to the end of it. Of any other nobody can say: an interval.
    """
    key = dict.fromkeys(rubric.answer.get("harmed") or (), True)
    key |= dict.fromkeys(rubric.answer.get("safe") or (), False)
    if not key:
        return Unknown("the key names no cohorts")
    seen = {cohort: _harmed(facts, rubric, cohort) for cohort in key}
    right = [cohort for cohort, harmed in key.items() if seen[cohort] is harmed]
    wrong = [cohort for cohort, harmed in key.items() if seen[cohort] is (not harmed)]
    unseen = [cohort for cohort in key if seen[cohort] is None]
    if len(unseen) == len(key):
        return Unknown("no probe could tell of any of the key's cohorts who was harmed")
    told = [f"{cohort} was {'safe' if key[cohort] else 'harmed'}" for cohort in wrong]
    told += [f"nobody can say of {', '.join(unseen)}"] if unseen else []
    low, high = len(right) / len(key), (len(right) + len(unseen)) / len(key)
    harmed, safe = ([cohort for cohort in key if seen[cohort] is each] for each in (True, False))
    detail = {"harmed": harmed, "safe": safe, "unseen": unseen}
    return Known(high, "share", low=low, high=high, why="; ".join(told) or _as_said(harmed, safe), detail=detail)


def _as_said(harmed: list[str], safe: list[str]) -> str:
    return f"harmed: {', '.join(harmed) or 'nobody'}; safe: {', '.join(safe) or 'nobody'}"


def _harmed(facts: Facts, rubric: Rubric, cohort: str) -> bool | None:
    began, until = facts.began or 0, facts.cleared if facts.cleared is not None else facts.watched_until
    probes = [probe for probe, looks in facts.probes.items() if looks[0].cohort == cohort]
    if any(turned_bad(facts, rubric, probe, until) for probe in probes):
        return True
    for probe in probes:
        looks = facts.probes[probe]
        during = [look for look in looks if look.at > began and look.began <= until]
        if any(look.good is None for look in during) or looks[-1].at < until:
            return None
    return False if probes else None
