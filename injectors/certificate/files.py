"""One file of a target's folder: looked at, and replaced in one step with its mode and owner. Knows no certificate."""

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from injectors import writes
from injectors.contract import Refused, Unreachable

FILE_LIMIT = 64 * 1024
"""Bytes: a bigger file is refused."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_KEPT = ("user.", "system.posix_acl_access", "security.selinux")
"""Beginnings of the extended attributes that say who may read a file; others depend on its content."""


class Missing(Unreachable):
    """The folder is there and the file is not: it may just be being replaced."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it is now."""

    content: bytes
    mode: int
    uid: int
    gid: int
    put: float
    """UTC epoch seconds of its last change of any kind, as the kernel tells."""
    unfit: str = ""
    """Why it cannot be replaced and put back exactly; empty: it can."""


def see(path: Path) -> Seen | None:
    """Look at a file; None: its folder is gone. Raises `Refused`, `Missing`, `Unreachable`."""
    if not _there(path.parent):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            content = file.read(FILE_LIMIT + 1) if stat.S_ISREG(about.st_mode) else b""
        unfit = _unfit(path, about)
    except FileNotFoundError:
        raise Missing(f"there is no {path}") from None
    except OSError as wrong:
        raise Unreachable(f"{path} cannot be read: {wrong.strerror}") from wrong
    if len(content) > FILE_LIMIT:
        raise Refused(f"{path} is longer than {FILE_LIMIT} bytes")
    return Seen(content, stat.S_IMODE(about.st_mode), about.st_uid, about.st_gid, about.st_ctime, unfit)


def _there(folder: Path) -> bool:
    try:
        about = folder.stat()
    except FileNotFoundError:
        return False
    except OSError as wrong:
        raise Unreachable(f"{folder} cannot be read: {wrong.strerror}") from wrong
    if not stat.S_ISDIR(about.st_mode):
        raise Refused(f"{folder} is not a folder")
    return True


def _unfit(path: Path, about: os.stat_result) -> str:
    if path.is_symlink():
        return f"is a symbolic link to {path.readlink()}: name the folder and the file it leads to"
    if not stat.S_ISREG(about.st_mode):
        return "is not a regular file"
    if about.st_nlink > 1:
        return f"has {about.st_nlink} names (hard links), which would come apart"
    return ""


def replace(path: Path, content: bytes, like: Seen, fresh: Path) -> None:
    """Put this content there in one step, by way of the file `fresh` beside it. Raises `Unreachable`.

    On a full disk what is not longer than before is written over what is there.
    """
    writes.made()
    try:
        try:
            _write(fresh, content, like, path)
            fresh.rename(path)
        except OSError as wrong:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            if wrong.errno not in _FULL or not _write_over(path, content):
                raise
        _make_durable(path.parent)
    except OSError as wrong:
        raise Unreachable(f"{path} cannot be written: {wrong.strerror}") from wrong


def try_out(path: Path, like: Seen, fresh: Path) -> None:
    """Do all of `replace` but its last step, and take it away again. Raises `Refused` when it is not allowed."""
    writes.made()
    try:
        try:
            _write(fresh, like.content, like, path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as wrong:
        told = f"no file with the owner and mode of {path} can be written beside it ({wrong.strerror})"
        raise Refused(f"{told}: run gameday as root or as the owner") from wrong


def remove(path: Path) -> None:
    """Take a file away; one that is gone already is no error. Raises `Unreachable`."""
    writes.made()
    try:
        path.unlink(missing_ok=True)
    except NotADirectoryError:
        return
    except OSError as wrong:
        raise Unreachable(f"{path} cannot be removed: {wrong.strerror}") from wrong


def _write(fresh: Path, content: bytes, like: Seen, model: Path) -> None:
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fchown(descriptor, like.uid, like.gid)
        os.fchmod(descriptor, like.mode)
        for name, value in _attributes(model).items():
            os.setxattr(descriptor, name, value)
        os.fsync(descriptor)


def _write_over(path: Path, content: bytes) -> bool:
    """Write over the blocks that the file has, which needs no room; did it fit?

    The line ends that fill it up make a whole PEM file of it at every moment.
    """
    with path.open("r+b", buffering=0) as file:
        room = os.fstat(file.fileno()).st_size
        if len(content) > room:
            return False
        file.write(content.ljust(room, b"\n"))
        file.truncate(len(content))
        os.fsync(file.fileno())
    return True


def _attributes(path: Path) -> dict[str, bytes]:
    try:
        names = [name for name in os.listxattr(path) if name.startswith(_KEPT)]
        return {name: os.getxattr(path, name) for name in names}
    except OSError as wrong:
        if wrong.errno == errno.ENOTSUP:
            return {}
        raise


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
