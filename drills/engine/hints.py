"""Whether a message gives away what the room has found already. Compares with the key; sends nothing."""

from collections.abc import Sequence

from drills.engine.people import People
from drills.store import Line
from scenarios.scenario import Message
from scoring import facts
from scoring.comparing import compare
from scoring.facts import Facts
from scoring.key import resembles
from scoring.measures.guesses import right_guess
from scoring.result import Known
from scoring.rubric import Rubric
from scoring.timeline import Entry


class Hints:
    """Asked once for each message that gives something away, when it is due."""

    def __init__(self, rubric: Rubric, people: People, heard: Sequence[Line]) -> None:
        self._rubric = rubric
        self._people = people
        self._heard = heard

    def needless(self, message: Message) -> bool:
        """Has the room found all that this message would give away?"""
        if not message.gives_away:
            return False
        engine = (Entry(seq, *line) for seq, line in enumerate(self._heard, 1))
        found = facts.read([*engine, *self._people.entries], self._rubric)
        return all(self._is_found(part, found) for part in message.gives_away)

    def _is_found(self, part: str, found: Facts) -> bool:
        if part == "hypothesis":
            return found.began is not None and isinstance(right_guess(found, self._rubric), Known)
        pictures = [each for each in found.room.pictures if found.room.is_responder(each)]
        if not pictures:
            return False
        said = pictures[-1].body
        if part == "next_decision":
            wanted = str(self._rubric.answer.get("next_decision") or "")
            return bool(said.get("next")) and resembles(str(said["next"]), wanted)
        parts = compare(said, found, self._rubric)
        names = ("journey", "state") if part == "impact" else ("unsafe",)
        return any(name in parts for name in names) and all(parts[name].right for name in names if name in parts)
