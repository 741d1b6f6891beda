"""From typing `gameday run` to the fault's confirmed effect, its undo on disk and both guards watching."""

from collections.abc import Iterator

import chaos
from places import CHAOS, NO_PEER, Workspace
from row import Row, Say, in_turn, program

from drills.guard.phases import Phase

WHAT = "command to fault active"


def measure(times: int, say: Say) -> Iterator[Row]:
    if not CHAOS.exists():
        yield Row(WHAT, missing=NO_PEER)
        return
    with Workspace() as place:
        drill = place.scenario("one", {"quiet": {"inject": "noop", "duration": "500ms"}})
        experiment = chaos.experiment(place, 1)

        def ours() -> float:
            run = place.run_drill(drill)
            return (run.moments(Phase.ACTIVE)[0] - run.began) / 1e9

        figures = in_turn(times, say, ours, lambda: chaos.run(place, experiment))
    yield Row(WHAT, figures[0], "whole chaos run of one action", figures[1], goal=1.0)


if __name__ == "__main__":
    program(measure, times=15)
