"""Random crashes that can be had again: where their seeds begin, how many there are, how far they have come.

`GAMEDAY_CRASHES` says how many are in `make test`, `GAMEDAY_SOAK_KILLS` how many in `make soak`. What a crash chooses
follows from its seed alone; a failure names it, and `GAMEDAY_CRASH_SEED` begins there.
"""

import os
import random
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = int(os.environ.get("GAMEDAY_CRASHES_AT_ONCE", "4"))
CRASHES = int(os.environ.get("GAMEDAY_CRASHES", "60"))
SOAK = int(os.environ.get("GAMEDAY_SOAK_KILLS", "10000"))
SHOW_EVERY = 100


def in_parallel(function, *arguments):
    """Run all, several at a time, and give what they return; the first that fails ends it."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        return list(pool.map(function, *arguments))
    finally:
        pool.shutdown(cancel_futures=True)


def first_seed():
    """Where this run begins."""
    return int(os.environ.get("GAMEDAY_CRASH_SEED") or random.randrange(1 << 32))


def crash_many(times, crash, what):
    """Call `crash(seed)` so many times; a failure says which seed it had and how to have it again."""
    begin, started, done = first_seed(), time.monotonic(), []
    _say(f"{what}: {times} from seed {begin}")

    def one(seed):
        try:
            crash(seed)
        except BaseException as wrong:
            _say(f"{what}: seed {seed} FAILED: {type(wrong).__name__}")
            wrong.add_note(f"seed {seed}: have it again with GAMEDAY_CRASH_SEED={seed} GAMEDAY_CRASHES=1")
            raise
        done.append(seed)
        if len(done) % SHOW_EVERY == 0:
            _say(
                f"{what}: {len(done)} of {times}, nothing left, {len(done) / (time.monotonic() - started):.1f} a second"
            )

    in_parallel(one, range(begin, begin + times))
    _say(f"{what}: all {times} from seed {begin}: nothing left, {time.monotonic() - started:.0f} s")


def soften(pid, what, limit):
    """Give a running process so much of a resource and no more; it can be given more again."""
    hard = resource.prlimit(pid, what)[1]
    resource.prlimit(pid, what, (limit, hard))


def _say(line):
    """For `pytest -s` and for the report of a test that failed."""
    print(line, file=sys.stderr, flush=True)
