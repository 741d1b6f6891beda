"""Locks that the kernel lets go when their holder dies, and that a forked child never keeps. Never waits."""

import fcntl
import os
import weakref
from typing import Self

from drills.guard.errors import Held


class Locked:
    """An open file with an exclusive lock on it."""

    def __init__(self, path: str | os.PathLike[str], flags: int = os.O_RDWR, mode: int = 0o600) -> None:
        """Open and lock. Raises OSError, or `Held` when another process has the lock."""
        self.descriptor = os.open(path, flags | os.O_CLOEXEC, mode)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.descriptor)
            self.descriptor = -1
            raise Held(f"{os.fspath(path)} is held by another process") from None
        _HELD.add(self)

    def close(self) -> None:
        """Let go; idempotent."""
        descriptor, self.descriptor = self.descriptor, -1
        _HELD.discard(self)
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_HELD: weakref.WeakSet[Locked] = weakref.WeakSet()


def is_held(path: str | os.PathLike[str]) -> bool:
    """Does some process hold the lock of this file? A missing file is held by nobody. Raises OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _let_go_in_a_forked_child() -> None:
    """Closing, not unlocking: the lock belongs to the open file, which the parent shares and keeps."""
    for lock in list(_HELD):
        lock.close()


os.register_at_fork(after_in_child=_let_go_in_a_forked_child)
