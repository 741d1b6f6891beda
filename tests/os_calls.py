"""Counts and cuts the calls to the operating system that touch one folder, by Python's own audit events."""

import errno
import os
import sys
from collections.abc import Callable
from typing import Any

CHANGES = {"os.rename", "os.remove", "os.chmod", "os.chown", "os.setxattr", "os.truncate", "os.link", "os.symlink"}
LOOKS = {"os.listxattr", "os.getxattr", "os.listdir", "os.scandir"}


def _fail() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


class OsCalls:
    """Hears every such call just before it is made. A hook stays for the life of a process, so there is one of it."""

    def __init__(self) -> None:
        self.folder = ""
        self.changes = 0
        self._left = 0
        self._cut: Callable[[], object] = _fail
        sys.addaudithook(self._hear)

    def watch(self, folder: str) -> None:
        """From now on it is about this folder."""
        self.folder, self._left = folder, 0

    def cut_at(self, call: int, cut: Callable[[], object] = _fail) -> None:
        """Do this in place of the `call`-th call from now; 0: let all through."""
        self._left, self._cut = call, cut

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.folder or event not in {"open", *CHANGES, *LOOKS} or not self._here(arguments[0]):
            return
        writes = event == "open" and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
        self.changes += writes or event in CHANGES
        if self._left:
            self._left -= 1
            if not self._left:
                self._cut()

    def _here(self, place: Any) -> bool:
        """A descriptor counts while calls are cut: then nobody but the injector is at work."""
        if isinstance(place, int):
            return self._left > 0
        return isinstance(place, str | bytes | os.PathLike) and os.fsdecode(place).startswith(self.folder)
