"""Runbook steps: how many of those tried worked as they are written."""

from typing import Any

from scoring.facts import Facts
from scoring.result import Known, Result, Unknown
from scoring.room import Said
from scoring.rubric import Rubric

Json = Any


def runbook_steps(facts: Facts, rubric: Rubric) -> Result:
    """The share of the steps tried, of the key's runbook, whose last verdict is `worked`; the detail has each step.

    "Runbooks should be tested by someone other than the author, under time pressure, before they are trusted as
    operational controls." Who had to deviate did not find a step that works. Steps that nobody tried are named, and are
    neither good nor bad. Without a runbook in the key, every runbook that was tried counts.
    """
    runbook = rubric.answer.get("runbook")
    tried = [each for each in facts.room.steps if facts.room.is_responder(each) and each.at >= (facts.began or 0)]
    tried = [each for each in tried if runbook is None or each.body.get("runbook") == runbook]
    last = {(str(each.body.get("runbook")), str(each.body.get("step"))): each for each in tried}
    of = f" of {runbook}" if runbook else ""
    if not last:
        return Unknown(f"nobody tried a step{of}")
    worked = sum(each.body.get("verdict") == "worked" for each in last.values())
    steps = rubric.steps if runbook else {}
    never = [f"{step} {title}" for step, title in steps.items() if (str(runbook), step) not in last]
    told = [_worded(each) for each in last.values() if each.body.get("verdict") != "worked"]
    why = [f"{worked} of {len(last)}{of} worked", *told, *([f"never tried: {', '.join(never)}"] if never else [])]
    detail = {"steps": [_row(each) for each in tried], "never_tried": never}
    return Known(worked / len(last), "share", why="; ".join(why), detail=detail)


def _worded(step: Said) -> str:
    because = f" ({step.body['why']})" if step.body.get("why") else ""
    return f"step {step.body.get('step')} {step.body.get('verdict')}{because}"


def _row(step: Said) -> dict[str, Json]:
    named = ("runbook", "step", "title", "text_hash", "verdict", "why", "text", "evidence")
    return {"seq": step.seq, "by": step.by, **{name: step.body.get(name) for name in named}}
