"""Takes changes back while the drill's loop goes on, with the very code that guards use. Decides nothing."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drills.engine.clock import Clock
from drills.guard.phases import Limits, Phase, Tracked
from drills.guard.revert import revert_changes
from drills.guard.undolog import UndoLog


@dataclass(frozen=True, slots=True)
class Reverted:
    """A change came to its end, at a monotonic moment."""

    change: str
    at: float
    stuck: str = ""
    """Why it could not be confirmed; empty: it is clear."""
    unrecorded: str = ""
    """Why the undo log does not say so; empty: it does."""


class Reverter:
    """One thread a batch; within it, targets go in parallel and the last change of a target goes first."""

    def __init__(self, log: UndoLog, clock: Clock, settle: float, deliver: Callable[[Reverted], None]) -> None:
        self._log = log
        self._clock = clock
        self._settle = settle
        self._deliver = deliver
        self.known: set[str] = set()

    def revert(self, tracked: Iterable[Tracked]) -> None:
        """Begin at once; each change is delivered as `Reverted`.

        Where a call got no answer it may still be on its way, so those settle before they count as clear.
        """
        batch = list(tracked)
        self.known |= {each.change.id for each in batch}
        unsure = [each.change.id for each in batch if each.tries and each.phase is Phase.INJECTING]
        sure = [each.change.id for each in batch if each.change.id not in unsure]
        for ids, settle in ((sure, 0.0), (unsure, self._settle)):
            if ids:
                thread = threading.Thread(target=self._work, args=(ids, settle), name=f"revert {ids[0]}", daemon=True)
                try:
                    thread.start()
                except RuntimeError as wrong:  # no more threads on this machine
                    self._leave(ids, str(wrong))

    def _leave(self, ids: Iterable[str], why: str) -> None:
        """Say that these are stuck: they stay open in the log, so the guards revert them once this process ends."""
        for change in ids:
            self._deliver(Reverted(change, self._clock.mono(), f"{why}; its guards go on"))

    def _work(self, ids: list[str], settle: float) -> None:
        try:
            done = revert_changes(self._log, ids, by="drill", limits=Limits(settle=settle))
        except Exception as bug:  # noqa: BLE001 - an engine step: whatever breaks, the guards are told to go on
            self._leave(ids, f"the revert broke off ({type(bug).__name__})")
            return
        for change, at in done.cleared.items():
            self._deliver(Reverted(change, self._clock.mono_of(at), unrecorded=done.unrecorded))
        for change, why in done.stuck.items():
            self._deliver(Reverted(change, self._clock.mono(), why))
