"""`process.count` counts real processes, by pid file or supervisor, and tells nobody there from nobody to ask."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from servers import wait_until
from workers import NAMES, Workers, stop_by_hand

from drills.signals import registry
from drills.signals.contract import Judgement, Probe, Reading, Unanswered
from injectors.contract import InjectorError
from injectors.values import rebuild


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    with Workers() as workers:
        yield workers


@pytest.fixture
def workers(pool) -> Workers:
    """Three workers, live."""
    pool.fresh()
    return pool


def made(target: dict[str, Any], names: tuple[str, ...] = (), good: dict[str, Any] | None = None) -> Probe:
    """As gameday makes it."""
    kind = registry.probe_kind("process.count")
    settings = rebuild(kind.settings, target)
    return kind.make(
        settings, rebuild(kind.parameters, {"names": list(names)}), rebuild(kind.good, good or {"equals": 3})
    )


@pytest.fixture(params=["pid files", "supervisor"])
def probe(request, workers) -> Probe:
    if request.param == "pid files":
        return made({"pidfiles": workers.pidfiles})
    return made({"supervisor": {"names": list(NAMES), "pid": workers.supervisor["pid"]}})


def looked(probe: Probe, timeout: float = 10) -> tuple[Reading, Judgement]:
    reading = probe.read(timeout)
    return reading, probe.judge(reading)


def silence(probe: Probe, timeout: float = 10) -> str:
    with pytest.raises(Unanswered) as nothing:
        probe.read(timeout)
    return f"{nothing.value}"


def kill(workers: Workers, name: str) -> None:
    victim = psutil.Process(workers.pid(name))
    workers.signal(name, signal.SIGKILL)
    wait_until(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE, f"{name} is dead")


def test_all_that_live_are_counted(probe):
    reading, verdict = looked(probe)
    assert verdict == Judgement(good=True, why="live processes 3")
    assert reading.fields == {"live": 3, "stopped": 0, "down": []}


def test_one_that_was_killed_is_missing_by_its_name(probe, workers):
    kill(workers, "worker-2")
    reading, verdict = looked(probe)
    assert verdict == Judgement(good=False, why="live processes 2, wanted 3")
    assert reading.fields == {"live": 2, "stopped": 0, "down": ["worker-2"]}


def test_one_that_was_started_again_counts_again(probe, workers):
    kill(workers, "worker-2")
    workers.do("start", "worker-2")
    assert looked(probe)[1].good


def test_one_that_stands_still_lives_and_is_told_apart(probe, workers):
    for each in workers.tree("worker-1"):
        stop_by_hand(each.pid)
    reading = looked(probe)[0]
    assert (reading.value, reading.fields["stopped"]) == (3, 1)
    workers.signal("worker-1", signal.SIGCONT)


def test_only_the_slots_that_are_named_count(workers):
    kill(workers, "worker-2")
    for target in ({"pidfiles": workers.pidfiles}, {"supervisor": workers.supervisor | {"names": list(NAMES)}}):
        some = made(target, ("worker-1", "worker-2"), {"at_least": 2})
        assert looked(some)[1].why == "live processes 1, wanted at least 2"
        assert looked(made(target, ("worker-1",), {"equals": 1}))[1].good


def test_without_any_pid_file_nobody_lives_which_is_bad_and_not_unknown(workers):
    workers.end()
    reading, verdict = looked(made({"pidfiles": workers.pidfiles}))
    assert verdict == Judgement(good=False, why="live processes 0, wanted 3")
    assert reading.fields == {"live": 0, "stopped": 0, "down": []}


def test_a_pid_that_was_used_again_is_nobody_of_the_pool(workers):
    file = workers.folder / "run" / "worker-3.pid"
    kill(workers, "worker-3")
    stranger = psutil.Popen(["sleep", "60"])
    try:
        file.write_text(f"{stranger.pid}\n")
        long_ago = stranger.create_time() - 3600
        os.utime(file, (long_ago, long_ago))
        assert looked(made({"pidfiles": workers.pidfiles}))[0].fields["down"] == ["worker-3"]
    finally:
        file.unlink()
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("held", ["", "none\n", "0\n", "-1\n", "99999999999999\n", "\0\1\2"])
def test_a_pid_file_that_names_nobody_is_a_slot_without_a_process(workers, held):
    kill(workers, "worker-3")
    (workers.folder / "run" / "worker-3.pid").write_text(held)
    assert looked(made({"pidfiles": workers.pidfiles}))[0].fields["down"] == ["worker-3"]


def test_a_folder_that_is_not_there_says_nothing():
    assert "the folder of the pid files, /no/such/folder, does not exist" in silence(
        made({"pidfiles": "/no/such/folder/*.pid"})
    )


def script(folder: Path, text: str) -> dict[str, Any]:
    """A target whose supervisor is this."""
    file = folder / "supervisor"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return {"supervisor": {"names": ["worker-1", "worker-2"], "pid": [str(file), "{name}"]}}


def test_a_supervisor_that_hangs_says_nothing_within_the_timeout(tmp_path):
    began = time.monotonic()
    said = silence(made(script(tmp_path, "sleep 60")), timeout=0.4)
    assert time.monotonic() - began < 1.4
    assert said == f"the command {tmp_path}/supervisor did not end within 0.4 s"


def test_a_supervisor_that_is_slow_for_each_is_not_slow_without_end(tmp_path):
    began = time.monotonic()
    said = silence(made(script(tmp_path, "sleep 0.3; echo $$")), timeout=0.5)
    assert time.monotonic() - began < 1.4
    assert "within" in said


@pytest.mark.parametrize("text", ["echo refused; exit 7", "exit 0", "echo"])
def test_a_supervisor_that_tells_no_pid_says_nothing(tmp_path, text):
    target = script(tmp_path, text)
    assert f"the command {tmp_path}/supervisor told no pid for worker-1" in silence(made(target))


def test_a_supervisor_that_is_not_there_says_nothing():
    target = {"supervisor": {"names": ["a"], "pid": ["/no/such/ctl", "{name}"]}}
    assert "the command /no/such/ctl cannot be started" in silence(made(target))


def test_a_supervisor_that_says_0_is_an_answer(tmp_path):
    assert looked(made(script(tmp_path, "echo 0"), good={"equals": 0}))[1].good


def test_good_must_say_something():
    with pytest.raises(InjectorError, match="say what good is"):
        rebuild(registry.probe_kind("process.count").good, {})
