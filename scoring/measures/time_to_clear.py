"""Time to clear: how long a fault was in force, and who ended it."""

from scoring.facts import Facts
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import Rubric


def time_to_clear(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from the confirmed effect to the last confirmed clear; `by` is us, responders, guard or target.

    "Mitigation asks how to protect users and data now": a fault that responders ended is theirs, one that our own
    timer ended is nobody's success. With several faults there is a row for each, and this one over all of them.
    """
    del rubric
    left = [change for change in facts.changes if change.left]
    if left:
        if facts.ended is None:
            return Unknown("the drill has not ended")
        reason = f"{left[0].id} is {left[0].phase}" + (f": {left[0].why}" if left[0].why else "")
        return Missed(facts.since_t0(facts.ended.at), reason)
    cleared = facts.cleared
    if cleared is None:
        return Unknown("nothing is known to have cleared")
    by = {change.id: change.cleared_by for change in facts.changes if change.cleared is not None}
    return Known(facts.since_t0(cleared), why=f"by {' and '.join(facts.cleared_by)}", detail={"by": by})
