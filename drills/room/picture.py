"""The shared picture: each revision whole, changed a part at a time, shared or not by name. It scores nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from drills.room.errors import RoomError
from drills.room.people import responders_only
from drills.room.seat import Said, Seen
from drills.room.texts import choice, choices, items, listed, maybe, said
from scoring.timeline import ACK, PICTURE

Json = Any
STATES = ("down", "degraded", "slow")
RISKS = ("stale-reads", "lost-writes", "duplicates", "delayed")
FIELDS = ("journey", "state", "data_risk", "harmed", "safe", "hypothesis", "unsafe", "next")


def option(field: str) -> str:
    """How the field is typed: `--data-risk`."""
    return "--" + field.replace("_", "-")


def latest(seen: Seen) -> Mapping[str, Json] | None:
    """The last revision, if there is one."""
    return seen.room.pictures[-1].body if seen.room.pictures else None


def changes(**typed: Json) -> dict[str, Json]:
    """What was typed for each part, as it is kept; None: nothing. Raises `RoomError`."""
    return {
        "journey": maybe(typed["journey"], "--journey"),
        "state": None if typed["state"] is None else choice(typed["state"], STATES, "--state"),
        "data_risk": choices(typed["data_risk"], RISKS, "--data-risk"),
        "harmed": items(typed["harmed"], "--harmed"),
        "safe": items(typed["safe"], "--safe"),
        "hypothesis": maybe(typed["hypothesis"], "--hypothesis"),
        "unsafe": items(typed["unsafe"], "--unsafe", split=False),
        "next": maybe(typed["next_"], "--next"),
    }


def revised(seen: Seen, changed: Mapping[str, Json]) -> Said:
    """The next revision: the last one with these parts changed. Raises `RoomError` when nothing changes."""
    responders_only(seen, "the picture")
    before = latest(seen) or {}
    given = {field: value for field, value in changed.items() if value is not None}
    if not given:
        raise RoomError(f"say what to set: {listed(option(each) for each in FIELDS)}")
    whole = {field: given.get(field, before.get(field)) for field in FIELDS}
    if before and all(before.get(field) == whole[field] for field in FIELDS):
        raise RoomError(f"revision {before['revision']} says all of this already: share it with gameday picture ack")
    missing = [field for field in FIELDS if whole[field] is None]
    return PICTURE, {"revision": int(before.get("revision") or 0) + 1, **whole, "missing": missing}


def shared(seen: Seen, revision: int | None) -> Said:
    """This person shares the last revision; an older or incomplete one cannot be shared. Raises `RoomError`."""
    responders_only(seen, "sharing the picture")
    body = _meant(seen, revision)
    if body["missing"]:
        raise RoomError(incomplete(body))
    return ACK, {"revision": body["revision"], "agrees": True, "text": ""}


def disputed(seen: Seen, revision: int | None, why: str) -> Said:
    """This person does not share the last revision, and says why. Raises `RoomError`."""
    responders_only(seen, "sharing the picture")
    return ACK, {"revision": _meant(seen, revision)["revision"], "agrees": False, "text": said(why, "the reason")}


def incomplete(body: Mapping[str, Json]) -> str:
    """What is missing, and what to type."""
    missing: Sequence[str] = body["missing"]
    typed = " ".join(f"{option(each)} ..." for each in missing)
    names = listed(each.replace("_", " ") for each in missing)
    return f"revision {body['revision']} is incomplete, {names} missing: gameday picture set {typed}"


def _meant(seen: Seen, revision: int | None) -> Mapping[str, Json]:
    last = latest(seen)
    if last is None:
        raise RoomError("there is no picture yet: gameday picture set --journey ... --state ...")
    if revision is not None and revision != last["revision"]:
        raise RoomError(f"revision {revision} is not the last one, {last['revision']} is: gameday picture show")
    return last
