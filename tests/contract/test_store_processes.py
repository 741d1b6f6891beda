"""Several processes on one store, and processes that are killed in mid-write: no acknowledged entry is lost."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from drills.store import open_store

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys, time
from drills.store import open_store
path, drill, name, count = sys.argv[1:]
store = open_store(path)
for number in range(int(count)):
    entry = store.append(drill, time.time_ns(), "note", name, "all", {"text": f"{name} {number}", "pad": "x" * 500})
    print(entry.seq, entry.digest, flush=True)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


def writer(path, drill, name, count):
    command = [sys.executable, "-c", WRITER, str(path), drill, name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def begin(path, *drills):
    store = open_store(path)
    for drill in drills:
        store.begin(drill, "a", "b", "staging", 1)
    store.close()


def acknowledged(text):
    """What a writer was told is durable; a line that was cut off by the kill counts for nothing."""
    lines = text.split("\n")[:-1]
    return {int(seq): digest for seq, digest in (line.split() for line in lines)}


def test_processes_append_at_once_to_the_same_and_to_different_drills(path):
    begin(path, "1", "2")
    running = [writer(path, drill, name, 40) for drill, name in (("1", "a"), ("1", "b"), ("2", "c"))]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in running]

    assert [code for _, _, code in ended] == [0, 0, 0], ended
    store = open_store(path, read_only=True)
    try:
        assert [len(store.entries(drill)) for drill in ("1", "2")] == [80, 40]
        assert [store.verify(drill) for drill in ("1", "2")] == [[], []]
        for name in ("a", "b"):
            own = [entry.body["text"] for entry in store.entries("1") if entry.by == name]
            assert own == [f"{name} {number}" for number in range(40)]
    finally:
        store.close()


def test_processes_that_make_the_same_new_store_at_once_all_succeed(path):
    make = "import sys; from drills.store import open_store; open_store(sys.argv[1]).close()"
    running = [subprocess.Popen([sys.executable, "-c", make, str(path)], cwd=ROOT) for _ in range(4)]

    assert [process.wait(60) for process in running] == [0, 0, 0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_writer_loses_nothing_it_was_told_is_kept(path, seed):
    begin(path, "1")
    processes = [writer(path, "1", name, 10_000) for name in ("a", "b")]
    said = ""
    for _ in range(random.Random(seed).randrange(1, 60)):
        said += processes[0].stdout.readline()
    for process in processes:
        process.send_signal(signal.SIGKILL)
    told = [said + processes[0].communicate(timeout=60)[0], processes[1].communicate(timeout=60)[0]]

    store = open_store(path)
    try:
        kept = {entry.seq: entry.digest for entry in store.entries("1")}
        for text in told:
            assert acknowledged(text).items() <= kept.items()
        assert store.verify("1") == []
        assert store.append("1", 1, "note", "x", "all", {}).seq == len(kept) + 1
    finally:
        store.close()
