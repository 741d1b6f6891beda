"""Prints from a thread of its own: a reader that is slow, stopped or gone never holds a drill up. Decides nothing."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

LONGEST = 10_000
"""What waits to be printed; more than that is left out, since nobody reads it."""
LAST_WORDS = 2.0
"""Seconds that a slow reader gets for what is left at the end."""


class Paper:
    """What is put on it is printed in order."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Callable[[], None] | None] = queue.Queue(LONGEST)
        self._thread = threading.Thread(target=self._work, name="output", daemon=True)
        self.lost = ""
        """Why nothing can be printed any more: the reader is gone."""
        self._thread.start()

    def put(self, print_it: Callable[[], None]) -> None:
        """Take one thing to print; returns at once."""
        with suppress(queue.Full):
            self._waiting.put_nowait(print_it)

    def close(self) -> None:
        """Print what is left; a reader that does not take it in time misses it."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=LAST_WORDS)
            self._thread.join(LAST_WORDS)

    def _work(self) -> None:
        while (print_it := self._waiting.get()) is not None:
            try:
                if not self.lost:
                    print_it()
            except (OSError, ValueError) as wrong:  # a closed pipe, a terminal that is gone, a full disk
                self.lost = f"its output is closed ({getattr(wrong, 'strerror', '') or wrong})"
