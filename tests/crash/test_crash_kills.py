"""SIGKILL at every write and at random moments: nothing may stay."""

import itertools
import os
import random
import shutil
import time

import pytest
from chances import CRASHES, SOAK, crash_many, in_parallel
from crashing import Crash, Files, Proxies
from servers import EmbeddedToxiproxy

WRITES = 8
"""First line; undo and active of two files; reverting; clear, once or twice."""


@pytest.fixture(scope="module")
def server():
    with EmbeddedToxiproxy() as server:
        yield server


def test_a_kill_at_any_write_of_the_undo_log_leaves_nothing(tmp_path):
    def die(case):
        number, how = case
        files = Files(tmp_path / f"{number}-{how}" / "files", count=2)
        with Crash(tmp_path / f"{number}-{how}", files.changes(), hold=0.05, settle=0.1, die=case) as crash:
            crash.wait_over()
            crash.assert_nothing_left()
            assert files.now() == files.before, crash.story()
            return crash.process.returncode

    codes = in_parallel(die, itertools.product(range(1, WRITES + 1), ("before", "half", "after")))
    assert codes.count(-9) >= 3 * (WRITES - 1)


@pytest.mark.timeout(60 + 5 * CRASHES)
def test_a_kill_of_any_one_or_two_of_three_at_a_random_moment_leaves_nothing(tmp_path, server):
    crash_many(CRASHES, lambda seed: one_random_crash(tmp_path / str(seed), server, seed), "random kills")


@pytest.mark.soak
@pytest.mark.skipif("GAMEDAY_SOAK" not in os.environ, reason="hours: run `make soak`")
@pytest.mark.timeout(0)
def test_ten_thousand_random_kills_leave_nothing(tmp_path, server):
    crash_many(SOAK, lambda seed: one_random_crash(tmp_path / str(seed), server, seed), "random kills")


def one_random_crash(folder, server, seed):
    chance = random.Random(seed)
    files, proxies = Files(folder / "files"), Proxies(server, f"p{seed}")
    with Crash(folder, files.changes() + proxies.changes(), hold=chance.uniform(0, 0.4)) as crash:
        wait_for_a_random_moment(crash, chance)
        first = chance.choice(["drill", "guard", "drill"])
        kill_one(crash, chance, first)
        if chance.random() < 0.6:
            wait_for_the_second_kill(crash, chance)
            kill_one(crash, chance, "guard" if first == "drill" else chance.choice(["drill", "guard"]))
        crash.wait_over()
        crash.assert_nothing_left()
        assert files.now() == files.before, crash.story()
        assert proxies.now() == proxies.before, crash.story()
    proxies.remove()
    shutil.rmtree(folder)


def wait_for_a_random_moment(crash, chance):
    word = chance.choice(["", "guards", "injecting c0", "injecting c4", "active", "active"])
    if word:
        crash.wait_said(word)
    time.sleep(chance.uniform(0, 0.4 if word else 1.0))


def wait_for_the_second_kill(crash, chance):
    """At once, a little later, or in the middle of the takeover, when there is one."""
    how = chance.choice(["at once", "soon", "later", "takeover"])
    if how == "takeover":
        until = time.monotonic() + 1
        while time.monotonic() < until and not (crash.log() and crash.log().takeovers) and crash.guards():
            time.sleep(0.001)
    time.sleep({"at once": 0, "soon": chance.uniform(0, 0.15), "later": chance.uniform(0, 0.4)}.get(how, 0))


def kill_one(crash, chance, who):
    """The drill's process; or a guard: the one that took over, when there is one, or any."""
    if who == "drill":
        crash.kill(crash.process.pid)
        return
    guards = crash.guards()
    log = crash.log()
    winners = [each.pid for each in log.takeovers if each.pid in guards] if log else []
    if guards:
        crash.kill(chance.choice(winners if winners and chance.random() < 0.7 else guards))


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
