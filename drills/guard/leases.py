"""One drill at a time per target: an exclusive lease per owner, for all workspaces of this user. Never harms one."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, Self

from drills.guard.errors import Blocked, GuardError, Held
from drills.guard.locks import Locked, is_held
from drills.guard.reading import read_log

CONTENT_LIMIT = 16 * 1024
GLANCE = 0.05
"""Seconds."""


def leases_folder() -> Path:
    """Where leases lie: `$XDG_STATE_HOME/gameday/leases`, for all workspaces of this user on this machine."""
    state = os.environ.get("XDG_STATE_HOME", "")
    start = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return start / "gameday" / "leases"


class Lease:
    """The right to change one owner's targets, until `close` or the end of this process. Make it with `lease`."""

    def __init__(self, owner: str, lock: Locked) -> None:
        """Use `lease`."""
        self.owner = owner
        self._lock = lock

    def close(self) -> None:
        """Let it go; a change that is still open in the undo log keeps blocking the owner. Idempotent."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def lease(owner: str, undo_log: str | os.PathLike[str], folder: Path | None = None) -> Lease:
    """Take the lease of an owner for the drill of this undo log.

    Raises `Held` (another drill runs on it), `Blocked` (a dead drill left something open there), `GuardError` (no place
    to keep leases).
    """
    folder = folder or leases_folder()
    path = _path(owner, folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _locked(path)
    except Held:
        raise Held(_in_another(owner, path)) from None
    except OSError as wrong:
        raise GuardError(
            f"{path}: the lease cannot be taken ({wrong.strerror}); XDG_STATE_HOME names its place"
        ) from wrong
    try:
        return _taken(owner, lock, Path(undo_log).absolute())
    except BaseException:
        lock.close()
        raise


def taken_by(owner: str, folder: Path | None = None) -> str:
    """Why the lease of an owner could not be taken now; empty when it could. Takes and writes nothing."""
    path = _path(owner, folder or leases_folder())
    try:
        if is_held(path):
            return _in_another(owner, path)
        with path.open("rb") as file:
            earlier = _read(file.fileno()).get("undo_log")
    except FileNotFoundError:
        return ""
    except OSError as wrong:
        return f"{path}: the lease cannot be read ({wrong.strerror})"
    return _blocked(owner, Path(str(earlier))) if earlier else ""


def _path(owner: str, folder: Path) -> Path:
    return folder / f"{hashlib.sha256(owner.encode()).hexdigest()[:32]}.json"


def _locked(path: Path) -> Locked:
    """Lock it. Who only looks whether somebody has it does so with a lock too, for less than `GLANCE`."""
    until = time.monotonic() + GLANCE
    while True:
        try:
            return Locked(path, os.O_RDWR | os.O_CREAT)
        except Held:
            if time.monotonic() >= until:
                raise
            time.sleep(GLANCE / 5)


def _in_another(owner: str, path: Path) -> str:
    return f"{owner} is in another drill ({_told(path)}): wait for it, or stop it with: gameday stop"


def _blocked(owner: str, earlier: Path) -> str:
    why = _still_blocking(owner, earlier)
    return f"{owner} is blocked: {why}; revert it with: gameday revert --all (in {_workspace(earlier)})" if why else ""


def _taken(owner: str, lock: Locked, undo_log: Path) -> Lease:
    before = _read(lock.descriptor)
    earlier = Path(str(before.get("undo_log") or undo_log))
    if earlier != undo_log and (told := _blocked(owner, earlier)):
        raise Blocked(told)
    content = json.dumps({"owner": owner, "undo_log": str(undo_log), "pid": os.getpid()}).encode()
    try:
        os.ftruncate(lock.descriptor, 0)
        os.pwrite(lock.descriptor, content, 0)
        os.fdatasync(lock.descriptor)
    except OSError as wrong:
        raise GuardError(f"the lease of {owner} cannot be written ({wrong.strerror})") from wrong
    return Lease(owner, lock)


def _still_blocking(owner: str, undo_log: Path) -> str:
    """Why the last drill on this owner still blocks it; empty when it does not. A log that was deleted says nothing."""
    try:
        log = read_log(undo_log)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as wrong:
        return f"the undo log of its last drill, {undo_log}, cannot be read ({wrong.strerror})"
    for one in log.open:
        if one.owner == owner:
            return f"{one.change.id} of drill {undo_log.parent.name} is still {one.phase} there"
    if log.damage:
        return f"{log.damage[0].id} of {undo_log} is damaged, so it may still be bent"
    return ""


def _workspace(undo_log: Path) -> Path:
    return undo_log.parents[3] if len(undo_log.parents) > 3 else undo_log.parent


def _told(path: Path) -> str:
    try:
        with path.open("rb") as file:
            found = _read(file.fileno())
    except OSError:
        return "unknown"
    return f"process {found.get('pid', '?')}, {found.get('undo_log', '?')}"


def _read(descriptor: int) -> dict[str, Any]:
    try:
        found = json.loads(os.pread(descriptor, CONTENT_LIMIT, 0) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
