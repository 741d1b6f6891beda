"""One entry of a timeline as one sentence for people. It adds nothing that is not in the entry."""

from collections.abc import Callable, Mapping
from typing import Any

from drills.cli.people_sentences import SENTENCES as OF_PEOPLE
from scoring import timeline
from scoring.facts import SECOND
from scoring.timeline import Entry
from scoring.wording import clock, printable

Json = Any
_LONGEST = 400
"""Characters of one sentence; the rest is in `--json`."""
_PHASES = {
    "prepared": "{change} is prepared: {kind} on {subject}",
    "injecting": "{change}: injecting {kind} on {subject}",
    "active": "{change} is on: its effect is confirmed",
    "reverting": "{change}: reverting",
    "clear": "{change} is gone, confirmed; ended by {by}",
    "stuck": "{change} IS STUCK: nobody could confirm that it is gone",
}
_MARKS: Mapping[Json, str] = {True: "good", False: "BAD", None: "no answer"}


def line(entry: Entry, start: int) -> str:
    """`+0:12.3  fault     gameday    kill-one is on`: time since the drill's first entry, kind, who, sentence."""
    since = clock((entry.at - start) / SECOND)
    return f"{'+' + since:>10}  {entry.kind:<8}  {printable(entry.by):<10}  {sentence(entry)}"


def sentence(entry: Entry) -> str:
    """What happened, in one line without control characters."""
    told = _SENTENCES.get(entry.kind, _other)(entry.body)
    safe = printable(told)
    return safe if len(safe) <= _LONGEST else safe[: _LONGEST - 1] + "…"


def _drill(body: Mapping[str, Json]) -> str:
    if body.get("state") == "ended":
        return f"the drill ended: {body.get('outcome')}" + _because(body)
    title = body.get("title") or body.get("scenario")
    return f"drill {body.get('drill')} begins: {title} ({body.get('service')} on {body.get('environment')})"


def _fault(body: Mapping[str, Json]) -> str:
    words = {key: body.get(key) or "?" for key in ("change", "kind", "subject", "by")}
    told = _PHASES.get(str(body.get("phase")), "{change}: " + str(body.get("phase")))
    return told.format_map(words) + _because(body)


def _probe(body: Mapping[str, Json]) -> str:
    return f"{body.get('probe')}: {_MARKS.get(body.get('good'), 'no answer')}{_because(body)}"


def _source(body: Mapping[str, Json]) -> str:
    state = "listens" if body.get("listening") else "IS BLIND"
    return f"{body.get('source')} {state}{_because(body)}"


def _alert(body: Mapping[str, Json]) -> str:
    labels = ", ".join(
        f"{key}={value}" for key, value in sorted((body.get("labels") or {}).items()) if key != "alertname"
    )
    annotations = body.get("annotations") or {}
    says = annotations.get("summary") or annotations.get("description") or ""
    told = f"{body.get('name')} is {body.get('status')}" + (f" ({labels})" if labels else "")
    return told + (f": {says}" if says else "")


def _stop(body: Mapping[str, Json]) -> str:
    by = f", by {body.get('by')}" if body.get("by") else ""
    return f"STOP, {body.get('rule')}{by}{_because(body)}"


def _message(body: Mapping[str, Json]) -> str:
    to = ", ".join(map(str, body.get("to") or ["all"]))
    if body.get("question"):
        return f"question {body['question']}, to decide within {clock(body.get('within') or 0)}: {body.get('text')}"
    return f"{body.get('sender')} to {to}: {body.get('text')}"


def _note(body: Mapping[str, Json]) -> str:
    return str(body.get("text"))


def _evidence(body: Mapping[str, Json]) -> str:
    return f"kept {body.get('size')} bytes about {body.get('about')} ({str(body.get('digest'))[:12]})"


def _scorecard(body: Mapping[str, Json]) -> str:
    card = body.get("card") or {}
    how = "scored again" if body.get("made") == "rescored" else "scored"
    return f"{how} by rubric {card.get('rubric_version')}: {card.get('headline')}"


def _other(body: Mapping[str, Json]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in body.items())


def _because(body: Mapping[str, Json]) -> str:
    return f": {body['why']}" if body.get("why") else ""


_SENTENCES: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
    timeline.DRILL: _drill,
    timeline.FAULT: _fault,
    timeline.PROBE: _probe,
    timeline.SOURCE: _source,
    timeline.ALERT: _alert,
    timeline.STOP: _stop,
    timeline.MESSAGE: _message,
    timeline.NOTE: _note,
    timeline.EVIDENCE: _evidence,
    timeline.SCORECARD: _scorecard,
    **OF_PEOPLE,
}
