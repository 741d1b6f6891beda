"""A fault that harms nobody: our line at the end of a file. It shows the whole contract, and never touches a service.

Copy this file to begin an injector of your own.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from injectors import writes
from injectors.contract import Change, Drifted, Json, Kind, Refused, State, Undo, Unreachable
from injectors.values import AbsolutePath, Keys, rebuild

FILE_LIMIT = 64 * 1024
"""Bytes: a bigger file is refused."""


class Settings(Keys):
    """No target is needed."""


class Parameters(Keys):
    """What the fault does."""

    file: AbsolutePath | None = Field(
        default=None, description="The file that gets the line. Without one, a file in the drill's own folder."
    )


@dataclass(frozen=True, slots=True)
class Noop:
    """One line in one file, made and unmade."""

    change: Change
    path: Path

    @property
    def owner(self) -> str:
        return f"noop {self.path}"

    def prepare(self) -> Undo:
        before = _read(self.path)
        if before is not None and "gameday-" in before:
            raise Refused(f"{self.path} already carries a line of gameday: run `gameday sweep`, or remove the line")
        if before is None and not self.path.parent.is_dir():
            raise Refused(f"the folder {self.path.parent} does not exist")
        return Undo(self.change.kind, 1, {"before": before})

    def inject(self, undo: Undo) -> None:
        if self._cut_off(undo):
            _restore(self.path, _before(undo))
        if self.inspect(undo) is not State.CLEAR:
            return
        if _read(self.path) != _before(undo):
            raise Refused(f"{self.path} was changed since it was looked at: run the drill again")
        _append(self.path, self._line())

    def revert(self, undo: Undo) -> None:
        match self.inspect(undo):
            case State.ACTIVE:
                _restore(self.path, _before(undo))
            case State.MIXED if self._cut_off(undo):
                _restore(self.path, _before(undo))
            case State.MIXED:
                raise Drifted(f"{self.path} holds our line and somebody else's change: mend it by hand")

    def inspect(self, undo: Undo) -> State:
        now, before, line = _read(self.path) or "", _before(undo) or "", self._line()
        if line not in now:
            return State.MIXED if self._cut_off(undo) else State.CLEAR
        ours = now.removeprefix(before) if now.startswith(before) else ""
        return State.ACTIVE if ours and not ours.replace(line, "") else State.MIXED

    def prove(self, undo: Undo) -> None:
        holder = self.path if _before(undo) is not None else self.path.parent
        if not os.access(holder, os.W_OK):
            raise Refused(f"{holder} is not writable for this account")

    def _cut_off(self, undo: Undo) -> bool:
        """Did the process die, or the disk fill up, between making the file and the end of our line?"""
        now, before = _read(self.path), _before(undo)
        if now is None or not now.startswith(before or ""):
            return False
        begun = now.removeprefix(before or "")
        return self._line().startswith(begun) and (begun != "" or before is None)

    def _line(self) -> str:
        return f"{self.change.tag} {self.change.id}\n"


def _before(undo: Undo) -> str | None:
    before: str | None = undo.of_version(1)["before"]
    return before


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            held = file.read(FILE_LIMIT + 1)
        if len(held) > FILE_LIMIT:
            raise Refused(f"{path} is longer than {FILE_LIMIT} bytes")
        return held.decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8 text") from None
    except OSError as wrong:
        raise Unreachable(f"{path} cannot be read: {wrong.strerror}") from wrong


def _append(path: Path, line: str) -> None:
    writes.made()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            written = os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
    except OSError as wrong:
        raise Unreachable(f"{path} cannot be written: {wrong.strerror}") from wrong
    if written < len(line):
        raise Unreachable(f"{path} has no room for the whole line")


def _restore(path: Path, before: str | None) -> None:
    writes.made()
    try:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            os.truncate(path, len(before.encode()))
    except OSError as wrong:
        raise Unreachable(f"{path} cannot be restored: {wrong.strerror}") from wrong


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The one file."""
    rebuild(Settings, settings)
    return [rebuild(Parameters, parameters).file or "noop"]


def make(change: Change) -> Noop:
    """Rebuild it from the change."""
    file = rebuild(Parameters, change.parameters).file
    if file is None and not change.vault:
        raise Refused("noop needs a folder for its line: the drill's vault, or `file:` under its `with:`")
    return Noop(change, Path(file) if file else Path(change.vault, f"noop-{change.id}"))


KIND = Kind(
    name="noop",
    summary="Writes one line into a file and takes it out again: nothing is harmed.",
    target="",
    settings=Settings,
    parameters=Parameters,
    consent="none needed: it changes nothing but its one file",
    reverted_by="the file is cut back to what it held, or removed when there was none",
    subjects=subjects,
    make=make,
    example="{}",
)
