"""Files that people add to what they say: read once, capped, kept by content hash. Never follows where it may block."""

import mimetypes
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drills.room.errors import RoomError
from drills.room.texts import NAME_CHARS
from drills.store import Store
from drills.store.contract import EVIDENCE_CAP
from scoring.wording import printable

FILES = 10
"""Files of one entry."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is kept of one file."""

    content: bytes
    size: int
    """Bytes the file has; more than are kept when it is over the cap."""
    media_type: str
    about: str


def read_files(paths: Sequence[Path] | None) -> tuple[Piece, ...]:
    """All of them, or a `RoomError` about the first that cannot be read."""
    if len(paths or ()) > FILES:
        raise RoomError(f"{len(paths or ())} files are too many for one entry, at most {FILES}")
    return tuple(_read(path) for path in paths or ())


def keep(store: Store, pieces: Sequence[Piece]) -> list[str]:
    """The digests under which they are kept. Raises `StoreError`."""
    return [store.keep(each.content, each.media_type, each.about, size=each.size) for each in pieces]


def _read(path: Path) -> Piece:
    shown = printable(str(path))
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - a pipe must not block
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise RoomError(f"--evidence {shown}: not a file: name a file with the log excerpt or screenshot")
            content = file.read(EVIDENCE_CAP)
    except OSError as wrong:
        raise RoomError(f"--evidence {shown}: cannot be read ({wrong.strerror})") from wrong
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Piece(content, max(found.st_size, len(content)), media_type, printable(path.name)[:NAME_CHARS])
