"""From STOP to the last of 100 faults being gone, beside the same deletes sent concurrently by hand."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from places import Workspace, wait_for
from proxies import LATENCY, Server, servers, slow
from row import QUICK, Row, Say, in_turn, program

from drills.guard import control
from drills.guard.phases import Phase

MANY, FEW = 100, 10
LOOK = 0.002
"""Seconds between two looks at the server, the same on both sides."""


def gone(server: Server, act: Callable[[], object]) -> float:
    """Seconds from the act until the server shows no toxic any more."""
    began = time.perf_counter()
    act()
    wait_for(lambda: not server.toxics(), "all toxics gone", LOOK)
    return time.perf_counter() - began


class Side:
    """One server with its proxies, and both ways to be rid of what bends them."""

    def __init__(self, place: Workspace, server: Server, names: list[str]) -> None:
        self.place, self.server, self.names = place, server, names
        self.drill = place.scenario(f"many-on-{server.port}", {name: slow(server, name) for name in names})
        self.confirmed: list[float] = []

    def ours(self) -> float:
        process = self.place.start_drill(self.drill, len(self.names))
        folder, began = self.place.last_drill, time.time_ns()
        took = gone(self.server, lambda: control.press_stop(folder, by="bench", why="the end of a round"))
        process.wait(60)
        clear = [one.at for one in self.place.log.tracked.values() if one.phase is Phase.CLEAR]
        if len(clear) != len(self.names):
            raise RuntimeError(f"{folder}: not all are clear")
        self.confirmed.append((max(clear) - began) / 1e9)
        return took

    def by_hand(self) -> float:
        for name in self.names:
            self.server.ask("POST", f"/proxies/{name}/toxics", {"name": "raw", **LATENCY})
        with ThreadPoolExecutor(len(self.names)) as pool:
            return gone(self.server, lambda: list(pool.map(self._delete, self.names)))

    def _delete(self, name: str) -> None:
        self.server.ask("DELETE", f"/proxies/{name}/toxics/raw")


def measure(times: int, say: Say) -> Iterator[Row]:
    names = [f"proxy-{number}" for number in range(MANY if times > QUICK else FEW)]
    with Workspace() as place:
        there = list(servers(place))
        place.targets({server.id: server.target(names) for server in there})
        for server in there:
            server.create(names)
            side = Side(place, server, names)
            ours, theirs = in_turn(times, say, side.ours, side.by_hand)
            what, beside = f"STOP of {len(names)} faults on {server.name}", "the same deletes at once"
            yield Row(f"{what}, until all are gone", ours, beside, theirs, goal=1.2)
            yield Row(f"{what}, until each is seen clear", side.confirmed[-times:], beside, theirs)


if __name__ == "__main__":
    program(measure, times=7)
