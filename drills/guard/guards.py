"""The two guards of a drill, as its process sees them: start, beat, replace, end. Imports little and never reverts."""

import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from drills.guard import page, processes
from drills.guard.errors import GuardError
from drills.guard.own_time import OwnTime

ENVIRONMENT = processes.ENVIRONMENT
"""Every process that a drill starts carries the drill's tag under this name: set `os.environ` once the tag is known."""
PAGE_DESCRIPTOR = 3
REPLACEMENTS = 6
START_SECONDS = 10.0
"""A guard that is not ready by then is replaced."""
_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib is not cheap, and this runs first
_ROOT = os.path.dirname(os.path.dirname(_HERE))  # noqa: PTH120 - as above


class Guards:
    """Two processes that watch this one and each other, and revert from the undo log once this one is gone or hangs.

    Spawn them before anything heavy is imported; the undo log may be created later, in the same folder. While a change
    is open, this process counts as hung when it does not beat for about 5 s (1 s when it is stopped); then a guard
    kills it.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        python: str = sys.executable,
        paths: Sequence[str] | None = None,
        hung_seconds: float = 5.0,
        stopped_seconds: float = 1.0,
    ) -> None:
        """`folder` is the drill's; `paths` are where the guards import from, by default this process's `sys.path`."""
        self._folder = os.path.abspath(folder)  # noqa: PTH100 - as above
        self._python = python
        given = [path for path in (sys.path if paths is None else paths) if os.path.isabs(path)]  # noqa: PTH117
        self._paths = [_ROOT, *(path for path in given if path != _ROOT)]
        self._limits = (hung_seconds, stopped_seconds)
        self._page: page.Page | None = None
        self._children: dict[int, _Child] = {}
        self._left = REPLACEMENTS

    def spawn(self) -> None:
        """Start both; returns at once. Raises GuardError."""
        if self._page is not None:
            return
        try:
            self._page = page.Page.create()
            pid = os.getpid()
            self._page.enter(page.DRILL, pid, processes.start_time(pid))
            for slot in page.GUARDS:
                self._start(slot)
        except OSError as wrong:
            self.close()
            raise GuardError(
                f"the guards cannot be started ({wrong.strerror}); no fault starts without them"
            ) from wrong

    @property
    def ready(self) -> bool:
        """Both are there and watching: without this no fault may start."""
        shared = self._page
        return shared is not None and all(
            slot in self._children
            and shared.pid(slot) == self._children[slot].pid
            and shared.said(slot) == page.WATCHING
            and not self._children[slot].is_dead()
            for slot in page.GUARDS
        )

    def wait_ready(self, timeout: float = 5.0) -> bool:
        """Wait until both are ready."""
        until = time.monotonic() + timeout
        while not self.ready:
            if time.monotonic() >= until:
                return False
            time.sleep(0.001)
        return True

    @property
    def pids(self) -> tuple[int, ...]:
        """Their process ids."""
        return tuple(child.pid for child in self._children.values())

    def beat(self) -> None:
        """I am alive: call it every 100 ms or sooner, from the loop that does the work, never from its own thread."""
        if self._page is not None:
            self._page.beat(page.DRILL)

    def tend(self) -> bool:
        """Replace a guard that died or hangs; False once they are lost: revert and stop. Call it with each beat."""
        if self._page is None:
            return False
        for slot in page.GUARDS:
            child = self._children.get(slot)
            if child is not None and not child.is_lost():
                continue
            if child is not None:
                child.end()
                del self._children[slot]
            if self._left == 0:
                return False
            self._left -= 1
            try:
                self._start(slot)
            except OSError:
                continue
        return True

    def close(self, timeout: float = 2.0, *, keep: bool = False) -> None:
        """End them, when nothing is open any more (they check). Idempotent.

        What does not answer within the timeout is killed, unless `keep` says that something is open: then it is needed.
        """
        shared, self._page = self._page, None
        if shared is None:
            return
        shared.ask_to_close()
        until = time.monotonic() + timeout
        for slot, child in self._children.items():
            staying = False
            while not staying and not child.is_dead(0.005) and time.monotonic() < until:
                shared.beat(page.DRILL)
                staying = shared.said(slot) == page.STAYING
            if (staying or keep) and not child.is_dead():
                child.leave()  # something is open: it stays until this process has ended, and then reverts
            else:
                child.end()
        self._children.clear()
        shared.close()

    def _start(self, slot: int) -> None:
        shared = self._page
        if shared is None:
            return
        shared.enter(slot, 0, 0)
        program = os.path.join(_HERE, "watch.py")  # noqa: PTH118 - as above
        limits = [str(seconds) for seconds in self._limits]
        command = [self._python, "-I", "-S", program, str(slot), self._folder, *limits, *self._paths]
        environment = {name: value for name, value in os.environ.items() if name != ENVIRONMENT}
        pid = processes.spawn_apart(command, environment, shared.descriptor, PAGE_DESCRIPTOR)
        self._children[slot] = _Child(pid, processes.Pulse(shared, slot, *self._limits), shared, slot)


class _Child:
    """A guard that this process started."""

    def __init__(self, pid: int, pulse: processes.Pulse, shared: page.Page, slot: int) -> None:
        self.pid = pid
        self._pidfd = os.pidfd_open(pid)
        self._pulse = pulse
        self._page, self._slot = shared, slot
        self._starting = OwnTime()

    def is_dead(self, seconds: float = 0.0) -> bool:
        return processes.is_dead(self._pidfd, seconds)

    def is_lost(self) -> bool:
        """Dead, hung, or not up in time."""
        if self.is_dead():
            return True
        if self._page.said(self._slot) == page.STARTING:
            self._pulse.forgive()
            return self._starting.step() >= START_SECONDS
        return self._pulse.is_lost()

    def end(self) -> None:
        """Kill it if it lives, and take its end note, so that no zombie stays."""
        processes.kill(self._pidfd)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self.leave()

    def leave(self) -> None:
        """Let it be."""
        os.close(self._pidfd)
