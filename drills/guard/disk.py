"""The few calls the undo log makes to the disk, in one place so that a test can make each fail. Never decides."""

import os

_KEEP_SIZE = 1


class Disk:
    """Real files."""

    def write(self, descriptor: int, data: bytes, offset: int) -> int:
        """Write at an offset; how many bytes went out. Raises OSError."""
        return os.pwrite(descriptor, data, offset)

    def flush(self, descriptor: int) -> None:
        """Return once what was written survives a power cut. Raises OSError."""
        os.fdatasync(descriptor)

    def reserve(self, descriptor: int, offset: int, length: int) -> None:
        """Take room beyond the end of the file, without changing its size, so that later lines fit on a full disk.

        Raises OSError when there is no room; a file system that knows no reservation is left as it is.
        """
        import ctypes  # noqa: PLC0415 - only a writer pays for it
        import errno  # noqa: PLC0415

        libc = ctypes.CDLL(None, use_errno=True)
        size = ctypes.c_longlong
        if libc.fallocate(descriptor, _KEEP_SIZE, size(offset), size(length)) == 0:
            return
        number = ctypes.get_errno()
        if number not in {errno.EOPNOTSUPP, errno.ENOSYS}:
            raise OSError(number, os.strerror(number))


def flush_folder(folder: str | os.PathLike[str]) -> None:
    """Return once the names in this folder survive a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
