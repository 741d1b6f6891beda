"""From SIGKILL of the drill's process to the first look that saw the last of its faults clear; the limit beside it."""

import random
import signal
from collections.abc import Iterator

from ending_drills import Bent, signalled
from places import Workspace
from row import Row, Say, in_turn, program

MEDIAN, WORST = 0.050, 0.250
LONGEST = 2.0
"""Seconds after the last fault was on in which the kill falls, somewhere: guards that just began, and idle ones."""


def measure(times: int, say: Say) -> Iterator[Row]:
    chance = random.Random(1)
    with Workspace() as place:
        bent = Bent(place)
        kill = signalled(signal.SIGKILL)
        took = in_turn(times, say, lambda: bent.end(chance.uniform(0, LONGEST), kill))[0]
    what = f"SIGKILL to reverted, {bent.faults} faults on {bent.what()}"
    yield Row(f"{what}: median", took, "limit", [MEDIAN], goal=1.0)
    yield Row(f"{what}: p95", took, "limit", [WORST], goal=1.0, share=0.95)


if __name__ == "__main__":
    program(measure, times=25)
