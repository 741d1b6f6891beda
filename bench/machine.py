"""What this machine is and how unsteady it is just now, so that nobody takes its noise for a change."""

import os
import platform
import tempfile
import time
from pathlib import Path

from row import at

ROUNDS = 40
LOOPS = 100_000
BLOCK = b"x" * 500


def described(folder: Path) -> str:
    """Two lines: what it is, and how much the very same work varies."""
    work = [_work() for _ in range(ROUNDS)]
    flush = _flushes(folder)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.release()}, "
        f"load {load}\n"
        f"noise: the same work took {at(work, 0.5) / min(work):.2f} times its best in the median, "
        f"{at(work, 1) / min(work):.2f} at worst; one flush {at(flush, 0.5) * 1000:.2f} ms, "
        f"{at(flush, 1) * 1000:.2f} at worst"
    )


def _work() -> float:
    began = time.perf_counter()
    sum(range(LOOPS))
    return time.perf_counter() - began


def _flushes(folder: Path) -> list[float]:
    took = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(ROUNDS):
            file.write(BLOCK)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return took
