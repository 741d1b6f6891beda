"""What responders may see of a running drill: an allow-list, built from what people and facilitators said to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drills.room.seat import Seat, Seen
from drills.room.speaking import ROLES
from scoring.facts import SECOND
from scoring.room import NOT_COUNTED, Stay
from scoring.timeline import BY_PEOPLE, DRILL, MESSAGE, PERSON, Entry

Json = Any
LAST = 20
"""Entries and messages that are shown."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The last revision of the picture, and who shares it."""

    body: Mapping[str, Json]
    by: str
    agree: tuple[str, ...]
    disagree: Mapping[str, str]
    """Who does not, and why."""
    silent: tuple[str, ...]
    """Responders present who have said neither."""


@dataclass(frozen=True, slots=True)
class Question:
    """One of a tabletop's, and the decisions that answer it."""

    number: int
    text: str
    due: int
    """UTC ns."""
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomView:
    """All that is shown; nothing of the file but its briefing, nothing that is for facilitators."""

    drill: str
    service: str
    began: int
    now: int
    briefing: Mapping[str, str]
    present: tuple[Stay, ...]
    gaps: tuple[str, ...]
    """Roles that nobody who is here has."""
    picture: Shared | None
    severity: int | None
    declared: str
    said: tuple[Entry, ...]
    """The last things people entered, oldest first."""
    messages: tuple[Entry, ...]
    """The last messages to the whole room, or to this person's role."""
    situation: str = ""
    """Of a tabletop."""
    questions: tuple[Question, ...] = ()


def view(seat: Seat) -> RoomView:
    """The room as this person may see it now."""
    seen = seat.look()
    started = seat.store.entries(seat.drill, limit=1, kinds=(DRILL,))
    sent = [each for each in seat.store.entries(seat.drill, kinds=(MESSAGE,)) if _is_for(seen, each)]
    opened = sent[: seen.questions + 1] if seen.questions else []
    messages = sent[len(opened) :]
    severities, declarations = seen.room.severities, seen.room.declarations
    held = {each.role for each in seen.present}
    return RoomView(
        drill=seen.drill.id,
        service=seen.drill.service,
        began=seen.drill.started_at,
        now=seen.now,
        briefing=_briefing(started),
        present=seen.present,
        gaps=tuple(role for role in ROLES if role not in held and role not in NOT_COUNTED),
        picture=picture(seen),
        severity=severities[-1].body.get("severity") if severities else None,
        declared=str(declarations[-1].body.get("declares") or "") if declarations else "",
        said=tuple(each for each in seen.people if each.kind in BY_PEOPLE and each.kind != PERSON)[-LAST:],
        messages=tuple(messages[-LAST:]),
        situation=str(opened[0].body.get("text") or "") if opened else "",
        questions=tuple(_question(seen, each, opened[0].at) for each in opened[1:]),
    )


def _question(seen: Seen, asked: Entry, since: int) -> Question:
    number = int(asked.body.get("question") or 0)
    made = [each for each in seen.room.marked("decision") if each.body.get("answers") == number]
    due = since + round(float(asked.body.get("within") or 0.0) * SECOND)
    told = tuple(f"{each.by}: {each.text}" for each in made)
    return Question(number, str(asked.body.get("text") or ""), due, told)


def picture(seen: Seen) -> Shared | None:
    """The last revision and each responder's last word on it."""
    if not seen.room.pictures:
        return None
    last = seen.room.pictures[-1]
    words = {each.by: each for each in seen.room.acks if each.body.get("revision") == last.body.get("revision")}
    responders = sorted(seen.room.responders(seen.now))
    return Shared(
        body=last.body,
        by=last.by,
        agree=tuple(sorted(name for name, word in words.items() if word.body.get("agrees"))),
        disagree={name: word.text for name, word in sorted(words.items()) if not word.body.get("agrees")},
        silent=tuple(name for name in responders if name not in words and name != last.by),
    )


def _briefing(started: Sequence[Entry]) -> Mapping[str, str]:
    told = started[0].body.get("briefing") if started else None
    found = told if isinstance(told, dict) else {}
    return {key: str(found.get(key) or "") for key in ("title", "text")}


def _is_for(seen: Seen, message: Entry) -> bool:
    to = message.body.get("to") or []
    roles = {each.role for each in seen.present if each.person == seen.who.by}
    return message.audience == "all" and (not to or bool(roles & set(to)))
