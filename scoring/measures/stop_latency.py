"""Stop latency: how long STOP took until nothing of ours was in force."""

from scoring.facts import SECOND, Facts
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import Rubric


def stop_latency(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from the first stop entry (not from t0) to the last confirmed clear of what was on then.

    "The test is whether the action is reversible, observable, and matched to the impact", and "another maturity
    signal is how quickly the team can stop making things worse": a drill must be able to stop itself, and show how
    fast.
    """
    del rubric
    if not facts.stops:
        return Unknown("the drill was not stopped")
    stop = facts.stops[0]
    on = [change for change in facts.changes if change.began is not None and change.began <= stop.at]
    on = [change for change in on if change.cleared is None or change.cleared > stop.at]
    left = [change for change in on if change.left]
    if left:
        if facts.ended is None:
            return Unknown("the drill has not ended")
        return Missed((facts.ended.at - stop.at) / SECOND, f"{left[0].id} is {left[0].phase}")
    last = max((change.cleared for change in on if change.cleared is not None), default=stop.at)
    why = f"{stop.body.get('rule') or 'stopped'}; {len(on)} on" if on else "nothing was on"
    return Known((last - stop.at) / SECOND, why=why)
