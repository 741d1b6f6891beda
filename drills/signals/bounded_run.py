"""Runs one program to its end, within a time and with bounded output, and ends its process group. Never judges.

What it has started in a session or group of its own is not found again.
"""

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drills.signals.contract import Unanswered
from drills.signals.dial import Deadline

PIECE = 64 * 1024
OUTPUT_LIMIT = 1024 * 1024
"""Bytes of output that are kept, and as many of errors; the rest is read and dropped."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended by itself; a negative code is the signal that killed it."""

    code: int
    output: bytes
    errors: bytes
    cut: bool
    """Was output dropped?"""
    seconds: float


def run(command: Sequence[str], timeout: float, environment: Mapping[str, str], folder: str | None) -> Finished:
    """Run it in a session of its own, and end its process group when it is over. Raises `Unanswered`."""
    deadline = Deadline(timeout)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
    except OSError as wrong:
        where = f" ({folder})" if folder is not None and wrong.filename == folder else ""
        raise Unanswered(f"{command[0]} cannot be started: {wrong.strerror}{where}") from None
    except ValueError:  # what it would be given may be a secret, so it is not told
        raise Unanswered(f"{command[0]} cannot be started: a variable or its folder holds a zero byte") from None
    with process:
        try:
            output, errors, cut = _read(process, deadline)
        except TimeoutError:
            raise Unanswered(f"{command[0]} did not end within {timeout:g} s") from None
        except OSError as wrong:
            raise Unanswered(f"{command[0]} could not be watched: {wrong.strerror}") from None
        finally:
            # It is reaped after its group is killed, not before: until then its id cannot belong to anybody else.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
    return Finished(code, output, errors, cut, deadline.passed)


def _read(process: subprocess.Popen[bytes], deadline: Deadline) -> tuple[bytes, bytes, bool]:
    """Read until it has ended, not until its output is closed: what it left behind may hold that open."""
    kept = {"output": bytearray(), "errors": bytearray()}
    over = cut = False
    with _noticing_the_end(process.pid) as end, selectors.DefaultSelector() as watched:
        watched.register(end, selectors.EVENT_READ)
        for name, pipe in (("output", process.stdout), ("errors", process.stderr)):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                watched.register(pipe, selectors.EVENT_READ, name)
        while True:
            ready = [key for key, _ in watched.select(min(deadline.left(), 0.0 if over else deadline.seconds))]
            if over and not ready:
                return bytes(kept["output"]), bytes(kept["errors"]), cut
            for key in ready:
                piece = os.read(key.fd, PIECE) if key.data else b""
                if not piece:
                    watched.unregister(key.fileobj)
                    over = over or not key.data
                    continue
                room = OUTPUT_LIMIT - len(kept[key.data])
                kept[key.data] += piece[:room]
                cut = cut or len(piece) > room


@contextlib.contextmanager
def _noticing_the_end(pid: int) -> Iterator[int]:
    """A file that can be read once the process has ended; it is not reaped by that."""
    end = os.pidfd_open(pid)
    try:
        yield end
    finally:
        os.close(end)
