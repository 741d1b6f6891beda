"""The undo log of one drill: a line is on disk before `append` returns. Never deletes and never touches a target."""

import errno
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from drills.guard.disk import Disk, flush_folder
from drills.guard.errors import NotWritten
from drills.guard.lines import Facts, Line, Prepared
from drills.guard.locks import Locked
from drills.guard.phases import Tracked
from drills.guard.reading import Fold, Log, encode, read_log, scan

__all__ = ["FILE", "LINE_LIMIT", "Log", "UndoLog", "read_log"]

FILE = "undo.jsonl"
LINE_LIMIT = 1 << 20
FIRST_RESERVE = 64 * 1024
RESERVE_PER_CHANGE = 4 * 1024
"""Room for everything that will be said of a change after its undo entry, so that `clear` fits on a full disk."""


class UndoLog:
    """Held by one process at a time: the drill's for its life, then a guard's or a command's."""

    def __init__(self, path: Path, lock: Locked, disk: Disk) -> None:
        """Use `create` or `open`."""
        self.path = path
        self._lock = lock
        self._disk = disk
        self._mutex = threading.Lock()
        self._fold = Fold()
        self._end = 0
        self._reserved = 0
        self._promised = FIRST_RESERVE
        self._torn: int | None = None
        self._known = bytearray()
        """All that is in the file, so that it can be made whole when somebody cuts it."""
        self._cut = False

    @classmethod
    def create(cls, folder: str | os.PathLike[str], facts: Facts, disk: Disk | None = None) -> Self:
        """A new log in an existing folder, locked for this process, its name and first line on disk.

        Raises `NotWritten` (full or read-only disk, a log is already there).
        """
        path = Path(folder) / FILE
        try:
            lock = Locked(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        except OSError as wrong:
            raise NotWritten(_cannot(path, wrong)) from wrong
        log = cls(path, lock, disk or Disk())
        try:
            log.append(facts)
            flush_folder(path.parent)
        except OSError as wrong:
            log.close()
            raise NotWritten(_cannot(path, wrong)) from wrong
        except NotWritten:
            log.close()
            raise
        return log

    @classmethod
    def open(cls, path: str | os.PathLike[str], disk: Disk | None = None, known: bytes = b"") -> Self:
        """An existing log, locked for this process. A log on a read-only disk opens; then every `append` raises.

        `known` is how it began when it was last looked at: a log that was cut meanwhile is made whole from it.
        Raises `Held` while another process has it, OSError when it is not there.
        """
        path = Path(path)
        try:
            lock = Locked(path)
        except OSError as wrong:
            if wrong.errno not in {errno.EROFS, errno.EACCES, errno.EPERM}:
                raise
            lock = Locked(path, os.O_RDONLY)
        log = cls(path, lock, disk or Disk())
        log._take_in(known)
        return log

    def append(self, *lines: Line) -> None:
        """Write the lines, all with one flush; they are on disk when this returns. Threads may share it.

        Raises `NotWritten`: then nothing that these lines were to precede may happen.
        """
        with self._mutex:
            start = self._fold.count
            coded = [encode(line, start + place) for place, line in enumerate(lines)]
            if any(len(one) > LINE_LIMIT for one in coded):
                raise NotWritten(f"{self.path}: a line over {LINE_LIMIT} bytes is not written; an undo must be small")
            try:
                self._make_whole()
                self._make_room(lines, sum(map(len, coded)))
                self._mend()
                self._write(b"".join(coded))
            except OSError as wrong:
                raise NotWritten(_cannot(self.path, wrong)) from wrong
            for line in lines:
                self._fold.take(line)

    @property
    def log(self) -> Log:
        """All that is known now; a snapshot."""
        with self._mutex:
            return self._fold.log()

    @property
    def tracked(self) -> Mapping[str, Tracked]:
        """Every change by its id, in the order of their undo entries; a snapshot."""
        return self.log.tracked

    @property
    def facts(self) -> Facts:
        """The first line. Raises `NotWritten` when it was never written or is damaged."""
        facts = self.log.facts
        if facts is None:
            raise NotWritten(f"{self.path}: its first line is missing or damaged")
        return facts

    @property
    def lost(self) -> str:
        """What somebody else did to the file, so that no later command could revert from it; empty: nothing."""
        known = len(self._known)  # before the look at the file: another thread may be adding to both
        try:
            ours, there = os.fstat(self._lock.descriptor), self.path.stat()
        except OSError:
            return f"{self.path} is gone"
        if (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino):
            return f"{self.path} is another file now"
        self._cut = self._cut or ours.st_size < known
        return f"{self.path} was cut by somebody else" if self._cut else ""

    def close(self) -> None:
        """Let the lock go; idempotent."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take_in(self, known: bytes) -> None:
        """Read what is there, and remember a torn end so that the next line starts afresh."""
        data = self.path.read_bytes()
        if len(data) < len(known):
            data = known
        self._fold, self._torn = scan(data)
        self._known = bytearray(data)
        self._end = len(data)

    def _make_whole(self) -> None:
        """Put back what was cut off at the end; a flush follows with the next line."""
        size = os.fstat(self._lock.descriptor).st_size
        if size < len(self._known):
            self._cut = True
            self._put(bytes(self._known[size:]), size)

    def _mend(self) -> None:
        """Blank a torn end and start a line behind it: no reader may ever take it for one."""
        if self._torn is None:
            return
        size = os.fstat(self._lock.descriptor).st_size
        self._end = self._put(b" " * (size - self._torn) + b"\n", self._torn)
        self._fold.place += 1
        self._torn = None

    def _write(self, data: bytes) -> None:
        self._torn = self._end
        self._end = self._put(data, self._end)
        self._disk.flush(self._lock.descriptor)
        self._torn = None

    def _put(self, data: bytes, offset: int) -> int:
        while data:
            written = self._disk.write(self._lock.descriptor, data, offset)
            self._known[offset : offset + written] = data[:written]
            offset += written
            data = data[written:]
        return offset

    def _make_room(self, lines: tuple[Line, ...], size: int) -> None:
        """Before an undo entry is written, the room for its end must be there. Other lines use what was reserved."""
        entries = sum(isinstance(line, Prepared | Facts) for line in lines)
        if not entries:
            return
        self._promised += entries * RESERVE_PER_CHANGE
        wanted = self._end + size + self._promised
        if wanted > self._reserved:
            self._disk.reserve(self._lock.descriptor, self._end, wanted - self._end + FIRST_RESERVE)
            self._reserved = wanted + FIRST_RESERVE


def _cannot(path: Path, wrong: OSError) -> str:
    return f"{path}: cannot be written ({wrong.strerror or wrong}); nothing is injected without its undo on disk"
