"""Hears what people enter from other processes while the drill runs, by looking into the store. Never stops a drill."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoring.timeline import BY_PEOPLE, Entry

if TYPE_CHECKING:
    from drills.store.contract import Store

PAUSE = 0.25
"""Seconds between two looks; one that finds nothing new costs microseconds."""
PATIENCE = 3.0
"""Seconds that the last look may take: a store waits that long for a lock."""
BEAT = 0.05
PAGE = 500
"""Entries taken in at one look."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a person entered."""

    entry: Entry


class Hearing:
    """One daemon thread; a store that fails is asked again at the next look, and nobody waits for it."""

    def __init__(self, open_store: "Callable[[], Store]", drill: str, deliver: Callable[[Heard], None]) -> None:
        self._open_store = open_store
        self._drill = drill
        self._deliver = deliver
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="hearing", daemon=True)
        self._store: Store | None = None
        self._stamp: int | None = None
        self._last = 0

    def start(self) -> None:
        """Begin; the store may come into being later."""
        self._thread.start()

    def stop(self, beat: Callable[[], None]) -> None:
        """Look once more, so that what was entered in time is heard, and end."""
        self._over.set()
        until = time.monotonic() + PATIENCE
        while self._thread.is_alive() and time.monotonic() < until:
            beat()
            self._thread.join(BEAT)

    def _work(self) -> None:
        from drills.store.contract import StoreError  # noqa: PLC0415 - keeps the store out of the way to the first fault

        over = False
        while not over:
            over = self._over.wait(PAUSE)
            try:
                self._look()
            except StoreError:
                self._let_go()
        self._let_go()

    def _look(self) -> None:
        self._store = self._store or self._open_store()
        stamp = self._store.stamp()
        while stamp != self._stamp:
            head = self._store.drill(self._drill).head_seq
            page = self._store.entries(self._drill, after=self._last, limit=PAGE, kinds=BY_PEOPLE)
            for entry in page:
                self._deliver(Heard(entry))
            self._last = page[-1].seq if page else self._last
            if len(page) < PAGE:
                self._last, self._stamp = max(self._last, head), stamp

    def _let_go(self) -> None:
        store, self._store, self._stamp = self._store, None, None
        if store is not None:
            store.close()
