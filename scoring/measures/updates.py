"""Updates on time: the longest time the room was silent about where it stands."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from scoring.facts import SECOND, Facts
from scoring.measures.noticed import noticing
from scoring.result import Known, Missed, Result, Unknown
from scoring.room import Said
from scoring.rubric import Rubric
from scoring.wording import clock

Json = Any
PARTS = ("known", "unknown", "decides", "next")


def updates(facts: Facts, rubric: Rubric) -> Result:
    """The longest seconds (not from t0) between complete updates, from the declared incident to its end.

    "Internal communication says what is known, what is unknown, who owns the current decision, and when the next update
    will arrive", and is "short, factual, and rhythmic": an update that leaves one of the four out does not count.
    Without a declaration the first thing that anybody noticed begins it; recovered, stood-down or the end of the drill
    ends it; when that was before the first one was due, nobody can say.
    """
    since, until = _span(facts)
    if since is None:
        return Unknown("nobody declared or noticed anything to give updates on")
    given = [each for each in facts.room.marked("update") if since <= each.at <= until]
    complete = [each for each in given if not _missing(each.body)]
    partial = [f"{each.by} left {', '.join(_missing(each.body))} out" for each in given if _missing(each.body)]
    moments = [since, *(each.at for each in complete), until]
    longest = max((after - before) / SECOND for before, after in pairwise(moments))
    late = _late(complete, until)
    detail = {"updates": len(complete), "incomplete": partial, "late_by_own_word": late}
    told = [f"{len(complete)} complete", *(["incomplete: " + "; ".join(partial)] if partial else [])]
    if not complete and rubric.updates is not None:
        if longest > rubric.updates.every:
            return Missed(facts.since_t0(until), "; ".join(told), detail)
        return Unknown(f"over after {clock(longest)}, before an update was due: {'; '.join(told)}", detail)
    return Known(longest, why="; ".join([*told, *late]), detail=detail)


def _span(facts: Facts) -> tuple[int | None, int]:
    began = facts.began or 0
    declared = [each.at for each in facts.room.declared("incident") if each.at >= began]
    first = (declared or [each.at for each in noticing(facts)])[:1]
    if not first:
        return None, 0
    over = [each.at for state in ("recovered", "stood-down") for each in facts.room.declared(state)]
    ends = [at for at in over if at >= first[0]]
    return first[0], max(first[0], min([*ends, facts.watched_until]))


def _missing(body: Mapping[str, Json]) -> list[str]:
    return [part for part in PARTS if not body.get(part)]


def _late(complete: list[Said], until: int) -> list[str]:
    """Updates that came later than the one before them had promised."""
    found = []
    for before, after in pairwise([*(each.at for each in complete), until]):
        promised = next(each.body["next"] for each in complete if each.at == before)
        if (after - before) / SECOND > promised:
            found.append(f"promised in {clock(promised)}, {clock((after - before) / SECOND)} passed")
    return found
