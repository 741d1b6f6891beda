"""What is still on its way when the drill's process is gone: calls, requests, children, a process that may wake up."""

import os
import signal
import time
from pathlib import Path

import pytest
from crashing import Crash, Files, Proxies
from servers import TOXIPROXIES, wait_until

from drills.guard.reading import read_log
from drills.guard.undolog import FILE


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path / "files")


def assert_all_as_before(crash, *targets):
    crash.wait_over()
    crash.assert_nothing_left()
    for one in targets:
        assert one.now() == one.before, crash.story()


def test_a_stopped_drill_is_killed_and_its_faults_are_reverted(tmp_path, files):
    with Crash(tmp_path, files.changes(), hold=60) as crash:
        crash.wait_said("active")
        os.kill(crash.process.pid, signal.SIGSTOP)
        stopped = time.monotonic()
        wait_until(lambda: not files.bent(), "reverted")
        assert 0.6 < time.monotonic() - stopped < 4
        assert crash.process.wait(5) == -signal.SIGKILL
        assert_all_as_before(crash, files)


def test_a_drill_that_hangs_is_killed_and_its_faults_are_reverted(tmp_path, files):
    with Crash(tmp_path, files.changes(), hang="main", hung=0.6) as crash:
        assert_all_as_before(crash, files)
        assert crash.process.returncode == -signal.SIGKILL


def test_a_pause_shorter_than_the_limit_is_no_hang(tmp_path, files):
    with Crash(tmp_path, files.changes(), hold=1) as crash:
        crash.wait_said("active")
        os.kill(crash.process.pid, signal.SIGSTOP)
        time.sleep(0.5)
        os.kill(crash.process.pid, signal.SIGCONT)
        assert_all_as_before(crash, files)
        assert crash.process.returncode == 0
        assert crash.log().takeovers == ()


def test_a_dead_drill_that_nobody_reaps_counts_as_dead(tmp_path, files):
    with Crash(tmp_path, files.changes(), hold=60) as crash:
        crash.wait_said("active")
        os.kill(crash.process.pid, signal.SIGKILL)
        wait_until(lambda: read_log(crash.folder / FILE).closed, "reverted while it is a zombie")
        assert ") Z " in Path(f"/proc/{crash.process.pid}/stat").read_text()
        assert_all_as_before(crash, files)


@pytest.mark.parametrize("kind", TOXIPROXIES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("asleep", [0.3, 3.0])
def test_a_request_that_reaches_the_proxy_after_the_takeover_leaves_nothing(tmp_path, files, kind, asleep):
    with kind() as server:
        proxies = Proxies(server, "p", count=1)
        changes = proxies.changes()[:1] + files.changes()
        with Crash(tmp_path, changes, hold=60, pause=0.3, settle=1.0) as crash:
            crash.wait_said("injecting c0")
            os.kill(server.process.pid, signal.SIGSTOP)
            try:
                time.sleep(0.6)  # the drill has sent its request, and it lies in the stopped proxy's socket
                crash.kill(crash.process.pid)
                time.sleep(asleep)
            finally:
                os.kill(server.process.pid, signal.SIGCONT)
            assert_all_as_before(crash, proxies, files)


def test_an_injector_that_hangs_past_its_deadline_ends_the_drill_and_the_guards_revert(tmp_path, files):
    target = files.paths[-1]
    with Crash(tmp_path / "w", files.changes(), hold=60, deadline=0.5, pause=0.4) as crash:
        crash.wait_said("injecting c2")
        target.rename(tmp_path / "aside")
        os.mkfifo(target)  # whoever opens it hangs, the drill's injector and later a guard's
        assert crash.process.wait(10) == 9
        wait_until(lambda: len(crash.log().open) == 1, "the others are reverted", 40)
        crash.wait_over()
        assert "did not return" in crash.log().tracked["c2"].why
        target.unlink()
        (tmp_path / "aside").rename(target)
        assert crash.next_command().closed
        assert_all_as_before(crash, files)


def test_a_tool_that_the_drill_started_does_not_outlive_it(tmp_path, files):
    late = tmp_path / "late"
    program = "import sys, time; time.sleep(1.5); open(sys.argv[1], 'w').write('late')"
    with Crash(tmp_path / "w", files.changes(), hold=60, child=[program, str(late)]) as crash:
        crash.wait_said("active")
        time.sleep(0.2)
        crash.kill(crash.process.pid)
        assert_all_as_before(crash, files)
        assert len(crash.log().takeovers[0].ended) == 1
        time.sleep(1.5)
        assert not late.exists()


def test_a_child_forked_without_exec_keeps_neither_the_lock_nor_the_guards_from_reverting(tmp_path, files):
    with Crash(tmp_path, files.changes(), hold=60, hang="fork") as crash:
        child = int(crash.wait_line("forked "))
        killed = time.monotonic()
        crash.kill(crash.process.pid)
        wait_until(lambda: not files.bent(), "reverted")
        assert time.monotonic() - killed < 3
        assert_all_as_before(crash, files)
        os.kill(child, signal.SIGKILL)


def test_what_could_not_be_reached_is_said_to_be_stuck_and_is_still_reverted_when_it_comes_back(tmp_path):
    files = Files(tmp_path / "place", count=1)
    with Crash(tmp_path / "w", files.changes(), hold=60, patience=60) as crash:
        crash.wait_said("active")
        (tmp_path / "place").rename(tmp_path / "moved")
        (tmp_path / "place").write_text("in the way")
        crash.kill(crash.process.pid)
        wait_until(lambda: any(str(one.phase) == "stuck" for one in crash.log().open), "stuck", 40)
        (tmp_path / "place").unlink()
        (tmp_path / "moved").rename(tmp_path / "place")
        assert_all_as_before(crash, files)
        assert len(crash.log().takeovers) == 2


def test_two_drills_side_by_side_do_not_disturb_each_other(tmp_path):
    one, other = Files(tmp_path / "f1"), Files(tmp_path / "f2")
    with (
        Crash(tmp_path / "ws", one.changes(), hold=60) as first,
        Crash(tmp_path / "ws", other.changes(), hold=60) as second,
    ):
        first.wait_said("active")
        second.wait_said("active")
        first.kill(first.process.pid)
        assert_all_as_before(first, one)
        assert second.process.poll() is None
        assert len(second.guards()) == 2
        assert other.bent() == 3
        second.kill(second.process.pid)
        assert_all_as_before(second, other)
