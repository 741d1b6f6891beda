"""What one more fault adds to a drill of 1000, undone and recorded, beside what one more action adds to the peer.

The time for which the faults are simply on is left out; everything else counts, from reading the file to the last line.
"""

from collections.abc import Iterator

import chaos
from places import CHAOS, NO_PEER, Run, Workspace
from row import QUICK, Row, Say, in_turn, program

from drills.guard.lines import Prepared
from drills.guard.phases import Phase

MANY, FEW = 1000, 20
"""How many faults; the second when it is only to be seen that it runs."""
NEEDED = 0.004
"""Seconds of duration for each fault, so that all are on before the first is over."""


def worked(run: Run) -> float:
    """Seconds of a drill without those for which its faults were simply on."""
    on = run.moments(Phase.REVERTING)[0] - run.moments(Phase.ACTIVE)[-1]
    return (run.ended - run.began - max(0, on)) / 1e9


def until_active(run: Run) -> float:
    """Seconds from the first undo on its way to the disk to the last confirmed effect."""
    first = min(line.at for line in run.log.lines if isinstance(line, Prepared))
    return (run.moments(Phase.ACTIVE)[-1] - first) / 1e9


def measure(times: int, say: Say) -> Iterator[Row]:
    many = MANY if times > QUICK else FEW
    what = f"each of {many} faults"
    if not CHAOS.exists():
        yield Row(what, missing=NO_PEER)
        return
    with Workspace() as place:
        names = [f"quiet-{number}" for number in range(many)]
        fault = {"inject": "noop", "duration": f"{round(1000 * (0.5 + NEEDED * many))}ms"}
        drill, single = (place.scenario(f"of-{len(some)}", dict.fromkeys(some, fault)) for some in (names, names[:1]))
        experiments = [chaos.experiment(place, number) for number in (many, 1)]
        starts: list[float] = []

        def added() -> float:
            run = place.run_drill(drill)
            starts.append(until_active(run) / many)
            return (worked(run) - worked(place.run_drill(single))) / (many - 1)

        def peer_added() -> float:
            whole, least = (chaos.run(place, each) for each in experiments)
            return (whole - least) / (many - 1)

        ours, theirs = in_turn(times, say, added, peer_added)
    beside = f"each of {many} actions"
    yield Row(
        f"{what}, undo on its way to the disk until its effect is confirmed", starts[-times:], beside, theirs, goal=1.0
    )
    yield Row(f"{what}, all of it: read, checked, injected, reverted, recorded", ours, beside, theirs, goal=1.0)


if __name__ == "__main__":
    program(measure, times=5)
