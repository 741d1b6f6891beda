"""Noticed by a person: when the first responder said that something was wrong."""

from scoring.absence import given_away, not_entered
from scoring.facts import Facts
from scoring.measures.declaration import entered
from scoring.result import Result
from scoring.room import Said
from scoring.rubric import Rubric

_TELLS = ("observation", "guess", "decision", "action", "update", "question")


def noticed(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 to the first thing a responder entered about it; an alert or a message is no person.

    "A serious outage usually starts while the system is still serving enough traffic for people to argue about whether
    there is really an incident." When an entry says it was noticed earlier than it was entered, the truth lies between
    the two. A hint that gives the impact away ends the wait.
    """
    limit = rubric.noticed.within if rubric.noticed else None
    said = noticing(facts)
    if not said:
        return not_entered(facts, limit, "nobody entered anything", "impact")
    hinted = given_away(facts, said[0].at, "impact")
    return hinted or entered(facts, said, f"{said[0].by}: {_what(said[0])}")


def noticing(facts: Facts) -> list[Said]:
    """All that shows that a responder knew, in order of entry; what was noticed before the fault is about others."""
    room, began = facts.room, facts.began or 0
    told = (*room.marked(*_TELLS), *room.pictures, *room.declarations, *room.severities, *room.steps)
    since = [each for each in told if each.at >= began and each.noticed >= began and room.is_responder(each)]
    return sorted(since, key=lambda each: (each.at, each.seq))


def _what(said: Said) -> str:
    entered = {"declares": "declaration", "severity": "severity", "step": "step", "revision": "picture"}
    return said.mark or next((name for key, name in entered.items() if key in said.body), "an entry")
