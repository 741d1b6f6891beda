"""Roles filled: when commander, scribe, communications and technical lead were all there at once."""

from scoring.absence import not_entered
from scoring.facts import Facts
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric

ROLES = ("commander", "scribe", "comms", "lead")


def roles(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 until each of the four roles was held by somebody present; 0: from the start.

    "Role clarity reduces damage. [...] Without roles, everyone becomes a debugger, nobody owns decisions, and the chat
    fills with fragments that are individually useful and collectively exhausting."
    """
    del rubric
    stays = [each for each in facts.room.stays if each.role in ROLES]
    if not facts.room.stays:
        return Unknown("nobody joined in a role")
    began = facts.began or 0
    moments = sorted({began, *(each.since for each in stays if each.since > began)})
    for moment in moments:
        there = {each.role: each.person for each in stays if each.at(moment)}
        if len(there) == len(ROLES):
            why = ", ".join(f"{role} {there[role]}" for role in ROLES)
            return Known(max(0.0, facts.since_t0(moment)), why=why, detail={"held": there})
    never = [role for role in ROLES if not any(each.role == role and _after(each.until, began) for each in stays)]
    return not_entered(facts, None, f"nobody was {', '.join(never)}" if never else "never all at the same time")


def _after(until: int | None, began: int) -> bool:
    return until is None or until > began
