"""Questions decided: was each question of a tabletop decided in time."""

from scoring.facts import SECOND, Facts
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric


def questions_decided(facts: Facts, rubric: Rubric) -> Result:
    """The share of a tabletop's questions that a responder's decision answers within its limit from the situation.

    "Decisions are commitments: we will protect checkout before exports, we will pause the worker fleet." A decision
    counts when it names its question, and from when it was entered. After a stop before the limit what was still open
    might have been decided: the share is an interval.
    """
    asked, t0 = rubric.tabletop, facts.t0
    if asked is None or t0 is None:
        return Unknown("this drill asks no questions")
    then = facts.recorded.tabletop
    if then is not None and then.ask != asked.ask:
        return Unknown("the drill asked other questions")
    due = t0 + round(asked.within * SECOND)
    decided = [each for each in facts.room.marked("decision") if t0 <= each.at <= due]
    answered = {each.body.get("answers") for each in decided}
    left = [text for number, text in enumerate(asked.ask, 1) if number not in answered]
    done = len(asked.ask) - len(left)
    cut_short = facts.outcome != "completed" and facts.watched_until < due
    why = f"not decided in time: {'; '.join(left)}" if left else f"all {done} decided"
    low = done / len(asked.ask)
    high = 1.0 if cut_short else low
    return Known(high, "share", low=low, high=high, why=why, detail={"asked": len(asked.ask), "open": left})
