"""The guards themselves: what they inherit, what they are deaf to, how they are replaced, and who kills a hung one."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crashing import Crash, Files
from guard_parts import facts, moved, prepared
from servers import wait_until

from drills.guard import processes
from drills.guard.guards import REPLACEMENTS, Guards
from drills.guard.phases import Phase
from drills.guard.undolog import UndoLog


@pytest.fixture
def guards(tmp_path):
    guards = Guards(tmp_path)
    guards.spawn()
    assert guards.wait_ready(20)
    yield guards
    left = guards.pids
    guards.close()
    for pid in left:
        processes_end(pid)


def processes_end(pid):
    """A guard that stays, since something is open, would wait for the end of the test's own process."""
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


def living(pid):
    return processes.start_time(pid) > 0


def tend_until(guards, ready, seconds=20):
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until
        guards.beat()
        if not guards.tend():
            return False
        time.sleep(0.01)
    return True


def test_a_guard_inherits_nothing_but_the_page_and_is_deaf_to_the_terminal(tmp_path):
    extra = os.open(tmp_path / "extra", os.O_RDWR | os.O_CREAT)
    os.set_inheritable(extra, True)
    guards = Guards(tmp_path)
    guards.spawn()
    try:
        assert guards.wait_ready(20)
        for pid in guards.pids:
            held = {int(each.name): str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()}
            assert [held.pop(number) for number in range(3)] == [os.devnull] * 3
            assert all("memfd:gameday-guards" in each or "pidfd" in each for each in held.values()), held
            assert os.getsid(pid) == pid
            for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP):
                os.kill(pid, number)
        time.sleep(0.2)
        assert guards.ready
    finally:
        guards.close()
        os.close(extra)


def test_guards_leave_when_the_drill_is_over(guards):
    pids = guards.pids
    guards.close()
    assert not any(living(pid) for pid in pids)
    assert not guards.tend()


def test_guards_stay_when_they_are_sent_away_while_something_is_open(tmp_path, guards):
    pids = guards.pids
    with UndoLog.create(tmp_path, facts()) as log:
        log.append(prepared("a"), moved("a", Phase.ACTIVE))
        guards.close()
        assert all(living(pid) for pid in pids)
    for pid in pids:
        processes_end(pid)


def test_a_guard_that_died_is_replaced_and_until_then_none_is_ready(guards):
    before = set(guards.pids)
    os.kill(guards.pids[0], signal.SIGKILL)
    wait_until(lambda: not guards.ready, "seen dead")
    assert tend_until(guards, lambda: guards.ready)
    assert len(set(guards.pids) & before) == 1


def test_a_guard_that_hangs_is_replaced(guards):
    hung = guards.pids[1]
    os.kill(hung, signal.SIGSTOP)
    assert tend_until(guards, lambda: hung not in guards.pids and guards.ready)
    assert not processes.start_time(hung)


def test_guards_that_keep_dying_are_lost_after_a_few_replacements(guards):
    for _ in range(REPLACEMENTS):
        os.kill(guards.pids[0], signal.SIGKILL)
        assert tend_until(guards, lambda: not guards.ready)
        assert tend_until(guards, lambda: guards.ready)
    os.kill(guards.pids[0], signal.SIGKILL)
    assert not tend_until(guards, lambda: False)


def test_a_reader_of_the_drills_output_does_not_wait_for_the_guards(tmp_path):
    files = Files(tmp_path / "files")
    with Crash(tmp_path, files.changes(), hold=60, settle=3.0) as crash:
        crash.wait_said("active")
        crash.kill(crash.process.pid)
        stream = crash.process.stdout.fileno()
        assert select.select([stream], [], [], 2)[0]
        assert os.read(stream, 65536) == b""
        assert crash.guards()
        crash.wait_over()


def test_a_guard_that_hangs_during_its_takeover_is_killed_by_the_other_one(tmp_path):
    files = Files(tmp_path / "files")
    with Crash(tmp_path, files.changes(), hold=60, settle=3.0) as crash:
        crash.wait_said("active")
        crash.kill(crash.process.pid)
        wait_until(lambda: crash.log().takeovers, "taken over")
        winner = crash.log().takeovers[0].pid
        os.kill(winner, signal.SIGSTOP)
        wait_until(lambda: len(crash.log().takeovers) == 2, "taken over again")
        assert winner not in crash.guards()
        crash.wait_over()
        crash.assert_nothing_left()
        assert files.now() == files.before


def test_a_process_id_that_was_used_again_is_not_taken_for_the_old_process():
    own = os.getpid()
    right = processes.open_process(own, processes.start_time(own))
    assert right is not None
    os.close(right)
    assert processes.open_process(own, processes.start_time(own) - 1) is None


def test_only_processes_that_carry_the_tag_are_ended():
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    tag = f"gameday-9-{os.urandom(3).hex()}"
    ours = subprocess.Popen(sleep, env={**os.environ, processes.ENVIRONMENT: tag})
    other = subprocess.Popen(sleep, env={**os.environ, processes.ENVIRONMENT: f"{tag}0"})
    try:
        wait_until(lambda: processes.tagged(tag) == [ours.pid], "started")
        assert processes.end_tagged("") == ()
        assert processes.end_tagged(tag) == (ours.pid,)
        assert ours.wait(5) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        ours.kill()
        other.kill()
        ours.wait()
        other.wait()


def test_the_guards_module_imports_nothing_heavy():
    program = "import sys; before = set(sys.modules); import drills.guard.guards; print(*(set(sys.modules) - before))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout.decode().split()
    assert not {"json", "dataclasses", "pathlib", "threading", "typing", "pydantic", "subprocess"} & set(said)


@pytest.mark.parametrize("name", ["a b) R 1", "(x"])
def test_a_strange_process_name_is_no_trap(name):
    program = f"import sys, time; open('/proc/self/comm', 'w').write({name!r}); print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        os.kill(process.pid, signal.SIGSTOP)
        wait_until(lambda: processes.is_stopped(process.pid), "stopped")
        assert processes.start_time(process.pid) > 0
        process.kill()
