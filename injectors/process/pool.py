"""The pool of a `process` target: its slots by name, and who is in each now. It signals nobody."""

import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from injectors import command, writes
from injectors.contract import Refused, Unreachable
from injectors.process.kernel import Process, identify, started_at
from injectors.values import AbsolutePath, Keys, Seconds

LIMIT = 1000
"""Slots in a pool."""
PIDFILE_LIMIT = 4096
"""Bytes of a pid file that are read; the pid is alone on the first line."""
COMMANDS = 3
"""Of a supervisor, in one call of a fault."""
SPARE = 5.0
"""Seconds for everything else in it."""
SLACK = 2.0
"""Seconds by which a process may seem to start after its pid file was written: the kernel tells its boot in seconds."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,199}")
_PID = re.compile(r"(?:MainPID=)?(\d{1,10})")


def _a_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a name holds letters, digits and _ . : @ + - and begins with none of the signs")
    return name


Name = Annotated[str, AfterValidator(_a_name)]


class Supervisor(Keys):
    """How to ask whatever starts the processes. In every command `{name}` stands for the slot's name."""

    names: tuple[Name, ...] = Field(default=(), max_length=LIMIT, description="Its programs; default: the pid files'.")
    pid: command.Command | None = Field(default=None, description="Prints a program's pid, 0 when it is down.")
    stop: command.Command | None = Field(default=None, description="Stops a program and keeps it down.")
    start: command.Command | None = Field(default=None, description="Starts a program; harmless when it is up.")


class Settings(Keys):
    """Where the processes are: pid files, a supervisor, or both (then the pid files say who is who)."""

    pidfiles: AbsolutePath | None = Field(
        default=None, description="A pattern such as /run/shop/worker-*.pid; a file's name without .pid is a slot."
    )
    supervisor: Supervisor | None = None
    timeout: Annotated[Seconds, Field(ge=0.1, le=120)] = Field(default=10.0, description="For each command.")

    @model_validator(mode="after")
    def _somebody_tells_pids(self) -> Self:
        asked = self.supervisor is not None and self.supervisor.pid is not None and self.supervisor.names
        if self.pidfiles is None and not asked:
            raise ValueError("write `pidfiles:`, or a supervisor with `names:` and `pid:`")
        return self


@dataclass(frozen=True, slots=True)
class Pool:
    """The slots; a slot outlives the processes that are in it one after the other."""

    settings: Settings

    def names(self) -> list[str]:
        """Every slot's name, sorted, whether anybody is in it or not."""
        asked = self._supervisor.names or self._files()
        return sorted(asked)

    def find(self, name: str) -> Process | None:
        """Return who is in the slot now. Raises `Unreachable` when the supervisor does not answer."""
        if self.settings.pidfiles is not None:
            file = self._files().get(name)
            return None if file is None else _named_by(file)
        pid = self._asked(name)
        return identify(pid) if pid else None

    def live(self) -> int | None:
        """How many pid files name somebody; None: a supervisor's slots keep their names, so each speaks for itself."""
        if self.settings.pidfiles is None:
            return None
        return sum(_named_by(file) is not None for file in self._files().values())

    def gone(self, name: str) -> bool:
        """Has the slot itself been taken away, not only who was in it? A missing pid file alone does not say so."""
        if self.settings.pidfiles is None:
            return name not in self._supervisor.names
        folder = Path(self.settings.pidfiles)
        while glob.has_magic(str(folder)) or folder == Path(self.settings.pidfiles):
            folder = folder.parent
        return not folder.is_dir()

    def address(self, name: str) -> str:
        """The stable owner's address."""
        return f"process {self.settings.pidfiles or ' '.join(self._supervisor.pid or ())} {name}"

    @property
    def call_limit(self) -> float:
        """Seconds for one call of a fault: its supervisor is asked who is there, told, and asked again."""
        return COMMANDS * self.settings.timeout + SPARE if self.settings.supervisor else SPARE

    def can_start(self) -> bool:
        """Is there a command that starts a slot's program?"""
        return self._supervisor.start is not None

    def can_stop(self) -> bool:
        """Is there a command that keeps a slot's program down?"""
        return self._supervisor.stop is not None

    def start(self, name: str) -> None:
        """Have it started. Raises `InjectorError` when it is not up although the command failed."""
        self._told(self._supervisor.start, name, up=True)

    def stop(self, name: str) -> None:
        """Have it stopped. Raises `InjectorError` when it is still up although the command failed."""
        self._told(self._supervisor.stop, name, up=False)

    @property
    def _supervisor(self) -> Supervisor:
        return self.settings.supervisor or Supervisor()

    def _told(self, words: Sequence[str] | None, name: str, *, up: bool) -> None:
        if words is None:
            raise Refused(f"the target has no command for {name}: write `start:` and `stop:` under its supervisor")
        order = _filled(words, name)
        writes.made()
        finished = command.run(order, self.settings.timeout, stays=up)
        if finished.code and (self.find(name) is not None) is not up:
            raise command.failed(order, finished)

    def _asked(self, name: str) -> int:
        words = self._supervisor.pid
        if words is None:
            raise Refused("the target has neither pid files nor a command that tells pids")
        finished = command.run(_filled(words, name), self.settings.timeout)
        # The exit code is no answer: supervisorctl ends with 7 for a program that is down and for a lost connection.
        lines = finished.output.strip().splitlines()
        told = _PID.fullmatch(lines[-1].strip()) if lines else None
        if told is None:
            raise Unreachable(f"the command {words[0]} told no pid for {name}: run it by hand to see why")
        return int(told[1])

    def _files(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        pattern = self.settings.pidfiles
        paths = glob.glob(pattern) if pattern else []  # noqa: PTH207  pathlib takes no absolute pattern
        for file in map(Path, sorted(paths)):
            name = file.name.removesuffix(".pid")
            if name in found:
                raise Refused(f"{found[name]} and {file} have one name: make the pattern in `pidfiles:` narrower")
            if _NAME.fullmatch(name):
                found[name] = file
            if len(found) > LIMIT:
                raise Refused(f"more than {LIMIT} pid files match {self.settings.pidfiles}")
        return found


def _filled(words: Sequence[str], name: str) -> list[str]:
    return [word.replace("{name}", name) for word in words]


def _named_by(file: Path) -> Process | None:
    """Return who a pid file names; nobody, when the process is younger than the file: then its pid was used again."""
    try:
        with file.open("rb") as source:
            first = source.read(PIDFILE_LIMIT).partition(b"\n")[0].strip()
            written = file.stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as wrong:
        raise Unreachable(f"the pid file {file} cannot be read: {wrong.strerror}") from wrong
    if not re.fullmatch(rb"\d{1,10}", first):
        return None
    process = identify(int(first))
    return None if process is None or started_at(process) > written + SLACK else process


def pool_of(settings: Settings, *, held_down: bool = False) -> Pool:
    """Return the pool. Raises `Refused` when slots are to be held down and nobody can do that."""
    pool = Pool(settings)
    if held_down and not (pool.can_start() and pool.can_stop()):
        raise Refused(
            "nobody here can keep a process down and start it again: "
            "write a `supervisor:` with `start:` and `stop:` into the target"
        )
    return pool


def occupied(pool: Pool) -> list[str]:
    """Return the slots that somebody is in: what `select` chooses from. Raises `Refused` when there is none."""
    names = [name for name in pool.names() if pool.find(name) is not None]
    if not names:
        raise Refused(f"no live process: {pool.settings.pidfiles or 'every program is down'}")
    return names
