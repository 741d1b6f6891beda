"""Relapse: would the team's own alert have said that it came back."""

from scoring.facts import Facts
from scoring.measures.alert_detection import alert_detection
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import Rubric
from scoring.wording import clock


def relapse(facts: Facts, rubric: Rubric) -> Result:
    """Yes when the expected alert fired again, in its time, after the fault was injected anew.

    Recovery is there only when "monitoring would catch a relapse without humans staring at the page". The engine
    injects the fault once more after `recovered` was declared; the seconds count from that second effect.
    """
    if not facts.room.declared("recovered"):
        return Unknown("no recovery was declared")
    again = facts.second_life()
    if again.began is None:
        return Unknown("the fault was not injected again")
    if again.t0 is None:
        return Unknown("the fault did not take effect again")
    found = alert_detection(again, rubric)
    if isinstance(found, Unknown):
        return found
    limit = rubric.alert.within if rubric.alert else None
    if isinstance(found, Missed) or (limit is not None and found.value > limit):
        late = found.censored_at if isinstance(found, Missed) else found.value
        return Missed(late, found.why if isinstance(found, Missed) else f"{found.why}, late, at {clock(late)}")
    return Known(1.0, "yes", why=f"{found.why} at {clock(found.value)}", detail={"seconds": found.value})
