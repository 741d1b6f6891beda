"""What people entered, as sentences: the body of one entry in one line. It adds nothing that is not in the entry."""

from collections.abc import Callable, Mapping
from typing import Any

from scoring import timeline
from scoring.wording import clock

Json = Any


def _person(body: Mapping[str, Json]) -> str:
    state = f"is here as {body.get('role')}" if body.get("state") == "joined" else f"left ({body.get('role')})"
    return f"{body.get('person')} {state}"


def _mark(body: Mapping[str, Json]) -> str:
    text = str(body.get("text") or "")
    if not text and body.get("corrects") is not None:
        return f"takes back entry {body['corrects']}"
    details = _DETAILS[body["mark"]](body) if body.get("mark") in _DETAILS else []
    return f"{str(body.get('mark')).upper()} {text}{_in_brackets(details)}{_how(body)}"


def _decision(body: Mapping[str, Json]) -> list[str]:
    return _named(body, answers="question", because="because", unless="unless")


def _action(body: Mapping[str, Json]) -> list[str]:
    told = [f"for {body['purpose']}"] if body.get("purpose") else []
    if body.get("expect"):
        told.append(f"expects {body['expect']} to be good within {_time(body.get('by'))}")
    return told + _named(body, undo="undo", protects="protects")


def _update(body: Mapping[str, Json]) -> list[str]:
    told = _named(body, known="known", unknown="unknown", decides="decides")
    return told + _next(body)


def _question(body: Mapping[str, Json]) -> list[str]:
    due = [f"due within {_time(body['due'])}"] if body.get("due") else []
    return _named(body, to="to") + due


def _answer(body: Mapping[str, Json]) -> list[str]:
    return [f"question {body.get('question')}: {body.get('verdict')}"]


def _handoff(body: Mapping[str, Json]) -> list[str]:
    told = _named(
        body,
        to="to",
        impact="impact",
        hypothesis="hypothesis",
        rejected="rejected",
        unsafe="unsafe",
        pending="pending",
    )
    return told + _next(body)


def _accept(body: Mapping[str, Json]) -> list[str]:
    return [f"handoff {body.get('handoff')}"]


def _picture(body: Mapping[str, Json]) -> str:
    parts = []
    for field in ("journey", "state", "data_risk", "harmed", "safe", "hypothesis", "unsafe", "next"):
        value = body.get(field)
        if value is not None:
            told = "; ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
            parts.append(f"{field.replace('_', ' ')}: {told}")
    missing = body.get("missing") or []
    parts += [f"missing: {', '.join(str(each).replace('_', ' ') for each in missing)}"] if missing else []
    return f"PICTURE {body.get('revision')}, {'; '.join(parts)}{_how(body)}"


def _ack(body: Mapping[str, Json]) -> str:
    if body.get("agrees"):
        return f"shares picture {body.get('revision')}"
    return f"DISAGREES with picture {body.get('revision')}: {body.get('text')}"


def _severity(body: Mapping[str, Json]) -> str:
    return f"SEVERITY {body.get('severity')}: {body.get('text')}{_how(body)}"


def _declaration(body: Mapping[str, Json]) -> str:
    why = f": {body['text']}" if body.get("text") else ""
    return f"DECLARES {body.get('declares')}{why}{_how(body)}"


def _step(body: Mapping[str, Json]) -> str:
    why = f" ({body['why']})" if body.get("why") else ""
    note = f": {body['text']}" if body.get("text") else ""
    which = f"{body.get('runbook')} {body.get('step')} ({body.get('title')})"
    return f"STEP {which} {body.get('verdict')}{why}{note}{_how(body)}"


def _how(body: Mapping[str, Json]) -> str:
    """What comes with any entry."""
    told = [f"corrects {body['corrects']}"] if body.get("corrects") is not None else []
    told += ["noticed earlier"] if body.get("noticed_at") else []
    count = len(body.get("evidence") or [])
    told += [f"evidence: {count} file{'s' if count > 1 else ''}"] if count else []
    return f" [{', '.join(told)}]" if told else ""


def _named(body: Mapping[str, Json], **words: str) -> list[str]:
    return [f"{word}: {body[key]}" for key, word in words.items() if body.get(key)]


def _next(body: Mapping[str, Json]) -> list[str]:
    return [f"next update in {_time(body['next'])}"] if body.get("next") else []


def _in_brackets(details: list[str]) -> str:
    return f" ({'; '.join(details)})" if details else ""


def _time(seconds: Json) -> str:
    return clock(seconds) if isinstance(seconds, int | float) else "?"


_DETAILS: Mapping[str, Callable[[Mapping[str, Json]], list[str]]] = {
    "decision": _decision,
    "action": _action,
    "update": _update,
    "question": _question,
    "answer": _answer,
    "handoff": _handoff,
    "accept": _accept,
}
SENTENCES: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
    timeline.PERSON: _person,
    timeline.MARK: _mark,
    timeline.PICTURE: _picture,
    timeline.ACK: _ack,
    timeline.SEVERITY: _severity,
    timeline.DECLARATION: _declaration,
    timeline.STEP: _step,
}
