"""Cohorts named: how many of those the picture calls harmed are, and how many of those harmed it names."""

from collections.abc import Callable
from typing import Any

from scoring.absence import not_come
from scoring.agreement import first_agreement
from scoring.comparing import known_cohorts
from scoring.facts import Facts
from scoring.key import Named, named
from scoring.looks import seen_cohorts
from scoring.result import Known, Result, Unknown
from scoring.room import Said
from scoring.rubric import Rubric

Json = Any
Cohorts = frozenset[str]
Share = tuple[float, float] | None
"""From the least to the most it may be; None: there is nothing to take a share of."""


def cohort_precision(facts: Facts, rubric: Rubric) -> Result:
    """The share of the cohorts named as harmed that are harmed, by the key; beside it, by what probes saw.

    "The temptation is to average the experience and call it degraded. The better response is to name each cohort
    separately." Read is the first shared picture, else the last one that says who is harmed. A name we do not know
    may be right or wrong: an interval. Without a key, what the probes saw is the truth.
    """
    return _share(facts, rubric, _precision)


def cohort_recall(facts: Facts, rubric: Rubric) -> Result:
    """The share of the harmed cohorts that the picture names, by the key; beside it, by what probes saw.

    "Partial outages become manageable when the team can say exactly who is safe, who is harmed, and which boundary
    separates them."
    """
    return _share(facts, rubric, _recall)


def _share(facts: Facts, rubric: Rubric, share: Callable[[Named, Cohorts], Share]) -> Result:
    seen = seen_cohorts(facts, rubric)
    hurt = frozenset(cohort for cohort, bad in seen.items() if bad)
    key = frozenset(rubric.answer["harmed"]) if "harmed" in rubric.answer else None
    if key is None and not seen:
        return Unknown("neither a key nor a probe with a cohort says who was harmed")
    picture = _picture(facts, rubric)
    if picture is None:
        return not_come(facts, None, "nobody said who is harmed")
    said = named(picture.body["harmed"], known_cohorts(facts, rubric))
    by_key = None if key is None else share(said, key)
    by_probes = share(Named(said.known & frozenset(seen), said.unclear), hurt) if seen else None
    found = by_probes if key is None else by_key
    if found is None:
        return Unknown("the picture names nobody as harmed" if share is _precision else "nobody was harmed")
    detail = {"named": sorted(said.known), "unclear": list(said.unclear), "key": None if key is None else sorted(key)}
    detail |= {"probes": sorted(hurt), "by_key": _plain(by_key), "by_probes": _plain(by_probes)}
    why = f"revision {picture.body.get('revision')} names {', '.join([*sorted(said.known), *said.unclear]) or 'nobody'}"
    return Known(found[1], "share", low=found[0], high=found[1], why=why, detail=detail)


def _picture(facts: Facts, rubric: Rubric) -> Said | None:
    shared = first_agreement(facts, rubric)
    if shared is not None and shared.picture is not None:
        return shared.picture
    since = [each for each in facts.room.pictures if each.at >= (facts.began or 0)]
    saying = [each for each in since if each.body.get("harmed") is not None and facts.room.is_responder(each)]
    return saying[-1] if saying else None


def _precision(said: Named, harmed: Cohorts) -> Share:
    total, right = len(said.known) + len(said.unclear), len(said.known & harmed)
    maybe = min(len(said.unclear), len(harmed - said.known))
    return (right / total, (right + maybe) / total) if total else None


def _recall(said: Named, harmed: Cohorts) -> Share:
    found = len(said.known & harmed)
    most = min(len(harmed), found + len(said.unclear))
    return (found / len(harmed), most / len(harmed)) if harmed else None


def _plain(share: Share) -> Json:
    return None if share is None else list(share)
