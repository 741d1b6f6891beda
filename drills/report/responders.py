"""What of a drill's timeline responders may know once it is over: an allow-list, so that nothing else can slip in.

The report is made from these entries as if there had been no others; what is not in them is in no byte of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drills.report.content import Line, Look, Report, Say, report_of
from scoring import timeline
from scoring.facts import SITUATION, read
from scoring.result import Known, Missed, Unknown
from scoring.room import Room
from scoring.scorecard import Row, Scorecard, score
from scoring.timeline import Entry
from scoring.wording import result_words

Json = Any
HEADLINE = "What you did is below; what was asked of the drill, and its key, are for the facilitators"
MEASURES = (
    "noticed",
    "declaration",
    "roles",
    "shared_picture",
    "questions",
    "questions_decided",
    "phases",
    "time_to_clear",
    "handoffs",
)
"""The rows that say nothing of the key, nor of what was expected."""
_PHASES = ("active", "clear", "stuck")
_OF_ALERT = ("source", "fingerprint", "name", "status", "labels", "annotations", "starts_at", "event_at", "received_at")
_OF_MESSAGE = ("sender", "to", "text", "question", "within")


def responders_report(entries: Sequence[Entry], say: Say, look: Look) -> Report:
    """The report of a drill that is over, for those who took part in it and may do so again."""
    whole = report_of(entries, say, lambda _: None)
    shown = report_of(responders_timeline(entries), say, look)
    return replace(
        shown,
        audience="responders",
        headline=HEADLINE,
        clear=whole.clear,
        judged=(),
        measured=_measured(score(entries)),
        unknown=(),
        recovery=(),
        never_tried=(),
        checks=(),
    )


def responders_timeline(entries: Sequence[Entry]) -> list[Entry]:
    """Each entry that they may know, and of it what they may know."""
    room = read(entries).room
    named = frozenset(str(each.body["expect"]) for each in room.marked("action") if each.body.get("expect"))
    known = _Known(room, named, _numbers(entries))
    found = ((entry, _body(entry, known)) for entry in entries)
    return [
        replace(entry, body=body, by=_by(entry), previous="", digest="") for entry, body in found if body is not None
    ]


@dataclass(frozen=True, slots=True)
class _Known:
    """What an entry is measured by."""

    room: Room
    probes: frozenset[str]
    """Those that a responder's action named: its author knows of them."""
    faults: Mapping[tuple[str, str], str]
    """What each change is called here."""


def _body(entry: Entry, known: _Known) -> Mapping[str, Json] | None:
    """What they may know of it; None: nothing."""
    if entry.kind in timeline.BY_PEOPLE:
        theirs = entry.kind == timeline.PERSON or known.room.is_responder(entry)
        return entry.body if theirs and entry.audience == "all" else None
    allowed = _ALLOWED.get(entry.kind)
    return allowed(entry, known) if allowed else None


def _fault(entry: Entry, known: _Known) -> Mapping[str, Json] | None:
    body, name = entry.body, known.faults[_change(entry)]
    if body.get("phase") not in _PHASES:
        return None
    again = {"relapse": True} if body.get("relapse") else {}
    return {"fault": name, "change": name, "phase": body["phase"], "by": body.get("by"), **again}


def _probe(entry: Entry, known: _Known) -> Mapping[str, Json] | None:
    if str(entry.body.get("probe")) not in known.probes:
        return None
    return {key: value for key, value in entry.body.items() if key != "evidence"}


def _alert(entry: Entry, known: _Known) -> Mapping[str, Json]:
    del known
    return {key: entry.body.get(key) for key in _OF_ALERT}


def _message(entry: Entry, known: _Known) -> Mapping[str, Json] | None:
    del known
    if entry.audience != "all":
        return None
    name = SITUATION if entry.body.get("message") == SITUATION else "a message"
    return {**{key: entry.body[key] for key in _OF_MESSAGE if key in entry.body}, "message": name}


def _stop(entry: Entry, known: _Known) -> Mapping[str, Json]:
    """It may name a facilitator, a condition, a reason."""
    del entry, known
    return {"rule": "everything is reverted", "why": "", "by": ""}


def _drill(entry: Entry, known: _Known) -> Mapping[str, Json]:
    del known
    body = entry.body
    if body.get("state") == "ended":
        return {"state": "ended", "outcome": body.get("outcome")}
    briefing = body.get("briefing") or {}
    kept = {key: body.get(key) for key in ("state", "drill", "service", "environment", "tabletop") if key in body}
    return {**kept, "title": briefing.get("title") or f"Drill on {body.get('service')}", "scenario": ""}


def _numbers(entries: Sequence[Entry]) -> dict[tuple[str, str], str]:
    """What each change is called here, in the order in which they came."""
    changes = dict.fromkeys(_change(each) for each in entries if each.kind == timeline.FAULT)
    return {change: f"fault {number}" for number, change in enumerate(changes, 1)}


def _change(entry: Entry) -> tuple[str, str]:
    return str(entry.body.get("fault")), str(entry.body.get("change"))


def _by(entry: Entry) -> str:
    """A stop may name a facilitator, and a condition."""
    return "gameday" if entry.kind == timeline.STOP else entry.by


def _measured(card: Scorecard) -> tuple[Line, ...]:
    return tuple(_lines(card)) if card.measured else ()


def _lines(card: Scorecard) -> Iterator[Line]:
    """Why something was missed may tell of the key; what is known is what they did."""
    for row in card.rows:
        if row.measure in MEASURES and not row.about and not isinstance(row.result, Unknown):
            yield Line(row.title, "", result_words(row.result), "not judged", _why(row))


def _why(row: Row) -> str:
    return "" if isinstance(row.result, Missed) or not isinstance(row.result, Known) else row.result.why


_ALLOWED: Mapping[str, Callable[[Entry, _Known], Mapping[str, Json] | None]] = {
    timeline.DRILL: _drill,
    timeline.FAULT: _fault,
    timeline.PROBE: _probe,
    timeline.ALERT: _alert,
    timeline.MESSAGE: _message,
    timeline.STOP: _stop,
}
"""What is not in it, notes and scorecards for instance, they do not get."""
