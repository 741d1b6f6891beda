"""Loads what a guard will need for the kinds of fault in the log, in a thread, once it is idle. Calls nothing."""

import re
import threading
from contextlib import suppress

from drills.guard.seen import Seen

EVERY = 4
"""Ticks between two looks at the log."""
_KIND = re.compile(rb'"kind":"([a-z0-9_.-]{1,100})"')


class Preload:
    """Reads only what was added to the log since the last look; what cannot be loaded is met at the revert."""

    def __init__(self, log: Seen, slot: int) -> None:
        """The two guards take turns, so that they do not slow the drill down together."""
        self._log = log
        self._ticks = slot * EVERY // 2
        self._offset = 0
        self._wanted: set[str] = set()
        self._loaded: set[str] = set()
        self._thread: threading.Thread | None = None

    def tick(self) -> None:
        """Look, from time to time, and load what is new."""
        self._ticks += 1
        if self._ticks % EVERY:
            return
        self._log.look()
        added = self._log.since(self._offset)
        self._offset += len(added)
        self._wanted |= {found.decode() for found in _KIND.findall(added)}
        if self._thread is not None and self._thread.is_alive():
            return
        if new := self._wanted - self._loaded:
            self._loaded |= new
            with suppress(RuntimeError):  # no more threads: then it is loaded when it is needed
                self._thread = threading.Thread(target=_load, args=(sorted(new),), daemon=True)
                self._thread.start()


def _load(kinds: list[str]) -> None:
    from drills.guard import take_over  # noqa: F401, PLC0415 - loading it is what this is for
    from injectors import registry  # noqa: PLC0415
    from injectors.contract import InjectorError  # noqa: PLC0415

    for name in kinds:
        with suppress(InjectorError, ImportError):
            registry.kind(name)
