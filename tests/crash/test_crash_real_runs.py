"""SIGKILL of the real command: `gameday run` with every kind of fault on real targets, from its start to its end."""

import os
import random
import shutil
import time

import pytest
from chances import SOAK, crash_many
from servers import TOXIPROXIES, NatsServer
from staging import Staging

RUNS = int(os.environ.get("GAMEDAY_CRASHES", "60")) // 3 or 1
HOW = ("drill", "drill and a guard", "drill, then the winner", "a guard, then the drill", "all three")


@pytest.fixture(scope="module")
def servers():
    with TOXIPROXIES[0]() as embedded, TOXIPROXIES[1]() as real, NatsServer() as broker:
        yield (embedded, real), broker


@pytest.mark.timeout(60 + 15 * RUNS)
def test_a_real_run_that_is_killed_at_a_random_moment_leaves_every_target_as_it_was(tmp_path, servers):
    crash_many(RUNS, lambda seed: one_real_crash(tmp_path / f"r{seed}", servers, seed), "real runs")


@pytest.mark.soak
@pytest.mark.skipif("GAMEDAY_SOAK" not in os.environ, reason="hours: run `make soak`")
@pytest.mark.timeout(0)
def test_a_thousand_real_runs_leave_every_target_as_it_was(tmp_path, servers):
    times = SOAK // 10 or 1
    crash_many(times, lambda seed: one_real_crash(tmp_path / f"r{seed}", servers, seed), "real runs")


def one_real_crash(folder, servers, seed):
    chance = random.Random(seed)
    proxies, broker = servers
    with Staging(folder, chance.choice(proxies), broker) as staging, staging.run(chance.randrange(100, 1200)) as run:
        wait_for_a_random_moment(run, chance)
        how = HOW[seed % len(HOW)]
        kill(run, how, chance)
        run.wait_over()
        if how == "all three":
            told = staging.type("revert", "--all")
            assert told.returncode == 0, f"{told}\n{run.story()}"
        run.assert_nothing_left()
        staging.assert_as_before(f"{how}\n{run.story()}")
    shutil.rmtree(folder)


def wait_for_a_random_moment(run, chance):
    """From the first millisecond to the end; most of them while something is being changed."""
    word = chance.choice(["", "begins", "injecting process", "injecting nats", "is on", "gone", "gone"])
    if word:
        run.says(word)  # or it has ended before
    time.sleep(chance.uniform(0, 0.3 if word else 2.0))


def kill(run, how, chance):
    """SIGKILL; the order within "at the same time" is random too."""
    if how == "drill, then the winner":
        run.kill(run.process.pid)
        until = time.monotonic() + 1
        while run.guards() and time.monotonic() < until:
            log = run.log()
            if log and log.takeovers:
                time.sleep(chance.uniform(0, 0.1))
                run.kill(log.takeovers[-1].pid)
                return
    elif how == "a guard, then the drill":
        for guard in run.guards()[:1]:
            run.kill(guard)
        time.sleep(chance.uniform(0, 0.3))
        run.kill(run.process.pid)
    else:
        count = {"drill": 0, "drill and a guard": 1, "all three": 2}[how]
        guards = run.guards()
        pids = [run.process.pid, *chance.sample(guards, min(count, len(guards)))]
        for pid in chance.sample(pids, len(pids)):
            run.kill(pid)
