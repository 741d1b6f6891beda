"""Questions: were they answered in time, and with evidence."""

from scoring.facts import SECOND, Facts
from scoring.result import Known, Result, Unknown
from scoring.room import Said
from scoring.rubric import Rubric

ANSWERED = ("confirmed", "refuted")


def questions(facts: Facts, rubric: Rubric) -> Result:
    """The share of questions that evidence confirmed or refuted by when it was due; one not yet due may still be.

    "Ask a question first [...]. Then search logs for evidence that can confirm or falsify the question. The goal is not
    to consume all text. The goal is to reduce the number of plausible stories." A question that was dropped, or
    answered with a bare opinion, has no answer.
    """
    del rubric
    asked = facts.room.marked("question")
    if not asked:
        return Unknown("nobody asked a question")
    answers = facts.room.marked("answer")
    found = {each.seq: _answered(facts, each, answers) for each in asked}
    low = sum(was is True for was in found.values()) / len(asked)
    high = sum(was is not False for was in found.values()) / len(asked)
    left = [each.text for each in asked if found[each.seq] is not True]
    why = f"without an answer by evidence: {'; '.join(left)}" if left else f"{len(asked)} answered with evidence"
    return Known(high, "share", low=low, high=high, why=why, detail={"asked": len(asked), "open": left})


def _answered(facts: Facts, question: Said, answers: list[Said]) -> bool | None:
    due = question.body.get("due")
    last = question.at + round(due * SECOND) if isinstance(due, int | float) else None
    mine = [each for each in answers if each.body.get("question") == question.seq and each.at >= question.at]
    proved = [each for each in mine if each.body.get("evidence") and each.body.get("verdict") in ANSWERED]
    if any(last is None or each.at <= last for each in proved):
        return True
    return None if not mine and last is not None and last > facts.watched_until else False
