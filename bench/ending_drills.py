"""Drills whose process is killed or stopped, and how long until their guards took the last fault back."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from places import Workspace, wait_for
from proxies import servers, slow

from drills.guard.phases import Phase

EACH = 2
"""Files, and proxies on each server, that one drill bends."""


class Bent:
    """A workspace whose one drill bends files and proxies, and what they were before."""

    def __init__(self, place: Workspace) -> None:
        self.place = place
        self.files = [place.folder / f"file-{number}" for number in range(EACH)]
        for each in self.files:
            each.write_text("as it was\n")
        self.servers = list(servers(place))
        names = [f"proxy-{number}" for number in range(EACH)]
        for server in self.servers:
            server.create(names)
        place.targets({server.id: server.target(names) for server in self.servers})
        faults: dict[str, Any] = {each.name: _line_in(each) for each in self.files}
        for server in self.servers:
            faults |= {f"{server.id}-{name}": slow(server, name) for name in names}
        self.faults = len(faults)
        self.drill = place.scenario("bent", faults)
        self.before = self.now()

    def now(self) -> list[Any]:
        """Everything that must be as before."""
        return [each.read_text() for each in self.files] + [server.ask("GET", "/proxies") for server in self.servers]

    def what(self) -> str:
        """Its targets, in words."""
        return " and ".join(["files", *(server.name for server in self.servers)])

    def end(self, settled: float, how: Callable[[int], None]) -> float:
        """Seconds from the end of the drill's process, `settled` seconds after all was on, to the last fault clear."""
        process = self.place.start_drill(self.drill, self.faults)
        time.sleep(settled)
        began = time.time_ns()
        how(process.pid)
        process.wait(60)
        wait_for(lambda: self.place.log.closed, "everything taken back", 0.02)
        if (now := self.now()) != self.before:
            raise RuntimeError(f"not as before: {now}")
        clear = [one.at for one in self.place.log.tracked.values() if one.phase is Phase.CLEAR]
        return (max(clear) - began) / 1e9


def signalled(number: int) -> Callable[[int], None]:
    """Send this signal to the process."""
    return lambda pid: os.kill(pid, number)


def _line_in(path: Path) -> dict[str, Any]:
    return {"inject": "noop", "with": {"file": str(path)}, "duration": "10m"}
