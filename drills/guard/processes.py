"""Looks at processes through /proc and ends them by pidfd: a reused id is never hit. Starts only guards."""

import os
import select
import signal
from contextlib import suppress

from drills.guard.own_time import OwnTime
from drills.guard.page import Page

ENVIRONMENT = "GAMEDAY_DRILL"
"""Every process that a drill starts carries the drill's tag under this name."""
ROUNDS = 20
ENVIRONMENT_LIMIT = 1 << 21


def start_time(pid: int) -> int:
    """When it started, in ticks since boot; 0 when there is no such process."""
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def is_stopped(pid: int) -> bool:
    """Is it stopped by a signal or a debugger?"""
    fields = _stat(pid)
    return bool(fields) and fields[0] in (b"T", b"t")


def _stat(pid: int) -> list[bytes]:
    """The fields behind the name, which may itself hold blanks and brackets; the first is the state."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib costs a guard its first milliseconds
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


def open_process(pid: int, start: int) -> int | None:
    """A pidfd of the process with this id and this start time; None when it is gone."""
    if pid <= 0:
        return None
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return None
    if start and start_time(pid) != start:
        os.close(descriptor)
        return None
    return descriptor


def is_dead(pidfd: int, seconds: float = 0.0) -> bool:
    """Has it ended (a zombie has)? Waits at most `seconds` for it."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def kill(pidfd: int) -> None:
    """SIGKILL; harmless when it has ended."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def tagged(tag: str) -> list[int]:
    """Ids of living processes whose environment carries this drill's tag."""
    wanted = f"{ENVIRONMENT}={tag}".encode()
    own = os.getpid()
    ids = (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - pathlib, as above
    return [pid for pid in ids if pid != own and _carries(pid, wanted)]


def _carries(pid: int, wanted: bytes) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123 - as above
            return wanted in file.read(ENVIRONMENT_LIMIT).split(b"\0")
    except OSError:
        return False


def end_tagged(tag: str, seconds: float = 5.0) -> tuple[int, ...]:
    """Kill every process that carries this tag, and those they start meanwhile; the ids. An empty tag ends nobody."""
    ended: dict[int, None] = {}
    wanted = f"{ENVIRONMENT}={tag}".encode()
    for _ in range(ROUNDS if tag else 0):
        found = tagged(tag)
        if not found:
            break
        for pid in found:
            descriptor = open_process(pid, 0)
            if descriptor is None:
                continue
            try:
                if _carries(pid, wanted):  # it is still the one that was found
                    kill(descriptor)
                    is_dead(descriptor, seconds / ROUNDS)
                    ended[pid] = None
            except PermissionError:
                continue
            finally:
                os.close(descriptor)
    return tuple(ended)


def spawn_apart(command: list[str], environment: dict[str, str], descriptor: int, as_descriptor: int) -> int:
    """Start a process with a session of its own, deaf to the terminal's signals, with one descriptor; its id.

    Raises OSError.
    """
    deaf = [signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP, signal.SIGQUIT]
    files: list[tuple[int, int, str, int, int] | tuple[int, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, descriptor, as_descriptor),
    ]
    return os.posix_spawn(command[0], command, environment, file_actions=files, setsid=True, setsigmask=deaf)


class Pulse:
    """Watches the beat of one slot, in the time of the watcher: a pause of the whole machine is no hang."""

    def __init__(self, page: Page, slot: int, hung_seconds: float, stopped_seconds: float) -> None:
        """A process that is stopped is given less time than one that may only be busy in a C call."""
        self._page, self._slot = page, slot
        self._hung, self._stopped = hung_seconds, stopped_seconds
        self._last = 0
        self._own = OwnTime()

    def is_lost(self) -> bool:
        """Has it been silent for too long? Ask at least every 100 ms."""
        beats = self._page.beats(self._slot)
        if beats != self._last:
            self._last = beats
            self._own.reset()
            return False
        silent = self._own.step()
        return silent >= self._hung or (silent >= self._stopped and is_stopped(self._page.pid(self._slot)))

    def forgive(self) -> None:
        """Begin to count anew."""
        self._own.reset()
