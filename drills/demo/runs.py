"""Runs drills as a person would, each a `gameday run FILE` of its own, two side by side, each with its robot."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from drills.demo.on_call import Shift
from drills.demo.shop.supervisor import leashed

LONGEST = 120.0
"""Seconds one drill may take before it is told to end; it reverts by itself then."""
GRACE = 30.0
"""Seconds a drill that was told to end gets to revert; its guards need no more."""
Say = Callable[[str, str], None]
"""(drill, one line of what it says)"""


@dataclass(slots=True)
class _Lane:
    """Drills that run one after another."""

    waiting: list[str]
    name: str = ""
    process: subprocess.Popen[str] | None = None
    readers: list[threading.Thread] = field(default_factory=list)
    ends_by: float = 0.0
    told: bool = False


class Runs:
    """The lanes, and what each drill ended with."""

    def __init__(self, workspace: Path, lanes: Sequence[Sequence[str]], say: Say) -> None:
        self._workspace, self._say = workspace, say
        self._lanes = [_Lane(list(lane)) for lane in lanes]
        self._said: queue.Queue[tuple[str, str]] = queue.Queue()
        self._shifts: dict[str, Shift] = {}
        self.codes: dict[str, int] = {}
        self.interrupted = 0

    def run(self) -> None:
        """Run all; call it from the main thread, which must live as long as the drills it starts."""
        while any(lane.process or lane.waiting for lane in self._lanes):
            for lane in self._lanes:
                self._tend(lane, time.monotonic())
            self._pass_on(0.1)
        self._pass_on(0.0)

    def end(self, number: int) -> None:
        """Start no more, and tell each drill that runs to revert and end; `run` returns when they have."""
        self.interrupted = number

    def _tend(self, lane: _Lane, now: float) -> None:
        if self.interrupted:
            lane.waiting.clear()
        if lane.process is None:
            if lane.waiting:
                self._begin(lane, now)
            return
        code = lane.process.poll()
        if code is not None:
            self._finish(lane, code)
        elif (self.interrupted or now > lane.ends_by) and not lane.told:
            lane.told, lane.ends_by = True, now + GRACE
            lane.process.send_signal(self.interrupted or signal.SIGTERM)
        elif lane.told and now > lane.ends_by:
            lane.process.kill()  # its guards revert

    def _begin(self, lane: _Lane, now: float) -> None:
        lane.name, lane.told, lane.ends_by = lane.waiting.pop(0), False, now + LONGEST
        self._shifts[lane.name] = Shift(self._workspace, lane.name)
        command = [sys.executable, "-m", "drills.cli", "run", f"drills/{lane.name}.yaml", "--no-person"]
        lane.process = subprocess.Popen(
            leashed(command, signal.SIGTERM),
            cwd=self._workspace,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            process_group=0,  # a Ctrl-C reaches it once, through us
        )
        streams = [each for each in (lane.process.stdout, lane.process.stderr) if each is not None]
        lane.readers = [threading.Thread(target=self._read, args=(lane.name, each), daemon=True) for each in streams]
        for reader in lane.readers:
            reader.start()

    def _finish(self, lane: _Lane, code: int) -> None:
        for reader in lane.readers:
            reader.join(1.0)
        self._shifts[lane.name].end()
        self.codes[lane.name] = code
        lane.process, lane.readers = None, []

    def _read(self, name: str, stream: IO[str]) -> None:
        with stream, contextlib.suppress(ValueError):
            for line in stream:
                self._said.put((name, line.rstrip("\n")))

    def _pass_on(self, patience: float) -> None:
        with contextlib.suppress(queue.Empty):
            self._hear(*self._said.get(timeout=patience) if patience else self._said.get_nowait())
            while True:
                self._hear(*self._said.get_nowait())

    def _hear(self, name: str, line: str) -> None:
        self._shifts[name].hear(line)
        self._say(name, line)
