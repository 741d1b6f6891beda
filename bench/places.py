"""Where the figures are taken: a workspace on the checkout's own disk, the commands of both sides. Measures nothing."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from drills.guard.control import drill_folders
from drills.guard.lines import Moved
from drills.guard.phases import Phase
from drills.guard.reading import Log, read_log
from drills.guard.undolog import FILE

ROOT = Path(__file__).resolve().parent.parent
GAMEDAY = Path(sys.executable).with_name("gameday")
CHAOS = ROOT / ".tools" / "chaos" / "bin" / "chaos"
NO_PEER = "Chaos Toolkit is not there; type: make bench"
PATIENCE = 120.0
_LEFT_OUT = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH"}
"""Both sides keep their compiled modules, as an installed program does; the first run of each does not count."""


def environment(folder: Path) -> dict[str, str]:
    """What both sides are started with; everything they keep lies in the folder."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    return {**kept, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(folder), "NO_COLOR": "1"}


def wait_for(true: Callable[[], object], what: str, pause: float = 0.005, seconds: float = PATIENCE) -> None:
    """Wait until it is so. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(pause)


class Place:
    """A folder of its own, removed at the end, with what is started in it ended."""

    def __init__(self) -> None:
        above = ROOT / ".tools"
        above.mkdir(exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="bench-", dir=above))
        self.environment = environment(self.folder)
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *words: str | Path) -> "subprocess.Popen[bytes]":
        """Start a command here; its output goes to the file `output`."""
        with (self.folder / "output").open("ab") as output:
            process = subprocess.Popen(
                words, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self._started.append(process)
        return process

    def wait_up(self, process: "subprocess.Popen[bytes]", ready: Callable[[], object], what: str) -> None:
        """Wait until it is ready. Raises RuntimeError when it ends before that."""

        def up() -> object:
            if process.poll() is not None:
                raise RuntimeError(f"it ended before this was so: {what}:\n{self._said()}")
            return ready()

        wait_for(up, what, pause=0.02, seconds=30)

    def run(self, *words: str | Path) -> float:
        """Run a command to its end; the seconds it took. Raises RuntimeError when it fails."""
        began = time.perf_counter()
        process = self.start(*words)
        code = process.wait(PATIENCE)
        took = time.perf_counter() - began
        self._started.remove(process)
        if code:
            raise RuntimeError(f"{' '.join(map(str, words))} ended with {code}:\n{self._said()}")
        return took

    def _said(self) -> str:
        return (self.folder / "output").read_text(errors="replace")[-2000:]


class Workspace(Place):
    """A workspace with one service, and scenarios that hold nothing but faults."""

    def __init__(self, targets: Mapping[str, Any] | None = None, at_once: int = 1000) -> None:
        super().__init__()
        self._at_once = at_once
        self.targets(targets or {})

    def targets(self, targets: Mapping[str, Any]) -> None:
        """Write gameday.yaml with these."""
        wanted = {
            "format": 1,
            "zone": "UTC",
            "environments": {"staging": {"targets": dict(targets)}},
            "services": {"orders": {}},
            "caps": {"faults_at_once": self._at_once, "duration": "1h"},
        }
        (self.folder / "gameday.yaml").write_text(json.dumps(wanted))  # JSON is YAML too

    def scenario(self, name: str, faults: Mapping[str, Any]) -> Path:
        """Write a scenario of these faults, all of them due at once."""
        wanted = {
            "scenario": name,
            "title": "A drill of bench/",
            "service": "orders",
            "steady_state": [],
            "stop_unless": [],
            "faults": {each: {"when": "0s", **fault} for each, fault in faults.items()},
        }
        path = self.folder / f"{name}.yaml"
        path.write_text(json.dumps(wanted))
        return path

    def run_drill(self, scenario: Path) -> "Run":
        """Run it to its end."""
        began = time.time_ns()
        self.run(GAMEDAY, "run", scenario)
        return Run(self.last_drill, began, time.time_ns())

    def start_drill(self, scenario: Path, changes: int) -> "subprocess.Popen[bytes]":
        """Start it and wait until so many changes are ACTIVE in its undo log."""
        before = len(drill_folders(self.folder))
        process = self.start(GAMEDAY, "run", scenario)

        def active() -> bool:
            return len(drill_folders(self.folder)) > before and (
                sum(one.phase is Phase.ACTIVE for one in self.log.tracked.values()) == changes
            )

        self.wait_up(process, active, "all faults active")
        return process

    @property
    def last_drill(self) -> Path:
        """The folder of the newest drill."""
        return drill_folders(self.folder)[-1]

    @property
    def log(self) -> Log:
        """The newest drill's undo log; empty before it is begun."""
        try:
            return read_log(self.last_drill / FILE)
        except FileNotFoundError:
            return Log(None, {}, (), (), torn=False)


class Run:
    """A drill that is over: when its command was typed, and when each thing of its undo log was true (UTC ns)."""

    def __init__(self, folder: Path, began: int, ended: int) -> None:
        self.began, self.ended = began, ended
        self.log = read_log(folder / FILE)
        if not self.log.closed:
            raise RuntimeError(f"{folder}: something stayed: {self.log.open}")

    def moments(self, phase: Phase) -> list[int]:
        """When each change went to this phase, in order."""
        return sorted(line.at for line in self.log.lines if isinstance(line, Moved) and line.phase is phase)
