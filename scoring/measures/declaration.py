"""Declaration delay: when somebody first called it an incident."""

from scoring.absence import not_entered
from scoring.facts import Facts
from scoring.result import Known, Result
from scoring.room import Said
from scoring.rubric import Rubric


def declaration(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 to the first responder's `declare incident` after the injecting call.

    "The system is not cleanly broken yet, so the organization burns time converting doubt into permission to act.
    That hesitation is part of the outage anatomy because uncertainty consumes the same budget as downtime."
    """
    del rubric
    declared = [each for each in facts.room.declared("incident") if each.at >= (facts.began or 0)]
    if not declared:
        return not_entered(facts, None, "nobody declared an incident")
    return entered(facts, declared[:1], f"declared by {declared[0].by}")


def entered(facts: Facts, said: list[Said], why: str) -> Known:
    """The first of these, in seconds from t0; an interval when one was noticed earlier than any was entered."""
    high = max(0.0, facts.since_t0(min(each.at for each in said)))
    low = max(0.0, facts.since_t0(min(each.noticed for each in said)))
    detail = {"entered": high, "noticed": low, "seq": said[0].seq}
    if low == high:
        return Known(high, why=why, detail=detail)
    return Known(high, low=low, high=high, why=why, detail=detail)
