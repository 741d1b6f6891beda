"""Faults left: how many changes nobody has confirmed to be gone. It must be 0."""

from scoring.facts import Facts
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric


def faults_left(facts: Facts, rubric: Rubric) -> Result:
    """The number of changes whose last word is not `clear`; stuck ones and ones nobody can tell about count.

    "Automation is safe when its trigger, action, and rollback are understood and when it stops at the edge of
    uncertainty." Judged in every drill, whether or not the scenario asks for it.
    """
    del rubric
    if facts.ended is None:
        return Unknown("the drill has not ended")
    left = [f"{change.id} is {change.phase}" for change in facts.changes if change.left]
    return Known(float(len(left)), "count", why="; ".join(left))
