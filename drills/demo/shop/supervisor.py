"""Keeps the shop's programs running: writes pid files, starts the dead again, ends all of them at its own end.

One thread does everything, so that no program ever outlives the thread that holds its leash.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

SOCKET = "supervisor.sock"
TICK = 0.05
GRACE = 2.0
"""Seconds between asking a program to end and making it."""
LEASH = str(Path(__file__).with_name("leash.py"))


def leashed(command: list[str], wanted: signal.Signals = signal.SIGKILL) -> list[str]:
    """The command, made to get this signal when the process that starts it is gone."""
    return [sys.executable, "-I", "-S", LEASH, str(int(wanted)), str(os.getpid()), *command]


@dataclass(slots=True)
class Program:
    """One program and what became of it."""

    name: str
    command: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    restart_after: float = 1.0
    wanted: bool = True
    process: subprocess.Popen[bytes] | None = None
    died_at: float | None = None

    @property
    def pid(self) -> int:
        """The process id, or 0 when it is not running."""
        return self.process.pid if self.process is not None else 0


class Supervisor:
    """The programs of one folder."""

    def __init__(self, folder: Path, programs: list[Program]) -> None:
        self.run, self.log = folder / "run", folder / "log"
        self.run.mkdir(parents=True, exist_ok=True)
        self.log.mkdir(parents=True, exist_ok=True)
        self.programs = {program.name: program for program in programs}
        self.ending = False

    def tend(self, now: float) -> None:
        """Notice the dead, start what is due."""
        for program in self.programs.values():
            if program.process is not None and program.process.poll() is not None:
                self._say(f"{program.name} ended ({program.process.returncode})")
                program.process, program.died_at = None, now
                self._pid_file(program).unlink(missing_ok=True)
            waited = program.died_at is None or now - program.died_at >= program.restart_after
            if program.wanted and program.process is None and waited and not self.ending:
                self.start(program)

    def start(self, program: Program) -> None:
        """Start it and write its pid file."""
        with (self.log / f"{program.name}.log").open("ab") as log:
            program.process = subprocess.Popen(
                leashed(program.command),
                env={**os.environ, **program.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        fresh = self.run / f".{program.name}.new"
        fresh.write_text(f"{program.pid}\n", encoding="ascii")
        fresh.replace(self._pid_file(program))
        self._say(f"{program.name} runs as {program.pid}")

    def stop(self, programs: list[Program]) -> None:
        """End these programs: ask, then make them; returns once they are gone."""
        for program in programs:
            program.wanted = False
            if program.process is not None:
                program.process.terminate()
        give_up = time.monotonic() + GRACE
        for program in programs:
            if program.process is None:
                continue
            try:
                program.process.wait(max(0.01, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.process.kill()
                program.process.wait()
        self.tend(time.monotonic())

    def obey(self, words: list[str]) -> str:
        """Answer one line of `ctl`."""
        match words:
            case ["names"]:
                answer = "".join(f"{name}\n" for name in self.programs)
            case ["status"]:
                answer = "".join(f"{p.name} {p.pid} {_condition(p)}\n" for p in self.programs.values())
            case ["pid" | "stop" | "start" as verb, *names] if names and set(names) <= set(self.programs):
                answer = "".join(self._obey_one(verb, self.programs[name]) for name in names)
            case ["pid" | "stop" | "start", *names] if names:
                answer = f"error: not all of these are programs here: {' '.join(names)}\n"
            case _:
                answer = "error: names | status | pid NAME... | stop NAME... | start NAME...\n"
        return answer

    def _obey_one(self, verb: str, program: Program) -> str:
        if verb == "stop":
            self.stop([program])
            return f"{program.name} stopped\n"
        if verb == "start":
            program.wanted, program.died_at = True, None
            self.tend(time.monotonic())
            return f"{program.name} runs as {program.pid}\n"
        return f"{program.pid}\n"

    def _pid_file(self, program: Program) -> Path:
        return self.run / f"{program.name}.pid"

    def _say(self, text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _condition(program: Program) -> str:
    if program.process is not None:
        return "running"
    return "waits to be started again" if program.wanted else "stopped"


def listen(folder: Path) -> socket.socket:
    """The socket `ctl` talks to; bound by a relative name, since a socket's path may only be short."""
    os.chdir(folder)
    Path(SOCKET).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(SOCKET)
    listener.listen(8)
    listener.setblocking(False)
    return listener


def _answer(connection: socket.socket, supervisor: Supervisor) -> None:
    with connection:
        connection.settimeout(1.0)
        try:
            words = connection.recv(1024).decode(errors="replace").split()
            connection.sendall(supervisor.obey(words).encode())
        except OSError:
            return


def watch(supervisor: Supervisor, give_up: float) -> None:
    """Tend and obey until told to end, or until the time is over."""
    with listen(supervisor.run) as listener, selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while not supervisor.ending and time.monotonic() < give_up:
            supervisor.tend(time.monotonic())
            if selector.select(TICK):
                connection, _ = listener.accept()
                _answer(connection, supervisor)
    supervisor.ending = True
    everything = list(supervisor.programs.values())
    supervisor.stop(everything)
    Path(SOCKET).unlink(missing_ok=True)


def _programs(file: IO[str]) -> list[Program]:
    table: dict[str, dict[str, Any]] = json.load(file)
    return [Program(name, **row) for name, row in table.items()]


def main() -> None:
    """Run `FOLDER/programs.json` until SIGTERM or SIGINT, at most the seconds given as second argument."""
    folder = Path(sys.argv[1]).absolute()
    with (folder / "programs.json").open(encoding="utf-8") as file:
        supervisor = Supervisor(folder, _programs(file))

    def end(*_: object) -> None:
        supervisor.ending = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    watch(supervisor, time.monotonic() + float(sys.argv[2]))


if __name__ == "__main__":
    main()
