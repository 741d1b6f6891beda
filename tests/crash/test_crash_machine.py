"""What a machine does to a drill: stops, pauses, closed terminals, no memory, no descriptors, folders that are lost."""

import fcntl
import os
import pty
import resource
import shutil
import signal
import subprocess
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest
from chances import in_parallel, soften
from servers import wait_until
from staging import Bench

from drills.guard.undolog import FILE

STOPPED_EARLY, NOT_REVERTED, INTERRUPTED, TERMINATED = 4, 3, 130, 143
PAUSE = 2.0
"""Seconds; a process that is stopped alone is given up after one."""


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path, count=2)


def side_by_side(folder, play, cases):
    """Play every case on a bench of its own, all at once: most of the time they wait."""

    def one(case):
        number, given = case
        place = folder / str(number)
        place.mkdir()
        play(Bench(place, count=2), given)

    in_parallel(one, enumerate(cases))


def reverted_by_itself(bench, run, code):
    assert run.ends() == code, run.story()
    run.wait_over()
    run.assert_nothing_left()
    assert run.log().takeovers == (), run.story()
    assert bench.files.now() == bench.files.before


def reverted_by_its_guards(bench, run):
    run.wait_over()
    run.assert_nothing_left()
    assert run.log().takeovers, run.story()
    assert bench.files.now() == bench.files.before


# --- stopped and paused


def test_a_drill_that_is_stopped_for_good_is_killed_and_reverted(bench):
    with bench.run() as run:
        run.wait_said("f1 is on")
        os.kill(run.process.pid, signal.SIGSTOP)
        assert run.ends() == -signal.SIGKILL
        reverted_by_its_guards(bench, run)


def test_guards_that_are_stopped_are_replaced_and_the_drill_goes_on(bench):
    with bench.run(hold=5) as run:
        run.wait_said("f1 is on")
        stopped = run.guards()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: len(set(run.guards()) - set(stopped)) == 2, "both are replaced")
        reverted_by_itself(bench, run, 0)


def test_a_pause_of_everything_is_no_hang_whoever_wakes_first(tmp_path):
    def pause(bench, first):
        with bench.run(hold=5) as run:
            run.wait_said("f1 is on")
            everybody = [run.process.pid, *run.guards()]
            for pid in everybody:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(PAUSE)
            for pid in everybody if first == "drill" else reversed(everybody):
                os.kill(pid, signal.SIGCONT)
            reverted_by_itself(bench, run, 0)

    side_by_side(tmp_path, pause, ["drill", "guards"])


def test_after_a_pause_of_everything_from_which_only_the_guards_wake_they_revert(bench):
    with bench.run() as run:
        run.wait_said("f1 is on")
        guards = run.guards()
        for pid in (run.process.pid, *guards):
            os.kill(pid, signal.SIGSTOP)
        time.sleep(PAUSE)
        for pid in guards:
            os.kill(pid, signal.SIGCONT)
        assert run.ends() == -signal.SIGKILL
        reverted_by_its_guards(bench, run)


