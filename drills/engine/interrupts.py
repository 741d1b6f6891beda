"""Ctrl-C and its kin: the first asks for a polite revert, the same again leaves it to the guards. Reverts nothing."""

import os
import signal
import time
from types import FrameType
from typing import Self

WATCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP)
"""Ctrl-Z too: a drill that is put to sleep looks hung, and would be killed by its guards."""
APART = 0.5
"""Seconds between two of the same signal that are two wishes: `timeout` and a closing terminal send theirs twice."""
CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 143, "SIGTSTP": 130}


def ignore() -> None:
    """For the last moments of a process, in which Python takes its handlers away: its exit code is decided."""
    for number in WATCHED:
        signal.signal(number, signal.SIG_IGN)


class Interrupts:
    """Handlers from the beginning of a drill on, installed even where the parent shell ignored the signal.

    Once the drill is over they stay: a signal then ends this process with the code of what the drill came to.
    """

    def __init__(self, farewell: str) -> None:
        self._farewell = farewell.encode() + b"\n"
        self.ending: int | None = None
        """The exit code of the drill, once it is over and has one of its own."""
        self.name = ""
        """The first signal that came, such as `SIGINT`."""
        self._came: dict[str, float] = {}

    def __enter__(self) -> Self:
        for number in WATCHED:
            signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number in WATCHED:
            signal.signal(number, self._too_late)

    def _take(self, number: int, frame: FrameType | None) -> None:
        del frame
        name, now = signal.Signals(number).name, time.monotonic()
        if name != "SIGTSTP" and now - self._came.setdefault(name, now) >= APART:
            os.write(2, self._farewell)
            os._exit(CODES[self.name])
        self.name = self.name or name

    def _too_late(self, number: int, frame: FrameType | None) -> None:
        del frame
        os._exit(CODES[signal.Signals(number).name] if self.ending is None else self.ending)
