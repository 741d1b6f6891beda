"""From the order to inject until the toxic is in force, its undo on disk, beside the raw call and one flush."""

import os
import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from places import Place
from proxies import LATENCY, Server, servers
from row import Row, Say, in_turn, program

from drills.engine.clock import SystemClock
from drills.engine.faults import Prepared
from drills.engine.hands import Hands, Moved
from drills.engine.preparing import prepare
from drills.guard.lines import Facts
from drills.guard.phases import Phase
from drills.guard.undolog import UndoLog
from injectors.contract import Change, Injector, State, Undo

PROXY = "bent"
ROUNDS = 40


@dataclass
class Timed:
    """The real injector, and when its call came back."""

    inner: Any
    returned: "queue.Queue[float]" = field(default_factory=queue.Queue)

    @property
    def owner(self) -> str:
        return str(self.inner.owner)

    def prepare(self) -> Undo:
        return self.inner.prepare()  # type: ignore[no-any-return]

    def inject(self, undo: Undo) -> None:
        self.inner.inject(undo)
        self.returned.put(time.perf_counter())

    def revert(self, undo: Undo) -> None:
        self.inner.revert(undo)

    def inspect(self, undo: Undo) -> State:
        return self.inner.inspect(undo)  # type: ignore[no-any-return]

    def prove(self, undo: Undo) -> None:
        self.inner.prove(undo)


class Ours:
    """The engine's own hands with a real undo log."""

    def __init__(self, place: Place, server: Server) -> None:
        self.server, self.clock, self.number = server, SystemClock(), 0
        folder = place.folder / server.id
        folder.mkdir()
        self.log = UndoLog.create(folder, Facts("1", "gameday-1-bench", str(folder), "staging"))
        self.inbox: queue.Queue[Any] = queue.Queue()
        self.hands = Hands(self.log, self.clock, self.inbox.put)
        self.hands.start()

    def inject(self) -> float:
        self.number += 1
        change = Change(
            f"slow-{self.number}",
            "toxiproxy.latency",
            PROXY,
            tag="gameday-1-bench",
            target={"url": self.server.url},
            consent=(PROXY,),
            parameters={"proxy": PROXY, "latency": 0.2},
        )
        ready = prepare(change, self.clock, 60.0)
        timed = Timed(ready.injector)
        injector: Injector = timed
        began = time.perf_counter()
        self.hands.inject([Prepared(ready.change, injector, ready.undo, ready.at, ready.lead)])
        took = timed.returned.get(timeout=20) - began
        while not _is_active(self.inbox.get(timeout=20)):
            pass
        self.hands.release([change.id])
        timed.revert(ready.undo)
        return took

    def close(self) -> None:
        self.hands.stop()
        self.log.close()


def _is_active(item: object) -> bool:
    return isinstance(item, Moved) and item.phase is Phase.ACTIVE


def raw(place: Place, server: Server) -> float:
    """One line on disk, one POST."""
    descriptor = os.open(place.folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    began = time.perf_counter()
    os.write(descriptor, b"x" * 500)
    os.fdatasync(descriptor)
    server.ask("POST", f"/proxies/{PROXY}/toxics", {"name": "raw", **LATENCY})
    took = time.perf_counter() - began
    os.close(descriptor)
    server.ask("DELETE", f"/proxies/{PROXY}/toxics/raw")
    return took


def measure(times: int, say: Say) -> Iterator[Row]:
    with Place() as place:
        for server in servers(place):
            server.create([PROXY])
            ours = Ours(place, server)
            figures = in_turn(times, say, ours.inject, lambda server=server: raw(place, server))  # type: ignore[misc]
            ours.close()
            yield Row(f"inject through {server.name}", figures[0], "raw call and a flush", figures[1], goal=1.5)


if __name__ == "__main__":
    program(measure, times=ROUNDS)
