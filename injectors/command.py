"""Runs one command of a target's settings: a list of words, never a shell, never longer than its time limit.

What it prints is looked at and never repeated: it may hold a secret.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from injectors.contract import InjectorError, Unreachable

OUTPUT_LIMIT = 64 * 1024
"""Bytes of output that are looked at."""

MARK = "GAMEDAY_DRILL"
"""What a drill's process and all that it starts carry in their environment; whoever takes the drill over ends them."""

Word = Annotated[str, Field(min_length=1, max_length=4096)]
Command = Annotated[tuple[Word, ...], Field(min_length=1, max_length=50)]
"""A program and its arguments, as a list."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ended by itself."""

    code: int
    output: str


def run(command: Sequence[str], timeout: float, *, stays: bool = False) -> Finished:
    """Run it in a session of its own; at the limit all of it is ended. Raises `Unreachable`, `InjectorError`.

    `stays`: what it starts is to live on, so it does not carry the drill's mark and is not ended with the drill.
    """
    environment = {key: value for key, value in os.environ.items() if key != MARK} if stays else None
    # A file takes the output: a pipe could be held open by what the command leaves running.
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment,
            )
        except OSError as wrong:
            raise InjectorError(f"the command {command[0]} cannot be started: {wrong.strerror}") from wrong
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Unreachable(f"the command {command[0]} did not end within {timeout:g} s") from None
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output.seek(0)
        return Finished(code, output.read(OUTPUT_LIMIT).decode(errors="replace"))


def must(command: Sequence[str], timeout: float) -> None:
    """Run it; any end but 0 is an `InjectorError`."""
    finished = run(command, timeout)
    if finished.code:
        raise failed(command, finished)


def failed(command: Sequence[str], finished: Finished) -> InjectorError:
    """Say that it failed, without its output and its arguments."""
    return InjectorError(f"the command {command[0]} ended with code {finished.code}: run it by hand to see why")
