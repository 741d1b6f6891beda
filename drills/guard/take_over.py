"""After the drill's process is gone: take its undo log, revert what is open, from the log alone. Needs no store."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from drills.guard import processes
from drills.guard.control import drill_folders
from drills.guard.errors import GuardError, NotWritten
from drills.guard.lines import Resolved, Taken
from drills.guard.locks import is_held
from drills.guard.phases import Limits
from drills.guard.reading import Log, read_log
from drills.guard.revert import CALL_SECONDS, Reverted, revert_changes
from drills.guard.undolog import FILE, UndoLog

LIMITS = Limits()
UNKNOWN_SETTLE = 5.0
"""Seconds, when the log's first line cannot be read."""
MORE_SETTLE = 1.0
"""Seconds more when a process of the drill had to be ended: what it asked for may still be worked on."""
GRACE = 0.3


@dataclass(frozen=True, slots=True)
class Takeover:
    """How it went, by change id."""

    cleared: Mapping[str, int] = field(default_factory=dict)
    """UTC ns when `inspect` first said CLEAR."""
    stuck: Mapping[str, str] = field(default_factory=dict)
    """Why it could not be confirmed."""
    damage: tuple[str, ...] = ()
    """Lines of the log that cannot be trusted, in words; each needs `resolve`."""
    unrecorded: str = ""
    """Why the log could not be written, if so."""
    retry: bool = False
    """Something is stuck that may become reachable."""

    @property
    def closed(self) -> bool:
        """True when nothing is left."""
        return not self.stuck and not self.damage and not self.unrecorded


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A dead drill that left something: the next `gameday` command says so first."""

    folder: Path
    drill: str
    open: Mapping[str, str]
    """Change id -> its phase and why."""
    damage: tuple[str, ...]


def take_over(  # noqa: PLR0913 - each is one decision of the caller
    folder: Path,
    *,
    by: str,
    why: str = "",
    settle: float | None = None,
    limits: Limits = LIMITS,
    tick: Callable[[], None] = lambda: None,
) -> Takeover:
    """Revert all that the drill in this folder left open, look again through its settle time, write CLEAR or STUCK.

    `settle` None: the drill's own. Raises `Held` while the drill or a guard has the log, OSError when there is none.
    """
    with UndoLog.open(folder / FILE) as log:
        return mend(log, by=by, why=why, settle=settle, limits=limits, tick=tick)


def mend(  # noqa: PLR0913 - as above
    log: UndoLog,
    *,
    by: str,
    why: str = "",
    settle: float | None = None,
    limits: Limits = LIMITS,
    call_seconds: float = CALL_SECONDS,
    tick: Callable[[], None] = lambda: None,
) -> Takeover:
    """The same for a log whose lock this process has; nothing is written when nothing is open."""
    before = log.log
    damage = tuple(f"{each.id}: {each.why}" for each in before.damage)
    if not before.open:
        return Takeover(damage=damage)
    ended = processes.end_tagged(before.tag)
    if settle is None:
        settle = before.facts.settle if before.facts else UNKNOWN_SETTLE
    unrecorded = _record(log, Taken(by, why, os.getpid(), ended))
    done: Reverted = revert_changes(
        log,
        [one.change.id for one in before.open],
        by=by,
        why=why,
        limits=replace(limits, settle=settle + MORE_SETTLE * bool(ended)),
        call_seconds=call_seconds,
        tick=tick,
    )
    retry = bool(done.stuck.keys() - done.hopeless)
    return Takeover(done.cleared, done.stuck, damage, done.unrecorded or unrecorded, retry)


def _record(log: UndoLog, line: Taken) -> str:
    """What is open is reverted even when nothing can be written any more."""
    try:
        log.append(line)
    except NotWritten as wrong:
        return str(wrong)
    return ""


def alive(folder: Path) -> bool:
    """Is the drill's process there, or a guard that reverts for it? By the undo log's lock. Raises OSError."""
    return is_held(folder / FILE)


def wait_free(folder: Path, seconds: float) -> bool:
    """Wait until neither the drill nor a guard has the log; False when `seconds` were not enough."""
    until = time.monotonic() + seconds
    while alive(folder):
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True


def open_drills(workspace: Path) -> list[LeftOpen]:
    """Dead drills of this workspace that left a change open or a damaged line, oldest first."""
    suspects = [folder for folder in drill_folders(workspace) if _left(folder)]
    if suspects:
        time.sleep(GRACE)  # a drill that died this very moment is about to be taken over by its guards
    return [left for folder in suspects if (left := _left(folder))]


def _left(folder: Path) -> LeftOpen | None:
    try:
        if alive(folder):
            return None
        log = read_log(folder / FILE)
    except FileNotFoundError:
        return None
    except OSError as wrong:
        return LeftOpen(folder, folder.name, {}, (f"{folder / FILE} cannot be read: {wrong.strerror}",))
    return None if log.closed else _told(folder, log)


def _told(folder: Path, log: Log) -> LeftOpen:
    opened = {one.change.id: f"{one.phase}: {one.why}" if one.why else str(one.phase) for one in log.open}
    return LeftOpen(folder, folder.name, opened, tuple(f"{each.id}: {each.why}" for each in log.damage))


def resolve(folder: Path, change: str, *, why: str, by: str) -> None:
    """Record that a stuck change (or `line N` that is damaged) no longer blocks its target; it stays in the log.

    Raises GuardError without a reason, or when no such thing is open; `Held` while the drill runs.
    """
    if not why.strip():
        raise GuardError("a reason is needed: say why it no longer matters, for those who read it later")
    with UndoLog.open(folder / FILE) as log:
        now = log.log
        names = [*(one.change.id for one in now.open), *(each.id for each in now.damage)]
        if change not in names:
            raise GuardError(f"drill {folder.name} has no open {change!r}; open are: {', '.join(names) or 'none'}")
        log.append(Resolved(change, why, by))
