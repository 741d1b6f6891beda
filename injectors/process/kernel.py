"""Processes as the kernel tells them: who is who for certain, what hangs below whom, signals that hit nobody else."""

import os
import select
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from injectors import writes
from injectors.contract import Refused

_PROC = Path("/proc")
_DEAD = "ZXx"


@dataclass(frozen=True, slots=True, order=True)
class Process:
    """One process of this boot: a pid alone may be used again, a pid with its start time is not."""

    pid: int
    start: int
    """Clock ticks from the boot."""


@dataclass(frozen=True, slots=True)
class _Line:
    state: str
    parent: int
    start: int


def boot() -> str:
    """Name this boot of the machine: what was recorded under another one is gone."""
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def identify(pid: int) -> Process | None:
    """Return who has this pid now; None: nobody, or only a dead one that waits for its parent."""
    line = _line(_PROC / str(pid))
    return None if line is None or line.state in _DEAD else Process(pid, line.start)


def alive(process: Process) -> bool:
    """Is this very process still there?"""
    return identify(process.pid) == process


def stopped(process: Process) -> bool:
    """Is it there, with every thread of it stopped by a signal?"""
    return alive(process) and all(line.state == "T" for line in _threads(process.pid))


def stopping(process: Process) -> bool:
    """Is it there, with at least one thread of it stopped by a signal?"""
    return alive(process) and any(line.state == "T" for line in _threads(process.pid))


def started_at(process: Process) -> float:
    """UTC seconds at which it started, to about a second."""
    return _boot_time() + process.start / os.sysconf("SC_CLK_TCK")


def tree(root: Process) -> list[Process]:
    """Return it and all its descendants, parents before children; empty when it is gone."""
    children: dict[int, list[Process]] = {}
    for pid in _pids():
        line = _line(_PROC / str(pid))
        if line is not None and line.state not in _DEAD:
            children.setdefault(line.parent, []).append(Process(pid, line.start))
    found = [root] if alive(root) else []
    for each in found:
        found.extend(children.get(each.pid, ()))
    return found


def ancestors() -> set[int]:
    """Return our own pid and those of all above us."""
    found: set[int] = set()
    pid = os.getpid()
    while pid and pid not in found:
        found.add(pid)
        line = _line(_PROC / str(pid))
        pid = line.parent if line else 0
    return found


def send(process: Process, number: int) -> bool:
    """Send a signal to this very process; False: it is gone. Raises `Refused` when that is not allowed."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except (ProcessLookupError, ValueError):
        return False
    try:
        # The descriptor pins whoever has the pid now, so this look cannot be overtaken by a reused pid.
        if not alive(process):
            return False
        if number:
            writes.made()
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        raise Refused(f"no right to signal process {process.pid}: run gameday as its user") from None
    finally:
        os.close(descriptor)
    return True


def await_end(processes: Iterable[Process], seconds: float) -> bool:
    """Wait until all of them have ended; False: one has not within so many seconds each."""
    return all(_ends(each, seconds) for each in processes)


def _ends(process: Process, seconds: float) -> bool:
    try:
        descriptor = os.pidfd_open(process.pid)
    except (ProcessLookupError, ValueError):
        return True
    try:
        if alive(process):
            waiting = select.poll()
            waiting.register(descriptor, select.POLLIN)
            waiting.poll(seconds * 1000)
        return not alive(process)
    finally:
        os.close(descriptor)


def variable(process: Process, name: str) -> str | None:
    """Return one environment variable it was started with. Raises `Refused` when that may not be read."""
    try:
        held = (_PROC / str(process.pid) / "environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    except PermissionError:
        raise Refused(f"no right to read the environment of process {process.pid}: run gameday as its user") from None
    begin = name.encode() + b"="
    for each in held.split(b"\0"):
        if each.startswith(begin):
            return each.removeprefix(begin).decode(errors="replace")
    return None


def as_json(processes: Iterable[Process]) -> list[list[int]]:
    """Write them down."""
    return [[each.pid, each.start] for each in processes]


def from_json(written: Sequence[Sequence[int]]) -> list[Process]:
    """Read what `as_json` wrote."""
    return [Process(pid, start) for pid, start in written]


def _pids() -> Iterator[int]:
    return (int(each.name) for each in _PROC.iterdir() if each.name.isdecimal())


def _threads(pid: int) -> list[_Line]:
    with suppress(OSError):
        folder = _PROC / str(pid) / "task"
        return [line for each in folder.iterdir() if (line := _line(each)) is not None]
    return []


def _line(folder: Path) -> _Line | None:
    try:
        held = (folder / "stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in parentheses and may hold anything, even parentheses.
    words = held[held.rindex(b")") + 2 :].split()
    return _Line(words[0].decode(), int(words[1]), int(words[19]))


def _boot_time() -> int:
    for line in (_PROC / "stat").read_text().splitlines():
        if line.startswith("btime "):
            return int(line.split()[1])
    raise Refused("the kernel does not tell when it was started")
