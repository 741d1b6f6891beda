"""What a guard does: watch the drill's process, fence it, elect one taker, revert. Only stdlib until idle."""

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

from drills.guard import page, processes
from drills.guard.own_time import OwnTime
from drills.guard.preload import Preload
from drills.guard.seen import Seen

if TYPE_CHECKING:
    from drills.guard.undolog import UndoLog

TICK = 0.05
QUICK = 0.002
QUICK_TRIES = 25
FIRST_PATIENCE, LONGEST_PATIENCE = 2.0, 60.0
LAST_WORDS = 60.0
"""Seconds that the drill's process has for its last words: it changes nothing any more, and beats no more either."""
FIRST_REST, LONGEST_REST = 0.05, 30.0
GIVE_UP = 900.0
"""Seconds for which a guard tries again what breaks under its hands."""


class Guard:
    """One of two; either can do everything alone."""

    def __init__(self, slot: int, folder: str, descriptor: int, hung: float, stopped: float) -> None:
        """Take the slot; the drill's process is in slot 0."""
        self.slot, self.folder = slot, folder
        self.log = Seen(os.path.join(folder, "undo.jsonl"))  # noqa: PTH118 - pathlib costs the first milliseconds
        self.page = page.Page(descriptor)
        self.limits = (hung, stopped)
        self.peer = next(each for each in page.GUARDS if each != slot)
        pid = os.getpid()
        self.page.enter(slot, pid, processes.start_time(pid))

    def run(self) -> None:
        """Watch until the drill's process is gone, then see that nothing stays; never returns."""
        code = 1
        try:
            if self._watch():
                self._see_to_it()
            code = 0
        except BaseException:
            self._complain()
            raise
        finally:
            os._exit(code)  # a hung call in a thread must not keep this process

    def _see_to_it(self) -> None:
        """Whatever breaks on the way is tried again, ever rarer: nobody else is left to revert."""
        own, pause = OwnTime(), FIRST_REST
        while True:
            try:
                if log := self._elect():
                    with log:
                        self._take_over(log)
            except Exception as wrong:
                if not isinstance(wrong, OSError | MemoryError):  # no descriptor or memory left: that may pass
                    self._complain()
                if own.step() >= GIVE_UP:
                    raise
            else:
                return
            self._rest(pause, own)
            pause = min(pause * 2, LONGEST_REST)

    def _rest(self, seconds: float, own: OwnTime) -> None:
        """Beat for so long, as `own` counts it."""
        until = own.step() + seconds
        while own.step() < until:
            self._tick()
            time.sleep(min(TICK, seconds))

    def _watch(self) -> bool:
        """True once the drill's process is dead; False when it is done and nothing is open."""
        drill = processes.open_process(self.page.pid(page.DRILL), self.page.start(page.DRILL))
        pulse = processes.Pulse(self.page, page.DRILL, *self.limits)
        preload = Preload(self.log, self.slot)
        self.page.beat(self.slot)  # from now on it counts as hung when it falls silent
        self.page.say(self.slot, page.WATCHING)
        while drill is not None and not processes.is_dead(drill, TICK):
            self.page.beat(self.slot)
            if self.page.closing and self.page.said(self.slot) == page.WATCHING:
                if not self._anything_open():
                    return False
                self.page.say(self.slot, page.STAYING)
                pulse = processes.Pulse(self.page, page.DRILL, LAST_WORDS, LAST_WORDS)
            preload.tick()
            if pulse.is_lost():
                if self.log.look() or not self._anything_open():
                    pulse.forgive()  # it has just written to the log, or its silence harms nobody
                else:
                    self._fence(drill)
        return True

    def _fence(self, pidfd: int) -> None:
        """Kill it and see it dead: only a dead process cannot wake up and go on."""
        processes.kill(pidfd)
        while not processes.is_dead(pidfd, TICK):
            self.page.beat(self.slot)

    def _anything_open(self) -> bool:
        from drills.guard.reading import scan  # noqa: PLC0415 - not before it is needed

        return bool(scan(self.log.content)[0].log().open)

    def _elect(self) -> "UndoLog | None":
        """The undo log, once this guard has its lock; None when nothing is left to do."""
        from drills.guard.errors import Held  # noqa: PLC0415 - as above
        from drills.guard.undolog import UndoLog  # noqa: PLC0415

        tries = 0
        winner = _Winner(self.page, self.peer, self.limits)
        while True:
            self.page.beat(self.slot)
            try:
                log = UndoLog.open(self.log.path, known=self.log.content)
            except Held:
                log = None
            except FileNotFoundError:
                return None
            if winner.has_done_all():
                return None
            if log is not None:
                self.page.hold(self.slot, page.HOLDING)
                return log
            tries += 1
            winner.wait(QUICK if tries <= QUICK_TRIES else TICK)

    def _take_over(self, log: "UndoLog") -> None:
        from drills.guard.take_over import mend  # noqa: PLC0415 - as above

        by = f"guard {self.slot}"
        done = mend(log, by=by, why="the drill's process is gone", tick=self._tick)
        facts = log.log.facts
        self.page.hold(self.slot, page.PATIENT)
        log.close()
        if facts is not None and done.retry:
            self._be_patient(by, facts.patience)

    def _be_patient(self, by: str, patience: float) -> None:
        """What could not be reached may come back, and with it a request that waited there: look again, ever rarer.

        Between two looks the log is free, so that a person can revert or resolve.
        """
        from drills.guard.errors import Held  # noqa: PLC0415 - as above
        from drills.guard.take_over import mend  # noqa: PLC0415
        from drills.guard.undolog import UndoLog  # noqa: PLC0415

        own, pause = OwnTime(), FIRST_PATIENCE
        while own.step() < patience:
            self._rest(min(pause, patience - own.passed), own)
            pause = min(pause * 1.5, LONGEST_PATIENCE)
            try:
                with UndoLog.open(self.log.path, known=self.log.content) as log:
                    if not mend(log, by=by, why="looking again at what is stuck", tick=self._tick).retry:
                        return
            except (Held, OSError):
                continue

    def _tick(self) -> None:
        self.page.beat(self.slot)

    def _complain(self) -> None:
        """Say where it broke, and no more: a message might hold a secret. Nobody reads a guard's standard error."""
        kind, _, trace = sys.exc_info()
        places = []
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
            trace = trace.tb_next
        name = os.path.join(self.folder, f"guard-{self.slot}-broke.txt")  # noqa: PTH118 - as above
        with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123 - as above
            file.write("\n".join([kind.__name__ if kind else "", *places, *(t.name for t in threading.enumerate())]))


class _Winner:
    """The other guard, as the loser of the election sees it: watched, and killed when it hangs."""

    def __init__(self, shared: page.Page, slot: int, limits: tuple[float, float]) -> None:
        self._page, self._slot, self._limits = shared, slot, limits
        self._pulse = processes.Pulse(shared, slot, *limits)
        self._pidfd: int | None = None
        self._pid = 0

    def has_done_all(self) -> bool:
        """Has it reverted what it could? Then it is gone, or only looks again from time to time."""
        return self._page.holds(self._slot) == page.PATIENT

    def wait(self, seconds: float) -> None:
        """Until it is dead, at most so long; killed when it has fallen silent."""
        if self._is_gone() or self._pidfd is None:
            time.sleep(seconds)
            return
        if not processes.is_dead(self._pidfd, seconds) and self._pulse.is_lost():
            processes.kill(self._pidfd)

    def _is_gone(self) -> bool:
        pid = self._page.pid(self._slot)
        if pid != self._pid:
            self._pid = pid
            self._pidfd = processes.open_process(pid, self._page.start(self._slot))
            self._pulse = processes.Pulse(self._page, self._slot, *self._limits)
        return self._pidfd is None or processes.is_dead(self._pidfd)
