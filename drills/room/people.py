"""Coming and going: who is there, in which role. Whether a role was filled in time is scored elsewhere."""

from functools import partial

from drills.room.errors import RoomError
from drills.room.seat import Given, Said, Seat, Seen, arrival
from drills.room.speaking import ROBOT, Speaker
from scoring.room import NOT_COUNTED
from scoring.timeline import PERSON, Entry


def join(seat: Seat) -> Entry:
    """Say that this person is there, in this role; again with another role changes it. Raises `RoomError`."""
    return seat.enter(partial(_joined, seat.who), Given())


def leave(seat: Seat) -> Entry:
    """Say that this person is no longer there. Raises `RoomError` when they never came."""
    return seat.enter(_left, Given())


def responders_only(seen: Seen, what: str, *, but: str = "") -> None:
    """Refuse those who only look on or hold the key, `but` this role of theirs. Raises `RoomError`."""
    roles = [each.role for each in seen.present if each.person == seen.who.by]
    role = roles[0] if roles else seen.who.role
    if role in NOT_COUNTED and role != but:
        raise RoomError(f"{seen.who.by} is here as {role}: {what} is the responders' own")


def _joined(asked: Speaker, seen: Seen) -> Said:
    name = asked.name
    for stay in seen.room.stays:
        if asked.robot and stay.person == name:
            raise RoomError(f"{name} is a person here: a robot needs a name of its own")
        if not asked.robot and stay.person == name + ROBOT:
            raise RoomError(f"{name} is a robot here: take another name, or add --robot")
    return PERSON, arrival(seen).body


def _left(seen: Seen) -> Said:
    stay = next((each for each in seen.present if each.person == seen.who.by), None)
    if stay is None:
        raise RoomError(f"{seen.who.by} is not in this drill's room: gameday room shows who is")
    return PERSON, {**arrival(seen, state="left").body, "role": stay.role}
