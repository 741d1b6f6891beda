"""Early declaration: was recovery declared before it had really held."""

from scoring.facts import Facts
from scoring.measures.recovery import recovery
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import Rubric
from scoring.wording import clock


def early_declaration(facts: Facts, rubric: Rubric) -> Result:
    """Seconds by which `recovered` was declared before criteria, negative checks and the watch had held; 0: it was not.

    "The most dangerous moment is often the first sign of recovery. [...] Declare recovery only after the user-visible
    path is healthy, backlog is within contract, data reconciliation is understood, and monitoring would catch a relapse
    without humans staring at the page." The first declaration after the fault counts; taking it back is a correction.
    """
    declared = next((each for each in facts.room.declared("recovered") if each.at >= (facts.began or 0)), None)
    if declared is None:
        return Unknown("nobody declared recovery")
    at, found = facts.since_t0(declared.at), recovery(facts, rubric)
    if isinstance(found, Unknown):
        return Unknown(f"declared at {clock(at)}, and {found.why}")
    if isinstance(found, Missed):
        return Missed(found.censored_at, f"declared at {clock(at)}, and {found.why}")
    watch = rubric.recovery.watch if rubric.recovery else 0.0
    first = found.value if found.low is None else found.low
    low, high = max(0.0, first + watch - at), max(0.0, found.value + watch - at)
    held = f"it had held at {clock(found.value + watch)}" + (f", {clock(watch)} of them the watch" if watch else "")
    detail = {"declared": at, "good_again": found.value, "watch": watch, "by": declared.by}
    return Known(high, low=low, high=high, why=f"{declared.by} declared at {clock(at)}; {held}", detail=detail)