def test_a_drill_whose_parent_was_killed_goes_on_to_its_end(bench):
    shell = ["sh", "-c", '"$@" & echo "pid $!"; wait', "sh"]
    with bench.run(hold=2, command=shell) as run:
        drill = int(run.wait_line("pid "))
        run.wait_said("f1 is on")
        os.kill(run.process.pid, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{drill}").exists(), "the drill has ended", 30)
        reverted_by_itself(bench, run, -signal.SIGKILL)


# --- signals that come in pairs


def test_two_signals_at_once_are_one_wish(tmp_path):
    def send(bench, case):
        signals, code = case
        with bench.run(revert="slow@1") as run:
            run.wait_said("f1 is on")
            for each in signals:
                os.kill(run.process.pid, each)
            reverted_by_itself(bench, run, code)

    pairs = [
        ((signal.SIGTERM, signal.SIGTERM), TERMINATED),
        ((signal.SIGHUP, signal.SIGHUP), TERMINATED),
        ((signal.SIGINT, signal.SIGTERM), INTERRUPTED),
    ]
    side_by_side(tmp_path, send, pairs)


def test_the_same_signal_again_leaves_it_to_the_guards_and_says_how_to_revert(bench):
    with bench.run(revert="hang@1") as run:
        run.wait_said("f1 is on")
        run.process.send_signal(signal.SIGINT)
        time.sleep(0.8)
        run.process.send_signal(signal.SIGINT)
        assert run.ends() == INTERRUPTED
        assert "gameday revert 1" in run.errors.read_text()
        reverted_by_its_guards(bench, run)


# --- outputs and terminals


def test_a_reader_that_goes_away_stops_the_drill_which_reverts(bench):
    with bench.run() as run:
        run.wait_said("begins")
        run.process.stdout.close()
        run.process.stdout = None
        wait_until(lambda: run.log() and run.log().tracked, "it writes on")
        reverted_by_itself(bench, run, STOPPED_EARLY)
        assert "Traceback" not in run.errors.read_text()


def test_a_reader_that_does_not_read_holds_no_drill_up(bench):
    read, write = os.pipe()
    os.set_blocking(write, False)
    with suppress(BlockingIOError):
        while True:
            os.write(write, b"x" * 4096)
    os.set_blocking(write, True)
    try:
        with bench.run(hold=7, redirect={"stdout": write}) as run:
            os.close(write)
            wait_until(lambda: run.log() and run.log().tracked and run.log().closed, "reverted", 60)
            assert run.process.poll() is None
            drain = subprocess.Popen(["cat"], stdin=read, stdout=subprocess.DEVNULL)
            reverted_by_itself(bench, run, 0)
            assert drain.wait(10) == 0
    finally:
        os.close(read)


def test_closed_standard_streams_are_never_taken_for_files_of_the_drill(tmp_path):
    def close(bench, closing):
        with bench.run(hold=0.5, command=["sh", "-c", f'exec "$@" {closing}', "sh"]) as run:
            reverted_by_itself(bench, run, 0)

    side_by_side(tmp_path, close, ["0<&-", "1>&-", "0<&- 1>&- 2>&-"])


def test_a_full_disk_under_its_output_stops_the_drill_which_reverts(bench):
    with Path("/dev/full").open("w") as full, bench.run(redirect={"stdout": full}) as run:
        reverted_by_itself(bench, run, STOPPED_EARLY)


def in_a_terminal(run, **more):
    """`gameday run` as the leader of a terminal's session, and the other end of that terminal."""
    ours, theirs = pty.openpty()

    def take_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "process_group": None}
    begun = run(redirect={**streams, "start_new_session": True, "preexec_fn": take_terminal}, **more)
    os.close(theirs)
    return begun, ours


def read_until(terminal, word):
    """What it shows until then, or until nobody has it open any more."""
    said = b""
    with suppress(OSError):
        while word not in said:
            said += os.read(terminal, 65536)
    return said


def test_a_terminal_that_closes_makes_the_drill_revert(bench):
    run, terminal = in_a_terminal(bench.run)
    with run:
        read_until(terminal, b"f1 is on")
        os.close(terminal)
        reverted_by_itself(bench, run, TERMINATED)


def test_ctrl_c_in_a_terminal_reverts_and_shows_the_end(bench):
    run, terminal = in_a_terminal(bench.run)
    with run:
        read_until(terminal, b"f1 is on")
        os.write(terminal, b"\x03")
        said = read_until(terminal, b"faults left")
        assert b"interrupted" in said
        reverted_by_itself(bench, run, INTERRUPTED)
    os.close(terminal)


def test_a_terminal_that_is_held_with_ctrl_s_holds_no_drill_up(bench):
    run, terminal = in_a_terminal(bench.run, hold=7)
    with run:
        read_until(terminal, b"f1 is on")
        os.write(terminal, b"\x13")
        wait_until(lambda: run.log().closed, "reverted", 60)
        os.write(terminal, b"\x11")
        read_until(terminal, b"faults left")
        reverted_by_itself(bench, run, 0)
    os.close(terminal)


# --- game days


def test_ctrl_c_in_a_terminal_lets_every_part_of_a_game_day_revert_itself(bench):
    run, terminal = in_a_terminal(bench.run_day)
    with run:
        read_until(terminal, b"f1 is on")
        os.write(terminal, b"\x03")  # every process of the terminal gets it, and the day tells its parts as well
        read_until(terminal, b"part only: exit code")
        reverted_by_itself(bench, run, INTERRUPTED)
    os.close(terminal)


