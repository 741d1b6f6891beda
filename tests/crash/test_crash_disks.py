"""A full disk and a read-only one: reverted all the same, and recorded as soon as that is possible."""

import os
import subprocess
import time
from contextlib import suppress

import pytest
from crashing import Crash, Files
from servers import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root: run `make test` as root")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"this machine mounts no small disk: {made.stderr.decode()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


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
        subprocess.run(["mount", "-o", "remount,ro,force", small_disk], check=False, capture_output=True)
        crash.kill(crash.process.pid)
        wait_until(lambda: not files.bent(), "reverted")
        crash.wait_over()
        assert files.now() == files.before
        if crash.log().open:
            subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
            assert crash.next_command().closed
        crash.assert_nothing_left()
