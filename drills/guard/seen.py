"""The undo log as a guard has seen it: held open and kept in memory, so that deleting or cutting it hides nothing."""

import os


class Seen:
    """Follows the file from its first line; only whole lines count."""

    def __init__(self, path: str) -> None:
        """It need not be there yet."""
        self._path = path
        self._descriptor = -1
        self._content = bytearray()

    def look(self) -> bool:
        """Has anything been added since the last look? Only the holder of its lock adds, so it was alive then."""
        try:
            if self._descriptor < 0:
                self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            size, offset = os.fstat(self._descriptor).st_size, len(self._content)
            added = os.pread(self._descriptor, size - offset, offset) if size > offset else b""
        except OSError:
            return False
        whole = added[: added.rfind(b"\n") + 1]
        self._content += whole
        return bool(whole)

    @property
    def content(self) -> bytes:
        """Everything that is there, and what was there before somebody cut it."""
        self.look()
        return bytes(self._content)

    def since(self, offset: int) -> bytes:
        """What was seen behind this offset."""
        return bytes(self._content[offset:])

    @property
    def path(self) -> str:
        """Where to open it: by its name, or past its name when that is gone or leads elsewhere by now."""
        if self._descriptor < 0:
            return self._path
        try:
            there = os.stat(self._path)  # noqa: PTH116 - pathlib costs a guard its first milliseconds
            held = os.fstat(self._descriptor)
        except OSError:
            same = False
        else:
            same = (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)
        return self._path if same else f"/proc/self/fd/{self._descriptor}"