def test_the_part_of_a_game_day_whose_process_was_killed_stops_and_reverts(bench):
    with bench.run_day() as run:
        run.wait_said("f1 is on")
        run.kill(run.process.pid)
        wait_until(lambda: run.log().closed, "reverted")
        reverted_by_itself(bench, run, -signal.SIGKILL)


# --- nothing left to work with


def test_a_drill_without_memory_ends_reverted_or_leaves_it_to_its_guards(bench):
    with bench.run() as run:
        run.wait_said("f1 is on")
        size = int(Path(f"/proc/{run.process.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        soften(run.process.pid, resource.RLIMIT_AS, size)
        run.process.send_signal(signal.SIGTERM)
        dead = {-signal.SIGKILL, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}
        assert run.ends() in {TERMINATED, NOT_REVERTED, *dead}, run.story()
        run.wait_over()
        run.assert_nothing_left()
        assert bench.files.now() == bench.files.before


def test_a_drill_without_descriptors_stops_and_ends_reverted_or_leaves_it_to_its_guards(bench):
    with bench.run() as run:
        run.wait_said("f1 is on")
        soften(run.process.pid, resource.RLIMIT_NOFILE, 3)
        assert run.ends() in {STOPPED_EARLY, NOT_REVERTED}, run.story()
        if run.process.returncode == NOT_REVERTED:
            assert "gameday revert 1" in run.errors.read_text()
        run.wait_over()
        run.assert_nothing_left()
        assert bench.files.now() == bench.files.before


def test_guards_without_descriptors_at_first_revert_as_soon_as_they_can(bench):
    with bench.run() as run:
        run.wait_said("f1 is on")
        guards = run.guards()
        for pid in guards:
            soften(pid, resource.RLIMIT_NOFILE, 3)
        run.kill(run.process.pid)
        time.sleep(0.5)
        assert run.guards() == guards
        for pid in guards:
            soften(pid, resource.RLIMIT_NOFILE, 256)
        reverted_by_its_guards(bench, run)


# --- what others do to our files


def delete(state):
    shutil.rmtree(state)


def move(state):
    state.rename(state.with_name("elsewhere"))


def cut(state):
    os.truncate(state / "drills" / "1" / FILE, 0)


def cut_in_half(state):
    log = state / "drills" / "1" / FILE
    os.truncate(log, log.stat().st_size // 2)


HARMS = [delete, move, cut, cut_in_half]


def assert_whole_again(run, harm):
    if harm in (cut, cut_in_half):
        run.assert_nothing_left()
        assert len(run.log().tracked) == 2


def test_a_drill_whose_undo_log_is_lost_stops_at_once_and_reverts(tmp_path):
    def lose(bench, harm):
        with bench.run() as run:
            run.wait_said("f1 is on")
            harm(bench.folder / ".gameday")
            assert run.ends() == STOPPED_EARLY, run.story()
            run.wait_over()
            assert b"STOP, undo log lost" in run.said or b"STOP, timeline cannot be written" in run.said
            assert bench.files.now() == bench.files.before
            assert_whole_again(run, harm)

    side_by_side(tmp_path, lose, HARMS)


def test_guards_revert_even_when_the_undo_log_was_lost_before_the_drill_was_killed(tmp_path):
    def lose(bench, harm):
        with bench.run() as run:
            run.wait_said("f1 is on")
            wait_until(lambda: all(map(run.has_open, run.guards())), "both guards have seen the log")
            time.sleep(0.3)  # they look at it five times a second
            harm(bench.folder / ".gameday")
            run.kill(run.process.pid)
            run.wait_over()
            assert bench.files.now() == bench.files.before, run.story()
            assert_whole_again(run, harm)

    side_by_side(tmp_path, lose, HARMS)


def test_a_damaged_line_is_loud_for_every_later_command_until_it_is_resolved(bench):
    with bench.run() as run:
        run.wait_said("f1 is on")
        held = (run.folder / FILE).read_bytes()
        with (run.folder / FILE).open("r+b") as file:
            file.seek(held.index(b'"undo"'))
            file.write(b'"ungo"')
        run.kill(run.process.pid)
        run.wait_over()
        told = bench.type("status")
        assert told.returncode == NOT_REVERTED
        assert "line 2: its checksum is wrong" in told.stdout
        assert "gameday revert 1" in told.stdout
        assert bench.type("revert", "--all").returncode == NOT_REVERTED
