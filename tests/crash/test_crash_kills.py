"""SIGKILL at every write and at random moments: nothing may stay. `GAMEDAY_CRASHES` says how many random ones."""

import itertools
import os
import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from crashing import Crash, Files, Proxies
from servers import EmbeddedToxiproxy

CRASHES = int(os.environ.get("GAMEDAY_CRASHES", "60"))
AT_ONCE = 4
WRITES = 8
"""First line; undo and active of two files; reverting; clear, once or twice."""


@pytest.fixture(scope="module")
def server():
    with EmbeddedToxiproxy() as server:
        yield server


def in_parallel(function, *arguments):
    """Run all, several at a time; fail with the first that failed."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(function, *arguments))


def test_a_kill_at_any_write_of_the_undo_log_leaves_nothing(tmp_path):
    def die(number, how):
        files = Files(tmp_path / f"{number}-{how}" / "files", count=2)
        with Crash(tmp_path / f"{number}-{how}", files.changes(), hold=0.05, settle=0.1, die=[number, how]) as crash:
            crash.wait_over()
            crash.assert_nothing_left()
            assert files.now() == files.before, crash.story()
            return crash.process.returncode

    cases = list(itertools.product(range(1, WRITES + 1), ("before", "half", "after")))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(lambda case: die(*case), cases))
    assert codes.count(-9) >= 3 * (WRITES - 1)


@pytest.mark.timeout(60 + 5 * CRASHES)
def test_a_kill_of_any_one_or_two_of_three_at_a_random_moment_leaves_nothing(tmp_path, server):
    started = random.randrange(1 << 32)
    in_parallel(lambda number: one_random_crash(tmp_path / str(number), server, started + number), range(CRASHES))


@pytest.mark.soak
@pytest.mark.skipif("GAMEDAY_SOAK" not in os.environ, reason="hours: run `make soak`")
@pytest.mark.timeout(0)
def test_ten_thousand_random_kills_leave_nothing(tmp_path, server):
    def crash(number):
        one_random_crash(tmp_path / str(number), server, number)
        shutil.rmtree(tmp_path / str(number))

    in_parallel(crash, range(int(os.environ.get("GAMEDAY_CRASHES", "10000"))))


def one_random_crash(folder, server, seed):
    chance = random.Random(seed)
    files, proxies = Files(folder / "files"), Proxies(server, f"p{seed}")
    with Crash(folder, files.changes() + proxies.changes(), hold=chance.uniform(0, 0.4)) as crash:
        wait_for_a_random_moment(crash, chance)
        first = chance.choice(["drill", "guard", "drill"])
        kill_one(crash, chance, first)
        if chance.random() < 0.6:
            time.sleep(chance.choice([0, chance.uniform(0, 0.15), chance.uniform(0, 0.4)]))
            kill_one(crash, chance, "guard" if first == "drill" else chance.choice(["drill", "guard"]))
        crash.wait_over()
        crash.assert_nothing_left()
        assert files.now() == files.before, (seed, crash.story())
        assert proxies.now() == proxies.before, (seed, crash.story())
        proxies.remove()


def wait_for_a_random_moment(crash, chance):
    word = chance.choice(["", "guards", "injecting c0", "injecting c4", "active", "active"])
    if word:
        crash.wait_said(word)
    time.sleep(chance.uniform(0, 0.4 if word else 1.0))


def kill_one(crash, chance, who):
    guards = crash.guards()
    if who == "drill":
        crash.kill(crash.process.pid)
    elif guards:
        crash.kill(chance.choice(guards))


def test_when_all_three_are_killed_the_next_command_takes_back_what_stayed(tmp_path, server):
    def kill_all(number):
        chance = random.Random(number)
        folder = tmp_path / str(number)
        files, proxies = Files(folder / "files"), Proxies(server, f"all{number}")
        with Crash(folder, files.changes() + proxies.changes(), hold=5) as crash:
            crash.wait_said("active")
            time.sleep(chance.uniform(0, 0.3))
            for pid in chance.sample([crash.process.pid, *crash.guards()], 3):
                crash.kill(pid)
            crash.wait_over()
            if not crash.log().takeovers:  # no guard was quick enough to begin
                assert files.bent() == 3
            done = crash.next_command()
            assert done.closed, crash.story()
            crash.assert_nothing_left()
            assert files.now() == files.before
            assert proxies.now() == proxies.before
            proxies.remove()

    in_parallel(kill_all, range(4))
