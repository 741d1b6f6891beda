"""`gameday --help` beside `chaos --help`: what every command pays before it does anything."""

from collections.abc import Iterator

from places import CHAOS, GAMEDAY, NO_PEER, Place
from row import Row, Say, in_turn, program

WHAT = "gameday --help"


def measure(times: int, say: Say) -> Iterator[Row]:
    if not CHAOS.exists():
        yield Row(WHAT, missing=NO_PEER)
        return
    with Place() as place:
        ours, theirs = in_turn(times, say, lambda: place.run(GAMEDAY, "--help"), lambda: place.run(CHAOS, "--help"))
    yield Row(WHAT, ours, "chaos --help", theirs, goal=0.5)


if __name__ == "__main__":
    program(measure, times=15)
