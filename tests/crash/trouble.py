"""An injector of a third party that misbehaves as its scenario says: `noop` with trouble at the K-th call of a verb.

It is installed for one workspace by `install`, as any plugin is: by an entry point. A guard finds it as well.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from injectors import noop
from injectors.contract import Change, InjectorError, Kind, Refused, State, Undo, Unreachable
from injectors.values import Keys, rebuild

VERBS = ("prepare", "inject", "inspect", "revert")


class Parameters(noop.Parameters):
    """`inject: bug@2` makes the second call of inject, of all changes of the drill, fail with a bug."""

    prepare: str = ""
    inject: str = ""
    inspect: str = ""
    revert: str = ""
    calls: str = ""
    """A file that counts the calls, one letter each."""


class Settings(Keys):
    """No target is needed."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A `noop` with trouble around it."""

    inner: noop.Noop
    keys: Parameters

    @property
    def owner(self) -> str:
        return self.inner.owner

    def prepare(self) -> Undo:
        self._before("prepare")
        return replace(self.inner.prepare(), kind="test.trouble")

    def inject(self, undo: Undo) -> None:
        after = self._before("inject")
        self.inner.inject(undo)
        self._make(after)

    def revert(self, undo: Undo) -> None:
        after = self._before("revert")
        self.inner.revert(undo)
        self._make(after)

    def inspect(self, undo: Undo) -> State:
        self._before("inspect")
        return self.inner.inspect(undo)

    def _before(self, verb: str) -> str:
        """Make the trouble that comes before the call; return what comes after it."""
        word, _, number = getattr(self.keys, verb).partition("@")
        if not word or self._count(verb) != int(number):
            return ""
        if word.endswith("-after"):
            return word.removesuffix("-after")
        self._make(word)
        return ""

    def _count(self, verb: str) -> int:
        with Path(self.keys.calls).open("a+b") as file:
            file.write(verb[:3].encode())
            file.seek(0)
            return file.read().count(verb[:3].encode())

    def _make(self, word: str) -> None:  # noqa: C901 - one line for each kind of trouble
        match word:
            case "":
                return
            case "bug":
                raise KeyError("canary-in-an-exception")
            case "memory":
                raise MemoryError
            case "refused":
                raise Refused("not today")
            case "error":
                raise InjectorError("it does not work")
            case "unreachable":
                raise Unreachable("nobody answers")
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                sys.exit(7)
            case "hang":
                time.sleep(600)
            case "slow":
                time.sleep(6.5)
            case _:
                raise ValueError(word)


def subjects(settings: object, parameters: object) -> Sequence[str]:
    """The one file."""
    del settings
    return [str(rebuild(Parameters, parameters).file)]


def make(change: Change) -> Trouble:
    """Rebuild it from the change."""
    keys = rebuild(Parameters, change.parameters)
    return Trouble(noop.Noop(change, Path(str(keys.file))), keys)


KIND = Kind(
    name="test.trouble",
    summary="Misbehaves.",
    target="",
    settings=Settings,
    parameters=Parameters,
    consent="none needed",
    reverted_by="as noop is",
    subjects=subjects,
    make=make,
)


def install(folder: Path) -> str:
    """Make it known to every process with this folder in its PYTHONPATH; the path to set."""
    described = folder / "trouble-1.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: trouble\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[gameday.injectors]\ntest.trouble = trouble:KIND\n")
    return os.pathsep.join([str(folder), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
