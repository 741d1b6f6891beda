"""What a running drill lets a display see: each entry as it is told, and a view between two rounds. Shows nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from drills.engine.conditions import Conditions
from drills.engine.faults import FaultRun
from drills.store import Line


@dataclass(frozen=True, slots=True)
class View:
    """What a live display may show, read between two rounds; moments are monotonic seconds."""

    drill: str
    now: float
    started: float
    limit: float
    faults: dict[str, FaultRun]
    conditions: Conditions


Hear = Callable[[Line], None]
Watch = Callable[[View], str]
"""Told of each round; says why nobody can see what happens, once that is so."""
