"""What people say to a running drill, as small files: STOP, latch, safety lever, starts by hand. Needs no a server."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from drills.guard.disk import flush_folder
from drills.guard.errors import GuardError

STATE = ".gameday"
SIZE_LIMIT = 64 * 1024
DRILLS_LIMIT = 10_000_000
HISTORY_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said, when and why."""

    by: str
    why: str
    at: int = field(default_factory=time.time_ns)
    """UTC ns."""
    drill: str = ""
    engaged: bool = True


def state_folder(workspace: Path) -> Path:
    """The workspace's own state, made when it is not there yet. Raises GuardError (read-only, full)."""
    folder = workspace / STATE
    try:
        for each in (folder, folder / "drills"):  # other users of the machine may read neither the key nor an undo
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        raise GuardError(f"{folder}: cannot be written ({wrong.strerror})") from wrong
    with suppress(OSError), (folder / ".gitignore").open("x") as ignored:
        ignored.write("*\n")  # what targets answered does not belong into a repository
    return folder


def new_drill_folder(workspace: Path) -> tuple[str, Path]:
    """The id and the folder of a new drill; two at once get two. Raises GuardError (read-only, full)."""
    try:
        drills = state_folder(workspace) / "drills"
        number = max((int(folder.name) for folder in drill_folders(workspace)), default=0) + 1
        while number < DRILLS_LIMIT:
            with suppress(FileExistsError):
                (drills / str(number)).mkdir(mode=0o700)
                flush_folder(drills)
                return str(number), drills / str(number)
            number += 1
    except OSError as wrong:
        raise GuardError(f"{workspace / STATE}: no folder for a new drill ({wrong.strerror})") from wrong
    raise GuardError(f"{drills}: more than {DRILLS_LIMIT} drills")


def drill_folders(workspace: Path) -> list[Path]:
    """Every drill's folder, oldest first. Raises GuardError when they cannot be listed: another user's."""
    drills = workspace / STATE / "drills"
    try:
        return sorted((one for one in drills.iterdir() if one.name.isdecimal()), key=lambda folder: int(folder.name))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as wrong:
        raise GuardError(
            f"{drills}: cannot be listed ({wrong.strerror}), so nobody knows what is on: run gameday as its owner"
        ) from wrong


def press_stop(folder: Path, *, by: str, why: str) -> None:
    """STOP this drill: it reverts everything before it tells anyone."""
    _write(folder / "stop", Word(by, why, drill=folder.name))


def stop_pressed(folder: Path) -> Word | None:
    """STOP of this drill, if it was pressed; one failed open when it was not."""
    return _read(folder / "stop")


def latch(workspace: Path, *, by: str, why: str, drill: str = "") -> None:
    """Refuse new starts in this workspace until `unlatch`."""
    _write(state_folder(workspace) / "stop.json", Word(by, why, drill=drill))


def latched(workspace: Path) -> Word | None:
    """Who latched it and why, while it is."""
    return _engaged(workspace / STATE / "stop.json")


def unlatch(workspace: Path, *, by: str, why: str) -> None:
    """Allow starts again. Raises GuardError without a reason."""
    _release(workspace / STATE / "stop.json", by, why)


def engage_lever(workspace: Path, *, by: str, why: str) -> None:
    """The safety lever: every drill of the workspace reverts and none starts. Raises GuardError without a reason."""
    _write(state_folder(workspace) / "lever.json", Word(by, _reason(why)))


def lever(workspace: Path) -> Word | None:
    """Who engaged the safety lever and why, while it is; one that cannot be read counts as engaged."""
    return _engaged(workspace / STATE / "lever.json")


def release_lever(workspace: Path, *, by: str, why: str) -> None:
    """Allow drills again. Raises GuardError without a reason."""
    _release(workspace / STATE / "lever.json", by, why)


def start_by_hand(folder: Path, name: str, *, by: str) -> None:
    """Start what waits for a hand: a fault or a part of this drill."""
    _write(folder / f"start-{_plain(name)}", Word(by, "by hand", drill=folder.name))


def started_by_hand(folder: Path, name: str) -> Word | None:
    """Who started it, once somebody did."""
    return _read(folder / f"start-{_plain(name)}")


def said(path: Path) -> Iterator[Word]:
    """The latest words of a lever or latch file, oldest first: nothing that was released is forgotten."""
    with suppress(OSError, ValueError, TypeError):
        for one in json.loads(path.read_bytes()[:SIZE_LIMIT])["history"]:
            yield Word(**one)


def _engaged(path: Path) -> Word | None:
    word = _read(path)
    return word if word is not None and word.engaged else None


def _release(path: Path, by: str, why: str) -> None:
    word = Word(by, _reason(why), engaged=False)
    if path.exists():
        _write(path, word)


def _reason(why: str) -> str:
    if not why.strip():
        raise GuardError("a reason is needed: say why, for those who read it later")
    return why


def _plain(name: str) -> str:
    if not name or not all(letter.isalnum() or letter in "-_." for letter in name):
        raise GuardError(f"{name!r} is not an id: letters, digits, hyphens")
    return name


def _read(path: Path) -> Word | None:
    """The last word of a file; one that cannot be read counts as said, since not knowing means stop."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(SIZE_LIMIT))
        return Word(**found["history"][-1])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError, IndexError) as wrong:
        return Word("unknown", f"{path.name} cannot be read ({type(wrong).__name__}), which counts as engaged")


def _write(path: Path, word: Word) -> None:
    """Replace the file in one step: a reader sees the old words or the new ones."""
    history = [*(asdict(one) for one in said(path)), asdict(word)][-HISTORY_LIMIT:]
    while len(content := json.dumps({"history": history}).encode()) > SIZE_LIMIT and len(history) > 1:
        history = history[1:]
    if len(content) > SIZE_LIMIT:
        raise GuardError(f"a reason of more than {SIZE_LIMIT} bytes is not kept")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        flush_folder(path.parent)
    except OSError as wrong:
        beside.unlink(missing_ok=True)
        raise GuardError(f"{path}: cannot be written ({wrong.strerror})") from wrong
