"""Takes changes back: in parallel per owner, last first within one, until `inspect` says CLEAR. Never waits without a bound."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from drills.guard.lines import Moved
from drills.guard.phases import Limits
from drills.guard.undolog import UndoLog
from injectors import registry
from injectors.contract import Change, Injector

LIMITS = Limits()
CALL_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Reverted:
    """How it went, by change id."""

    cleared: Mapping[str, int]
    """UTC ns when `inspect` first said CLEAR."""
    stuck: Mapping[str, str]
    """Why it could not be confirmed."""
    unrecorded: str = ""
    """Why the undo log could not be written; what was reverted is reverted all the same, and looked at again later."""


def revert_changes(  # noqa: PLR0913 - each is one decision of the caller
    log: UndoLog,
    changes: Iterable[str],
    *,
    by: str,
    why: str = "",
    limits: Limits = LIMITS,
    call_seconds: float = CALL_SECONDS,
    tick: Callable[[], None] = lambda: None,
    told: Callable[[Moved], None] = lambda _: None,
    make: Callable[[Change], Injector] = registry.make,
) -> Reverted:
    """Revert these changes of the log (by id) and write CLEAR or STUCK for each.

    `tick` is called at least every 50 ms (beat there); `told` hears each transition once it is on disk. `limits.settle`
    makes it look and revert again for that long before anything counts as clear. STUCK ones are tried afresh.
    """
    raise NotImplementedError
