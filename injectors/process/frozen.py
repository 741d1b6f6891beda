"""Stops a tree of processes so that none slips through, and lets go exactly those that it stopped.

Who is stopped is written into the drill's vault before it is: a child may be born after everything else was recorded.
"""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from injectors.contract import Change, InjectorError, Refused
from injectors.process import kernel
from injectors.process.kernel import Process

ROUNDS = 400
"""Looks at the tree until it must stand still."""
LOOK_EVERY = 0.002
"""Seconds between two looks, less when a process ends."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Who was stopped by one change, one line each: `PID START`."""

    file: Path | None

    def add(self, processes: Sequence[Process]) -> None:
        """Make it durable before they are stopped."""
        if self.file is None:
            raise Refused("a process is stopped only with a vault for the drill's notes")
        text = "".join(f"{each.pid} {each.start}\n" for each in processes)
        try:
            descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, text.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as wrong:
            raise InjectorError(f"the notes {self.file} cannot be written: {wrong.strerror}") from wrong

    def read(self) -> list[Process]:
        """Everybody who was noted; nobody when there are no notes, since none is stopped without one."""
        try:
            lines = self.file.read_text().splitlines(keepends=True) if self.file else []
        except FileNotFoundError:
            if self.file is None or self.file.parent.is_dir():
                return []
            raise InjectorError(
                f"{self.file.parent} is gone, and with it who was stopped: continue them by hand, kill -CONT PID"
            ) from None
        except OSError as wrong:
            raise InjectorError(f"the notes {self.file} cannot be read: {wrong.strerror}") from wrong
        # A line without its end was cut by a crash, before anybody on it was stopped.
        whole = [line.split() for line in lines if line.endswith("\n")]
        return kernel.from_json([[int(word) for word in words] for words in whole if len(words) == 2])


def notes_of(change: Change) -> Notes:
    """Return the notes of one change; without a vault (while only planning) there are none."""
    return Notes(Path(change.vault, f"stopped-{change.id}") if change.vault else None)


def freeze(root: Process, notes: Notes) -> list[Process]:
    """Stop it and all below it, parents first, until nobody new is born; return them all.

    Whoever is stopped already is left out of the notes. If the tree never stands still it is let go and an
    `InjectorError` raised.
    """
    held: dict[Process, None] = {}
    for _ in range(ROUNDS):
        new = [each for each in kernel.tree(root) if each not in held]
        if not new and all(kernel.stopped(each) or not kernel.alive(each) for each in held):
            return list(held)
        held |= dict.fromkeys(new)
        if running := [each for each in new if not kernel.stopped(each)]:
            notes.add(running)
            for each in running:
                kernel.send(each, signal.SIGSTOP)
        kernel.await_end([root], LOOK_EVERY)
    thaw(notes)
    raise InjectorError(f"process {root.pid} and those below it could not be stopped: let go again")


def thaw(notes: Notes) -> None:
    """Let go everybody noted, children first; also who does not look stopped: the signal may still be on its way."""
    for each in reversed(notes.read()):
        kernel.send(each, signal.SIGCONT)


def still(notes: Notes) -> list[Process]:
    """Everybody noted who is still stopped."""
    return [each for each in notes.read() if kernel.stopping(each)]
