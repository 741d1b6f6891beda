"""The room and its picture for a terminal, or as JSON. It shows what `drills.room.view` allows, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from drills.cli.sentences import line
from drills.room.picture import FIELDS, incomplete
from drills.room.view import RoomView, Shared
from scoring.facts import SECOND
from scoring.wording import clock, printable

Json = Any


def show_room(room: RoomView, *, as_json: bool) -> None:
    """All of it."""
    if as_json:
        print(json.dumps(_as_json(room), indent=2))
        return
    title = room.briefing.get("title") or f"Drill on {room.service}"
    print(f"drill {room.drill}: {printable(title)}, for {clock((room.now - room.began) // SECOND)}")
    if room.briefing.get("text"):
        print(f"  {printable(room.briefing['text'])}")
    if room.situation:
        _show_questions(room)
    if room.declared or room.severity:
        print(f"declared: {room.declared or 'nothing'}; severity: {room.severity or 'not set'}")
    print("people")
    for stay in room.present:
        print(f"  {printable(stay.person):<24} {printable(stay.role)}")
    if room.gaps:
        print(f"  nobody is {', '.join(room.gaps)}")
    show_picture(room.picture, as_json=False)
    for heading, entries in (("messages", room.messages), ("said", room.said)):
        if entries:
            print(heading)
            for entry in entries:
                print(f"  {entry.seq:>4} {line(entry, room.began)}")


def _show_questions(room: RoomView) -> None:
    print(f"situation\n  {printable(room.situation)}")
    print('questions: gameday mark decision "..." --answers NUMBER')
    for each in room.questions:
        left = (each.due - room.now) // SECOND
        open_still = f"OPEN, {clock(left)} left" if left >= 0 else f"OPEN, {clock(-left)} late"
        print(f"  {each.number:>4} {printable(each.text)}: {'; '.join(map(printable, each.decisions)) or open_still}")


def show_picture(shared: Shared | None, *, as_json: bool) -> None:
    """The last revision, and who shares it."""
    if as_json:
        print(json.dumps(asdict(shared) if shared else None, indent=2, default=dict))
        return
    if shared is None:
        print("picture: none yet: gameday picture set --journey ... --state ...")
        return
    print(f"picture, revision {shared.body.get('revision')} by {printable(shared.by)}")
    for field in FIELDS:
        print(f"  {field.replace('_', ' '):<10} {_told(shared.body, field)}")
    if shared.body.get("missing"):
        print(f"  {incomplete(shared.body)}")
    print(f"  shared by {_names(shared.agree)}; silent: {_names(shared.silent)}")
    for name, why in shared.disagree.items():
        print(f"  {printable(name)} disagrees: {printable(why)}")


def _told(body: Mapping[str, Json], field: str) -> str:
    value = body.get(field)
    if value is None:
        return "?"
    return printable("; ".join(map(str, value)) or "none" if isinstance(value, list) else str(value))


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(printable, names)) or "nobody"


def _as_json(room: RoomView) -> dict[str, Json]:
    return {
        "drill": room.drill,
        "service": room.service,
        "began": room.began,
        "briefing": dict(room.briefing),
        "people": [{"person": each.person, "role": each.role, "robot": each.robot} for each in room.present],
        "gaps": list(room.gaps),
        "picture": asdict(room.picture) if room.picture else None,
        "severity": room.severity,
        "declared": room.declared,
        "messages": [_message(each) for each in room.messages],
        "situation": room.situation,
        "questions": [asdict(each) for each in room.questions],
        "said": [_entry(each) for each in room.said],
    }


def _entry(entry: Any) -> dict[str, Json]:
    return {"seq": entry.seq, "at": entry.at, "kind": entry.kind, "by": entry.by, "body": dict(entry.body)}


def _message(entry: Any) -> dict[str, Json]:
    """Without its id, which its author chose for those who know the scenario."""
    return {"seq": entry.seq, "at": entry.at, **{key: entry.body.get(key) for key in ("sender", "to", "text")}}
