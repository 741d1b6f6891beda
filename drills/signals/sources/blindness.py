"""Keeps when a source could not hear, and why: the difference between "no alert came" and "nobody knows"."""

import threading
import time

KEPT = 1000
"""Gaps that are told apart; when there are more, the oldest two become one."""


class Blindness:
    """Gaps of one source, oldest first; moments are UTC ns. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gaps: list[tuple[int, int | None]] = []
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why it cannot hear now; empty while it can."""
        with self._lock:
            return self._problem

    @property
    def gaps(self) -> tuple[tuple[int, int | None], ...]:
        """(from, to); to is None while it lasts."""
        with self._lock:
            return tuple(self._gaps)

    def begins(self, since: int, why: str) -> None:
        """It has heard nothing since then; while it lasts, only the reason changes."""
        with self._lock:
            self._problem = why
            if not self._gaps or self._gaps[-1][1] is not None:
                self._add((since, None))

    def ends(self) -> None:
        """It hears again."""
        with self._lock:
            self._problem = ""
            if self._gaps and self._gaps[-1][1] is None:
                self._gaps[-1] = (self._gaps[-1][0], time.time_ns())

    def blinked(self, at: int) -> None:
        """Something that was sent at this moment was not understood."""
        with self._lock:
            if not self._gaps or self._gaps[-1][1] is not None:
                self._add((at, at))

    def _add(self, gap: tuple[int, int | None]) -> None:
        self._gaps.append(gap)
        if len(self._gaps) > KEPT:
            self._gaps[:2] = [(self._gaps[0][0], self._gaps[1][1])]
