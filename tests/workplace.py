"""A workspace folder for the tests, and the commands that a person types in it: real processes, real exit codes."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import psutil
from servers import wait_until

from drills.guard.phases import Phase
from drills.guard.reading import read_log
from drills.guard.undolog import FILE

GAMEDAY = [sys.executable, "-m", "drills.cli"]
ENDED_WITHIN = 60.0


Ended = subprocess.CompletedProcess[str]


def said(ended: Ended) -> str:
    """All that a command came to, for the message of an assertion."""
    return f"exit code {ended.returncode}\n{ended.stdout}\n{ended.stderr}"


class Workplace:
    """A folder with a gameday.yaml; its drills and leases are nobody else's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        self.started: list[subprocess.Popen[str]] = []
        (folder / "scenarios").mkdir(exist_ok=True)
        self.workspace()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def workspace(self, targets: Mapping[str, str] | None = None, more: str = "") -> None:
        """Write gameday.yaml: target -> its YAML in one line, and further keys of the file."""
        lines = "".join(f"      {name}: {told}\n" for name, told in (targets or {}).items())
        (self.folder / "gameday.yaml").write_text(
            "format: 1\nzone: UTC\nenvironments:\n  staging:\n    targets:"
            + (f"\n{lines}" if lines else " {}\n")
            + "services: {orders: {}, ledger: {}, mail: {}}\n"
            + "caps: {faults_at_once: 5, targets_per_fault: 5, share_of_pool: 100%, duration: 10m}\n"
            + more
        )

    def drill(self, name: str, faults: Mapping[str, str], **more: str) -> Path:
        """Write a scenario: fault -> its YAML in one line; `more`: other keys of the file, each in one line."""
        keys = {"title": "A small drill", "service": "orders", "steady_state": "[]", "stop_unless": "[]", **more}
        lines = [f"scenario: {name}", *(f"{key}: {told}" for key, told in keys.items()), "faults:"]
        lines += [f"  {fault}: {told}" for fault, told in faults.items()]
        path = self.folder / "scenarios" / f"{name}.yaml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def start(self, *words: object, through: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Type it and do not wait; `through`: a program that runs the command given after its own words."""
        process = subprocess.Popen(
            [*through, *GAMEDAY, *map(str, words)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def type(self, *words: object) -> Ended:
        """Type it and wait for its end."""
        return self.ended(self.start(*words))

    def ended(self, process: subprocess.Popen[str], seconds: float = ENDED_WITHIN) -> Ended:
        """Wait for the end of what was started."""
        out, err = process.communicate(timeout=seconds)
        return Ended(process.args, process.returncode, out, err)

    def type_inside(self, *words: object) -> Ended:
        """Type it in this process: for what is refused before anything is begun, and many times faster."""
        from drills.cli import main  # noqa: PLC0415 - what is tested

        out, err, before, code = io.StringIO(), io.StringIO(), sys.argv, 0
        sys.argv = ["gameday", *map(str, words)]
        try:
            with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.argv = before
        return Ended(words, code, out.getvalue(), err.getvalue())

    def until_on(self, change: str, drill: str = "1") -> None:
        """Wait until the drill has seen the effect of this change."""
        log = self.folder / ".gameday" / "drills" / drill / FILE
        wait_until(lambda: log.exists() and _phase(log, change) is Phase.ACTIVE, f"{change} is on")

    def kill_with_its_guards(self, process: subprocess.Popen[str]) -> None:
        """Kill a drill's process and both guards at once, as a machine that loses its power does."""
        family = [process.pid, *self.guards()]
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in family:
                os.kill(pid, number)
        process.communicate(timeout=10)

    def guards(self) -> list[int]:
        """The process ids of all guards of this workspace."""
        found = []
        for each in psutil.process_iter(["cmdline"]):
            words = each.info["cmdline"] or []
            if any(word.endswith("guard/watch.py") for word in words) and any(str(self.folder) in w for w in words):
                found.append(each.pid)
        return found

    def entries(self, drill: str = "1") -> list[dict[str, Any]]:
        """The timeline of a drill."""
        shown = self.type("log", drill, "--json")
        assert shown.returncode == 0, said(shown)
        return [json.loads(line) for line in shown.stdout.splitlines()]

    def card(self, drill: str = "1") -> dict[str, Any]:
        """Its scorecard."""
        shown = self.type("score", drill, "--json")
        found: dict[str, Any] = json.loads(shown.stdout)
        return found

    def left_on(self) -> list[str]:
        """Everything `status` finds on or left open."""
        status = json.loads(self.type("status", "--json").stdout)
        return [each["drill"] for each in (*status["running"], *status["left_open"])]

    def end(self) -> None:
        """End whatever a failed test left."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait(10)
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


def _phase(log: Path, change: str) -> Phase | None:
    tracked = read_log(log).tracked.get(change)
    return tracked.phase if tracked else None
