"""After the drill's process is gone: take its undo log and revert what is open, from the log alone. Needs no store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from drills.guard.phases import Limits

LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Takeover:
    """How it went, by change id."""

    cleared: Mapping[str, int]
    stuck: Mapping[str, str]
    damage: tuple[str, ...] = ()
    """Lines of the log that cannot be trusted, in words; each needs `resolve`."""
    unrecorded: str = ""

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


def take_over(
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
    raise NotImplementedError


def alive(folder: Path) -> bool:
    """Is the drill's process there, or a guard that reverts for it? By the undo log's lock. Raises OSError."""
    raise NotImplementedError


def wait_free(folder: Path, seconds: float) -> bool:
    """Wait until neither the drill nor a guard has the log; False when `seconds` were not enough."""
    raise NotImplementedError


def open_drills(workspace: Path) -> list[LeftOpen]:
    """Dead drills of this workspace that left a change open or a damaged line, oldest first."""
    raise NotImplementedError


def resolve(folder: Path, change: str, *, why: str, by: str) -> None:
    """Record that a stuck change (or `line N` that is damaged) no longer blocks its target; it stays in the log.

    Raises GuardError without a reason, or when no such thing is open; `Held` while the drill runs.
    """
    raise NotImplementedError
