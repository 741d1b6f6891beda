"""Keeps standard input, output and error from doing harm when they are closed, at the start or meanwhile."""

import os
import sys
from contextlib import suppress


def hold() -> None:
    """Open on the null device what of 0, 1 and 2 is closed, so that no file of ours is ever taken for one of them."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115 - a descriptor, open to the end
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115 - as above


def let_go() -> None:
    """What can no longer be written must not turn this process's exit code into another one."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
