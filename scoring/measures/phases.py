"""Work phases: how long the room contained, mitigated and diagnosed, and whether it came back to diagnosis."""

from scoring.absence import not_entered
from scoring.facts import SECOND, Facts
from scoring.result import Known, Result
from scoring.rubric import Rubric
from scoring.wording import clock

PHASES = ("containment", "mitigation", "diagnosis")
_ENDS = {"contained": "containment", "recovered": "mitigation"}


def phases(facts: Facts, rubric: Rubric) -> Result:
    """Seconds the room worked in a work phase; the detail has each one's, and whether diagnosis was resumed.

    "The mistake is trying to perform perfect diagnosis while customers are still taking damage. The opposite mistake is
    never returning to diagnosis after mitigation works." A phase begins with an action marked so and lasts until one
    for something else, until it is declared contained or recovered, until stood-down, or to the end.
    """
    del rubric
    began, until = facts.began or 0, facts.watched_until
    moves = [(each.at, each.seq, str(each.body.get("purpose"))) for each in facts.room.marked("action")]
    moves = [move for move in moves if move[0] >= began and move[2] in PHASES]
    if not moves:
        return not_entered(facts, None, "no action said what it was for")
    for state in (*_ENDS, "stood-down"):
        moves += [(each.at, each.seq, state) for each in facts.room.declared(state) if each.at >= began]
    spent = _spent(sorted(moves), until)
    last = max((at for at, _, what in moves if what == "mitigation"), default=None)
    resumed = None if last is None else any(what == "diagnosis" and at > last for at, _, what in moves)
    told = [f"{phase} {clock(spent[phase])}" for phase in PHASES if spent[phase]]
    told += ["diagnosis never resumed"] if resumed is False else []
    return Known(sum(spent.values()), why=", ".join(told), detail={**spent, "diagnosis_resumed": resumed})


def _spent(moves: list[tuple[int, int, str]], until: int) -> dict[str, float]:
    spent = dict.fromkeys(PHASES, 0.0)
    phase, since = "", 0
    for at, _, what in [*moves, (until, 0, "stood-down")]:
        ends = what in PHASES or what == "stood-down" or _ENDS[what] == phase
        if ends and phase:
            spent[phase] += max(0, at - since) / SECOND
        if ends:
            phase, since = (what, at) if what in PHASES else ("", at)
    return spent
