"""Compares a picture with the key, part by part: right, wrong, or nobody can tell by words. It judges no one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from scoring.facts import Facts
from scoring.key import named, resembles, says_cause, says_journey, unsafe_actions
from scoring.rubric import Rubric

Json = Any


class Part(NamedTuple):
    """One part of a picture beside the key."""

    right: bool | None
    """None: words cannot tell."""
    said: Json
    why: str = ""


def compare(picture: Mapping[str, Json], facts: Facts, rubric: Rubric) -> dict[str, Part]:
    """Each part that the key has; one that nobody said is wrong."""
    parts = {}
    for name, (of_key, judge) in _PARTS.items():
        if of_key in rubric.answer:
            said = picture.get(name)
            parts[name] = Part(False, None, "nobody said") if said is None else judge(said, facts, rubric)
    return parts


def known_cohorts(facts: Facts, rubric: Rubric) -> frozenset[str]:
    """Every cohort that the service, the key or a probe names."""
    answer = rubric.answer
    probed = {looks[0].cohort for looks in facts.probes.values() if looks[0].cohort}
    return frozenset({*rubric.cohorts, *answer.get("harmed", ()), *answer.get("safe", ()), *probed})


def _journey(said: Json, facts: Facts, rubric: Rubric) -> Part:
    del facts
    return Part(says_journey(str(said), str(rubric.answer["journey"])), said)


def _state(said: Json, facts: Facts, rubric: Rubric) -> Part:
    del facts
    return Part(said == rubric.answer["state"], said)


def _data_risk(said: Json, facts: Facts, rubric: Rubric) -> Part:
    del facts
    return _sets(set(said), set(rubric.answer["data_risk"]), said)


def _harmed(said: Json, facts: Facts, rubric: Rubric) -> Part:
    found = named(said, known_cohorts(facts, rubric))
    part = _sets(set(found.known), set(rubric.answer["harmed"]), said)
    return _unless_unclear(part, found.unclear)


def _safe(said: Json, facts: Facts, rubric: Rubric) -> Part:
    """A cohort of which the key says nothing may be called safe."""
    found = named(said, known_cohorts(facts, rubric))
    wanted, harmed = set(rubric.answer["safe"]), set(rubric.answer.get("harmed", ()))
    return _unless_unclear(_sets(set(found.known) & (wanted | harmed), wanted, said), found.unclear)


def _hypothesis(said: Json, facts: Facts, rubric: Rubric) -> Part:
    del facts
    return Part(says_cause(str(said), rubric.answer["cause"]), said)


def _unsafe(said: Json, facts: Facts, rubric: Rubric) -> Part:
    """Free text: right when each of the key's resembles one of theirs; wrong only when they name none at all."""
    del facts
    wanted = [str(each.get("text")) for each in unsafe_actions(rubric.answer)]
    left = [each for each in wanted if not any(resembles(str(text), each) for text in said)]
    if not left:
        return Part(True, said)
    return Part(None if said else False, said, f"not named: {'; '.join(left)}")


def _sets(said: set[str], wanted: set[str], shown: Json) -> Part:
    more, fewer = sorted(said - wanted), sorted(wanted - said)
    why = [f"{', '.join(more)} too many" if more else "", f"{', '.join(fewer)} not named" if fewer else ""]
    return Part(not more and not fewer, shown, "; ".join(filter(None, why)))


def _unless_unclear(part: Part, unclear: Iterable[str]) -> Part:
    """What we cannot read may be what is missing; it cannot take back what is named too much."""
    told = ", ".join(unclear)
    if not told or "too many" in part.why:
        return part
    return Part(None, part.said, f"no known cohort: {told}")


_PARTS: Mapping[str, tuple[str, Callable[[Json, Facts, Rubric], Part]]] = {
    "journey": ("journey", _journey),
    "state": ("state", _state),
    "data_risk": ("data_risk", _data_risk),
    "harmed": ("harmed", _harmed),
    "safe": ("safe", _safe),
    "hypothesis": ("cause", _hypothesis),
    "unsafe": ("unsafe_actions", _unsafe),
}
"""Part of the picture: part of the key, and how they are compared. The next decision has many right answers."""
