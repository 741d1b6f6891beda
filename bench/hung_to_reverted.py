"""From the moment the drill's process stands still until its last fault is clear; a guard kills it first."""

import signal
from collections.abc import Iterator

from ending_drills import Bent, signalled
from places import Workspace
from row import Row, Say, in_turn, program

STOPPED_LIMIT = 1.0
"""Seconds after which a stopped process counts as hung: `Guards`, `stopped_seconds`."""
GRACE = 1.0


def measure(times: int, say: Say) -> Iterator[Row]:
    with Workspace() as place:
        bent = Bent(place)
        took = in_turn(times, say, lambda: bent.end(1.0, signalled(signal.SIGSTOP)))[0]
    limit = [STOPPED_LIMIT + GRACE]
    yield Row(f"hung to reverted, {bent.faults} faults on {bent.what()}", took, "limit", limit, goal=1.0, share=1)


if __name__ == "__main__":
    program(measure, times=5)
