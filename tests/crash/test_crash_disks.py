"""Full disks, read-only ones, and folders of others: reverted all the same, and recorded as soon as that is possible.

Where this machine lets nobody mount a small disk, a limit on the size of files stands in for it, so that no promise
goes untried; the tests that need a real disk then say so and are skipped.
"""

import os
import resource
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from chances import soften
from crashing import Crash, Files
from servers import missing, wait_until
from staging import Bench

NOBODY = 65534


def mount(*words):
    """By root or by sudo without a password; the error, if neither may."""
    ways = [["mount"], ["sudo", "-n", "mount"]]
    said = ""
    for way in ways:
        with suppress(FileNotFoundError):
            done = subprocess.run([*way, *map(str, words)], capture_output=True, check=False)
            if done.returncode == 0:
                return ""
            said = said or done.stderr.decode().strip()
    return said or "mount is not there"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    if said := mount("-t", "tmpfs", "-o", f"size=1m,uid={os.getuid()}", "tmpfs", place):
        pytest.skip(f"no small disk can be mounted ({said}): run as root, in a container with the right SYS_ADMIN")
    yield place
    subprocess.run([*([] if os.geteuid() == 0 else ["sudo", "-n"]), "umount", "-l", place], check=True)


def fill(place):
    """Leave not one block."""
    with (place / "filler").open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    with pytest.raises(OSError, match="No space"):
        (place / "more").write_text("x")


@pytest.mark.parametrize("dies", [False, True])
def test_on_a_disk_that_fills_up_during_a_drill_everything_is_reverted_and_recorded(tmp_path, small_disk, dies):
    files = Files(tmp_path / "files")
    with Crash(small_disk, files.changes(), hold=60 if dies else 1.5) as crash:
        crash.wait_said("active")
        fill(small_disk)
        if dies:
            crash.kill(crash.process.pid)
        crash.wait_over()
        crash.assert_nothing_left()
        assert files.now() == files.before
        assert len(crash.log().takeovers) == dies


def test_on_a_disk_without_room_for_the_way_back_nothing_more_is_injected(tmp_path, small_disk):
    files = Files(tmp_path / "files", count=60)
    with Crash(small_disk, files.changes(), hold=60, pause=0.02) as crash:
        crash.wait_said("injecting c0")
        fill(small_disk)
        crash.wait_over()
        assert "cannot be written" in crash.errors.read_text() or crash.errors.stat().st_size == 0
        assert crash.process.returncode == 1
        assert b"active" not in crash.said
        crash.assert_nothing_left()
        assert files.now() == files.before


def test_on_a_disk_that_turns_read_only_faults_are_reverted_and_the_next_command_records_it(tmp_path, small_disk):
    files = Files(tmp_path / "files")
    with Crash(small_disk, files.changes(), hold=60) as crash:
        crash.wait_said("active")
        time.sleep(0.1)
        mount("-o", "remount,ro", small_disk)
        crash.kill(crash.process.pid)
        wait_until(lambda: not files.bent(), "reverted")
        crash.wait_over()
        assert files.now() == files.before
        if crash.log().open:
            assert not mount("-o", "remount,rw", small_disk)
            assert crash.next_command().closed
        crash.assert_nothing_left()


def test_a_real_run_on_a_full_disk_stops_reverts_and_says_what_could_not_be_saved(small_disk):
    place = small_disk / "w"
    place.mkdir()
    bench = Bench(place, count=2)
    with bench.run() as run:
        run.wait_said("f1 is on")
        fill(small_disk)
        assert run.ends() in {2, 4} or bench.type("stop").returncode == 0
        run.wait_over()
        assert bench.files.now() == bench.files.before, run.story()
        run.assert_nothing_left()


@pytest.mark.parametrize("dies", [False, True])
def test_where_nothing_more_can_be_written_faults_are_reverted_and_the_next_command_records_it(tmp_path, dies):
    bench = Bench(tmp_path, count=2)
    with bench.run(hold=1.5) as run:
        run.wait_said("f1 is on")
        for pid in (run.process.pid, *run.guards()):
            soften(pid, resource.RLIMIT_FSIZE, 1)
        if dies:
            run.kill(run.process.pid)
        run.wait_over()
        assert bench.files.now() == bench.files.before, run.story()
        if not dies:
            assert run.ends() in {2, 4}, run.story()
        told = bench.type("status")
        assert told.returncode == 3, told.stdout
        assert "gameday revert 1" in told.stdout
        told = bench.type("revert", "--all")
        assert told.returncode == 0, told
        run.assert_nothing_left()
        assert bench.type("status").returncode == 0


# --- other people's folders


def as_somebody(command):
    """Without the right of root to write everywhere, which nobody else has."""
    if os.geteuid() != 0:
        return command
    if not shutil.which("setpriv"):
        missing("setpriv", "apt-get install util-linux")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--", *command]


def closed(folder):
    """A folder in which this account may not write; given to somebody else where that is possible."""
    folder.chmod(0o500)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)


def test_a_folder_that_cannot_be_written_refuses_the_drill_with_one_clear_error(tmp_path):
    bench = Bench(tmp_path, count=1)
    bench.scenario(1.0)
    state = tmp_path / ".gameday"
    (state / "drills").mkdir(parents=True)
    closed(state / "drills")
    with bench.run(command=as_somebody([])) as run:
        assert run.ends() == 2, run.story()
        said = run.errors.read_text()
        assert "Permission denied" in said
        assert str(state) in said
        assert "Traceback" not in said
    assert bench.files.now() == bench.files.before


@pytest.mark.parametrize("words", [["status"], ["revert", "--all"], ["stop"], ["log"], ["run", "small.yaml"]])
def test_a_second_user_in_a_workspace_that_is_not_theirs_gets_one_clear_error(tmp_path, words):
    bench = Bench(tmp_path, count=1)
    bench.scenario(1.0)
    state = tmp_path / ".gameday"
    (state / "drills" / "1").mkdir(parents=True)
    (state / "drills").chmod(0o000)
    if os.geteuid() == 0:
        os.chown(state / "drills", NOBODY, NOBODY)
    try:
        told = bench.type(*words, before=as_somebody([]))
        assert told.returncode in {2, 3}, told
        assert "Traceback" not in told.stderr
        assert "Permission denied" in told.stderr
        assert Path(bench.folder, ".gameday").name in told.stderr
    finally:
        (state / "drills").chmod(0o700)
    assert bench.files.now() == bench.files.before
