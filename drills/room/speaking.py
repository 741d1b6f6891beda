"""Who speaks from this terminal: by name, by $GAMEDAY_AS, or by having joined here. Writes no timeline."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from drills.guard.control import state_folder
from drills.guard.processes import start_time
from drills.room.errors import RoomError
from drills.room.texts import NAME_CHARS
from scoring.wording import printable

VARIABLE = "GAMEDAY_AS"
ROBOT = " (robot)"
RESERVED = ("gameday", "guard")
ROLES = ("commander", "scribe", "comms", "lead", "specialist", "support", "observer", "facilitator")
_SIZE = 4096
_SESSIONS = 1000


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person or a robot; `role` is empty where only the name was given."""

    name: str
    role: str = ""
    robot: bool = False

    @property
    def by(self) -> str:
        """As it stands beside everything they say: a robot is never shown as a person."""
        return self.name + ROBOT if self.robot else self.name


def named(text: str) -> str:
    """A name that can stand on a timeline: one printable line. Raises `RoomError`."""
    name = text.strip()
    if not name or len(name) > NAME_CHARS or printable(name) != name:
        raise RoomError(f"a name is one line of 1 to {NAME_CHARS} printable characters: --as NAME")
    if name.lower() in RESERVED or name.lower().startswith(tuple(f"{each} " for each in RESERVED)):
        raise RoomError(f"{name!r} is what gameday calls itself: take another name")
    return name


def joining(name: str, role: str, *, robot: bool) -> Speaker:
    """Who comes in. Raises `RoomError`."""
    plain = named(name)
    if plain.endswith(ROBOT) and not robot:
        raise RoomError(f"{plain!r} is how a robot is shown: add --robot, or take another name")
    return Speaker(plain.removesuffix(ROBOT), role, robot)


def speaker(workspace: Path, given: str, environment: Mapping[str, str] = os.environ) -> Speaker:
    """Who speaks. Raises `RoomError` when nobody can tell."""
    told = given or environment.get(VARIABLE, "")
    here = remembered(workspace)
    if told:
        name = named(told)
        return here if here is not None and name in {here.name, here.by} else _bare(name)
    if here is None:
        raise RoomError(
            f"who says this? Nobody has joined in this terminal: type gameday join --as NAME --role ROLE, "
            f"or add --as NAME, or set {VARIABLE}"
        )
    return here


def onlooker(workspace: Path, given: str) -> Speaker:
    """Who looks: as `speaker`, or nobody in particular, who sees what everybody may see."""
    known = given or os.environ.get(VARIABLE) or remembered(workspace)
    return speaker(workspace, given) if known else Speaker("")


def remember(workspace: Path, who: Speaker) -> None:
    """From now on this terminal session speaks for them. Raises `RoomError`."""
    path = _session(workspace)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _forget_ended(path.parent)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(json.dumps(asdict(who)))
        beside.replace(path)
    except OSError as wrong:
        raise RoomError(f"{path}: cannot be written ({wrong.strerror}): add --as NAME to each command") from wrong


def remembered(workspace: Path) -> Speaker | None:
    """Who joined in this terminal session, if anybody did."""
    with suppress(OSError, ValueError, TypeError, AttributeError, RoomError):
        with _session(workspace).open("rb") as file:
            found = Speaker(**json.loads(file.read(_SIZE)))
        return found if found.role in ROLES and named(found.name) else None
    return None


def forget(workspace: Path) -> None:
    """This terminal session speaks for nobody any more."""
    with suppress(OSError):
        _session(workspace).unlink(missing_ok=True)


def _bare(name: str) -> Speaker:
    return Speaker(name.removesuffix(ROBOT), robot=name.endswith(ROBOT))


def _session(workspace: Path) -> Path:
    """A session's number is used again after it ended, its leader's start time is not."""
    session = os.getsid(0)
    return state_folder(workspace) / "terminals" / f"{session}-{start_time(session)}"


def _forget_ended(folder: Path) -> None:
    for path in sorted(folder.iterdir())[:_SESSIONS]:
        number, _, start = path.name.partition("-")
        if number.isdecimal() and str(start_time(int(number))) != start:
            path.unlink(missing_ok=True)
