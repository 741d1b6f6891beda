"""The marks that people make: what each type says, checked against the room as it is. Appends nothing itself."""

from collections.abc import Mapping
from typing import Any

from drills.room.errors import RoomError
from drills.room.people import responders_only
from drills.room.seat import Said, Seen
from drills.room.speaking import ROLES
from drills.room.texts import choice, listed, maybe, said, seconds
from scenarios.suggest import for_name
from scoring.timeline import DECLARATION, MARK, SEVERITY, STEP, Entry
from scoring.wording import printable

Json = Any
PURPOSES = ("containment", "mitigation", "diagnosis")
VERDICTS = ("confirmed", "refuted", "dropped")
DECLARES = ("incident", "contained", "recovered", "stood-down")
STEP_VERDICTS = ("worked", "deviated", "failed", "unclear")
WHYS = ("gone", "flag", "permission", "link", "assumption", "other")
_TO_CHARS = 60


def mark(seen: Seen, kind: str, text: str, *, withdraws: bool = False, **more: Json) -> Said:
    """A mark of this type; only one that corrects another may be empty, which takes the other back."""
    if withdraws and not printable(text):
        return MARK, {"mark": kind, "text": ""}
    body: dict[str, Json] = {"mark": kind, "text": said(text, f"the {kind}")}
    return MARK, {**body, **_CHECKS[kind](seen, more)} if kind in _CHECKS else {**body, **_texts(more)}


def severity(level: int, text: str) -> Said:
    """How bad it is: 1 is the worst."""
    return SEVERITY, {"severity": level, "text": said(text, "the reason")}


def declaration(seen: Seen, declares: str, text: str | None) -> Said:
    """What the room now holds true as a whole."""
    state = choice(declares, DECLARES, "declare")
    responders_only(seen, f"declaring `{state}`", but="facilitator" if state == "stood-down" else "")
    return DECLARATION, {"declares": state, "text": said(text, "the reason") if text else ""}


def step(tried: Mapping[str, Json], verdict: str, why: str | None, text: str | None) -> Said:
    """How one step of a runbook went; `tried` is `{runbook, step, title, text_hash}` as it is today."""
    found = choice(verdict, STEP_VERDICTS, "the verdict")
    if found == "worked" and why is not None:
        raise RoomError("--why says why a step did not work: leave it out, or write deviated, failed or unclear")
    reason = None if why is None else choice(why, WHYS, "--why")
    return STEP, {**tried, "verdict": found, "why": reason, "text": said(text, "the note") if text else ""}


def _texts(more: Mapping[str, Json]) -> dict[str, Json]:
    return {name: maybe(text, f"--{name}") for name, text in more.items()}


def _decision(seen: Seen, more: Mapping[str, Json]) -> dict[str, Json]:
    number = more["answers"]
    if number is not None and not seen.questions:
        raise RoomError("--answers names a question of a tabletop, and this drill is none: leave it out")
    if number is not None and not 1 <= number <= seen.questions:
        raise RoomError(f"--answers {number}: the questions are 1 to {seen.questions}; gameday room shows them")
    return {**_texts({name: more[name] for name in ("because", "unless")}), "answers": number}


def _action(seen: Seen, more: Mapping[str, Json]) -> dict[str, Json]:
    purpose, expect, by = more["purpose"], more["expect"], more["by"]
    if (expect is None) != (by is None):
        raise RoomError("--expect PROBE and --by 5m belong together: what becomes good, and by when")
    if expect is not None and expect not in seen.probes:
        advice = for_name(expect, seen.probes) if seen.probes else "gameday.yaml has none that can be looked at here"
        raise RoomError(f"--expect {printable(expect)[:_TO_CHARS]!r} is no probe of this workspace: {advice}")
    return {
        "purpose": None if purpose is None else choice(purpose, PURPOSES, "--for"),
        "expect": expect,
        "by": seconds(by, "--by"),
        "undo": maybe(more["undo"], "--undo"),
        "protects": maybe(more["protects"], "--protects"),
    }


def _update(seen: Seen, more: Mapping[str, Json]) -> dict[str, Json]:
    del seen
    texts = _texts({name: more[name] for name in ("known", "unknown", "decides")})
    return {**texts, "next": seconds(more["next"], "--next")}


def _question(seen: Seen, more: Mapping[str, Json]) -> dict[str, Json]:
    return {"to": _to(seen, more["to"]), "due": seconds(more["due"], "--due")}


def _answer(seen: Seen, more: Mapping[str, Json]) -> dict[str, Json]:
    asked = _pointed(seen, more["question"], "question", "--question", done=_pointed_at(seen, "answer", "question"))
    return {"question": asked.seq, "verdict": choice(more["verdict"] or "", VERDICTS, "--verdict")}


def _handoff(seen: Seen, more: Mapping[str, Json]) -> dict[str, Json]:
    if more["to"] is None:
        raise RoomError("--to NAME is missing: who takes over?")
    texts = _texts({name: more[name] for name in ("impact", "hypothesis", "rejected", "unsafe", "pending")})
    return {"to": _to(seen, more["to"]), **texts, "next": seconds(more["next"], "--next")}


def _accept(seen: Seen, more: Mapping[str, Json]) -> dict[str, Json]:
    given = _pointed(seen, more["handoff"], "handoff", "--handoff", done=_pointed_at(seen, "accept", "handoff"))
    if given.by == seen.who.by:
        raise RoomError(f"handoff {given.seq} is your own: the one who takes over accepts it")
    return {"handoff": given.seq}


def _to(seen: Seen, word: str | None) -> str | None:
    """A person who is here, or a role."""
    told = maybe(word, "--to")
    if told is None:
        return None
    people = {each.person.lower(): each.person for each in seen.present}
    if told.lower() in people or told.lower() in ROLES:
        return people.get(told.lower(), told.lower())
    advice = for_name(told, [*people.values(), *ROLES], "there are")
    raise RoomError(f"--to {told[:_TO_CHARS]!r} is nobody in this room and no role: {advice}")


def _pointed_at(seen: Seen, kind: str, key: str) -> set[Json]:
    return {each.body.get(key) for each in seen.room.marks if each.mark == kind}


def _pointed(seen: Seen, seq: int | None, kind: str, option: str, *, done: set[Json]) -> Entry:
    """The mark of this kind that is meant: by number, or the only one that is still open."""
    there = {each.seq for each in seen.room.marks if each.mark == kind}
    if seq is None:
        still = sorted(there - done)
        if len(still) != 1:
            told = f"open now: {listed(map(str, still))}" if still else f"no {kind} is open"
            raise RoomError(f"{option} NUMBER is missing: {told}")
        seq = still[0]
    entry = seen.entry(seq)
    if seq not in there or entry is None:
        told = f"there are: {listed(map(str, sorted(there)))}" if there else "there is none yet"
        raise RoomError(f"{option} {seq} is no {kind}: {told}")
    return entry


_CHECKS = {
    "decision": _decision,
    "action": _action,
    "update": _update,
    "question": _question,
    "answer": _answer,
    "handoff": _handoff,
    "accept": _accept,
}
