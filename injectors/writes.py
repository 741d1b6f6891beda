"""Counts the calls of this process that change something on a target, so that a rehearsal can show how many it made.

An injector says `made()` right before each such call: also before one that changes nothing after all, such as a proof.
"""

import threading

_lock = threading.Lock()
_made = 0


def made() -> None:
    """One more is about to be made."""
    global _made  # noqa: PLW0603 - one count for the whole process is what is wanted
    with _lock:
        _made += 1


def made_so_far() -> int:
    """How many there were since this process began."""
    return _made
