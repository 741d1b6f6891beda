"""What goes wrong with a store ends within a bounded time in one error that says what, where and what to do."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from drills.store import StoreError, open_store
from drills.store.sql_store import SqlStore
from scoring.timeline import NOTE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


def begun(path, wait=0.3):
    store = SqlStore(path, wait=wait)
    store.begin("1", "a", "b", "staging", 1)
    return store


def note(store):
    return store.append("1", 1, NOTE, "x", "all", {"text": "y" * 2000})


def run(script, *arguments):
    """Run in a process of its own, since limits and users are per process."""
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_store_locked_by_somebody_else_is_given_up_within_a_bounded_time(path):
    store = begun(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        began = time.monotonic()
        with pytest.raises(StoreError, match="another process has locked it"):
            note(store)
        assert time.monotonic() - began < 3
        assert store.entries("1") == []
    finally:
        other.rollback()
        other.close()

    assert note(store).seq == 1
    store.close()


def test_opening_a_locked_new_file_is_given_up_too(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        began = time.monotonic()
        with pytest.raises(StoreError, match="another process has locked it"):
            SqlStore(path, wait=0.3)
        assert time.monotonic() - began < 3
    finally:
        other.rollback()
        other.close()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_that_is_no_database_is_left_as_it_is(path, read_only):
    path.write_bytes(b"my shopping list, which is long enough to have a page: " * 100)
    before = path.read_bytes()

    with pytest.raises(StoreError, match="it is not a database: move the file away"):
        open_store(path, read_only=read_only)
    assert path.read_bytes() == before


@pytest.mark.parametrize("read_only", [True, False])
def test_the_database_of_another_program_is_left_as_it_is(path, read_only):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photos (name TEXT)")
    connection.close()

    with pytest.raises(StoreError, match="this database is somebody else's"):
        open_store(path, read_only=read_only)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("photos",)]
    connection.close()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_store_of_a_newer_gameday_is_refused(path, read_only):
    begun(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StoreError, match=r"newer gameday \(tables 99, this one knows 1\): upgrade gameday-drills"):
        open_store(path, read_only=read_only)


def test_an_empty_file_is_a_new_store_and_nothing_to_read(path):
    path.touch()

    with pytest.raises(StoreError, match="it is empty; `gameday run` fills it"):
        open_store(path, read_only=True)
    open_store(path).close()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"nowhere/store.db: it cannot be opened: check that the folder exists"):
        open_store(tmp_path / "nowhere" / "store.db")


def test_a_folder_in_place_of_the_file_is_named(tmp_path):
    with pytest.raises(StoreError, match="it cannot be opened"):
        open_store(tmp_path)


def test_an_address_that_is_no_sqlite_is_refused_without_telling_its_password():
    with pytest.raises(StoreError, match="only SQLite is known") as raised:
        open_store("postgresql://me:hunter2@db/drills")
    assert "hunter2" not in str(raised.value)


def test_a_damaged_file_is_an_error_with_advice(path):
    store = begun(path)
    for _ in range(50):
        note(store)
    store.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(len(path.read_bytes()) - 4096))

    with pytest.raises(StoreError, match="restore a copy"):
        open_store(path).entries("1")


FULL = """
import resource, signal, sys
from drills.store import StoreError
from drills.store.sql_store import SqlStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SqlStore(sys.argv[1]); store.begin("1", "a", "b", "staging", 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
written = 0
try:
    while written < 1000:
        store.append("1", 1, "note", "x", "all", {"text": "y" * 2000}); written += 1
except StoreError as error:
    print(written, str(error))
print(len(store.entries("1")), store.verify("1"))
store.close()
"""


def test_when_nothing_more_can_be_written_what_was_acknowledged_stays(path):
    ended = run(FULL, path)

    said, after = ended.stdout.splitlines()
    assert ended.returncode == 0, ended.stderr
    assert "free space" in said or "disk is full" in said
    assert after == f"{said.split()[0]} []"
    store = open_store(path)
    assert store.verify("1") == []
    assert note(store).seq == int(said.split()[0]) + 1
    store.close()


def test_a_full_disk_is_named(path):
    store = begun(path)
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StoreError, match="the disk is full: make room, then try again"):
        all(note(store) for _ in range(50))
    assert store.verify("1") == []
    store.close()


FORBIDDEN = """
import os, sys
import drills.store.sql_store, drills.store.json_lines
from drills.store import StoreError, open_store
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    store = open_store(sys.argv[1]); store.append("1", 1, "note", "x", "all", {})
except StoreError as error:
    print(error)
store = open_store(sys.argv[1], read_only=True)
print(len(store.entries("1")))
store.close()
"""


def test_a_read_only_folder_can_be_read_and_a_write_says_so():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        store = begun(path)
        note(store)
        store.close()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        ended = run(FORBIDDEN, path)
        Path(folder).chmod(0o700)

    said, count = ended.stdout.splitlines() if ended.returncode == 0 else (ended.stderr, "")
    assert "read-only: check the rights of the file and of its folder" in said, said
    assert count == "1"


def test_importing_the_store_loads_no_database_library():
    ended = run("import drills.store, sys; print('sqlalchemy' in sys.modules, 'sqlite3' in sys.modules)")

    assert ended.stdout.strip() == "False False"
