"""First symptom: when the first steady-state probe turned bad."""

from scoring.absence import not_come
from scoring.facts import Facts, Look
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric


def first_symptom(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 to the first failing look at a steady-state probe after the injecting call.

    "The first visible symptom is rarely the first cause. [...] A useful response separates the first user-visible
    symptom from the first causal change, then keeps both on the timeline." An interval: it came between the last
    good look and the first bad one. A symptom that came before we could confirm the effect counts as 0, and the
    detail says so.
    """
    began = facts.began
    if began is None:
        return Unknown("no fault began")
    looks = {probe: facts.probes.get(probe, ()) for probe in rubric.steady_state}
    if not any(looks.values()):
        return Unknown("no steady-state probe was looked at")
    turns = [(turn[1].at, probe, turn) for probe, seen in looks.items() if (turn := _first_turn(seen, began))]
    if turns:
        _, probe, (last_good, first_bad) = min(turns)
        return _symptom(facts, probe, max(last_good, began), first_bad)
    silent = [probe for probe, seen in looks.items() if not seen or any(look.good is None for look in seen)]
    if silent:
        return Unknown(f"{silent[0]} gave no answer")
    return not_come(facts, None, "no steady-state probe turned bad")


def _symptom(facts: Facts, probe: str, last_good: int, bad: Look) -> Known:
    began = facts.began or bad.at
    return Known(
        value=max(0.0, facts.since_t0(bad.at)),
        low=max(0.0, facts.since_t0(last_good)),
        high=max(0.0, facts.since_t0(bad.at)),
        why=f"{probe}: {bad.why}" if bad.why else probe,
        detail={"probe": probe, "seconds_after_injecting": (bad.at - began) / 1e9},
    )


def _first_turn(looks: tuple[Look, ...], began: int) -> tuple[int, Look] | None:
    """When the last good look began, and the first bad look past `began`; None: it never turned bad."""
    last_good, was_bad = began, False
    for look in looks:
        if look.good is False and not was_bad and look.at > began:
            return (look.before if look.before is not None else last_good), look
        if look.good is True:
            last_good = look.began
        was_bad = look.good is False or (was_bad and look.good is None)
    return None
