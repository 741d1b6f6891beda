"""Puts the robot on call for one drill: starts it when the drill begins, ends it when the drill is over."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import scenarios
from drills.demo.shop.supervisor import leashed

ROBOT = str(Path(__file__).with_name("robot.py"))
GRACE = 2.0
_BEGINS = re.compile(r"\bdrill (\d+) begins:")


class Shift:
    """The robot beside one drill; it reads the workspace's addresses and runbooks, and nothing of the scenario."""

    def __init__(self, workspace: Path, name: str) -> None:
        self._workspace, self._name = workspace, name
        scenario = scenarios.load(workspace / "drills" / f"{name}.yaml")
        self._service = scenario.service if isinstance(scenario, scenarios.Scenario) else ""
        self._robot: subprocess.Popen[bytes] | None = None

    def hear(self, line: str) -> None:
        """Begin when the drill says that it begins; its number is all the robot is told of it."""
        begins = _BEGINS.search(line)
        if begins is None or self._robot is not None:
            return
        robot = [sys.executable, "-I", ROBOT, begins[1], self._service, sys.executable, "-m", "drills.cli"]
        with (self._workspace / f"robot-{self._name}.log").open("ab") as log:
            self._robot = subprocess.Popen(
                leashed(robot, signal.SIGTERM),
                cwd=self._workspace,
                env={**os.environ, **addresses(self._workspace)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def end(self) -> None:
        """The drill is over."""
        if self._robot is None:
            return
        self._robot.terminate()
        try:
            self._robot.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._robot.kill()
            self._robot.wait()


def addresses(workspace: Path) -> dict[str, str]:
    """The shop's addresses, as `addresses.sh` exports them."""
    lines = (workspace / "addresses.sh").read_text(encoding="ascii").splitlines()
    return dict(line.removeprefix("export ").split("=", 1) for line in lines)
