"""The one clock of a drill: UTC nanoseconds that never run backwards, as they follow the monotonic clock."""

import time
from typing import Protocol


class Clock(Protocol):
    """Two views of the same moment."""

    def mono(self) -> float:
        """Seconds, monotonic: for durations and limits."""
        ...

    def at(self, mono: float) -> int:
        """UTC nanoseconds of a monotonic moment: for the record."""
        ...

    def mono_of(self, at: int) -> float:
        """The way back: the monotonic moment of UTC nanoseconds."""
        ...


class SystemClock:
    """The machine's clock, read once in UTC and carried on by the monotonic one."""

    def __init__(self) -> None:
        self._mono = time.monotonic_ns()
        self._utc = time.time_ns()

    def mono(self) -> float:
        return time.monotonic_ns() / 1e9

    def at(self, mono: float) -> int:
        return self._utc + round(mono * 1e9) - self._mono

    def mono_of(self, at: int) -> float:
        return (at - self._utc + self._mono) / 1e9
