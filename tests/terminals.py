"""A workspace with a running drill, and terminals in which people type: each a process and a session of its own."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from drills.store import StoreError, open_store

GAMEDAY = [sys.executable, "-m", "drills.cli"]
ROOT = Path(__file__).resolve().parents[1]
WORKSPACE = """\
format: 1
zone: Europe/Berlin
environments:
  staging: {{targets: {{shell: {{kind: command, with: {{allow: [cat, "true"]}}}}}}}}
services: {{orders: {{cohorts: [eu-web, us-web]}}, ledger: {{}}}}
caps: {{faults_at_once: 5, duration: 10m}}
probes:
  flag-good: {{probe: command, with: {{run: [cat, {flag}]}}, good: {{contains: good}}, every: 100ms}}
"""
RUNBOOK = """\
# A worker is missing

**Owner.** team-orders; refunds are decided elsewhere.

1. Look who is missing: `ctl status`. Expect one
   that waits.
2. Start it.
"""
_LOOP = """\
import contextlib, io, json, sys
from drills.cli import main

for line in sys.stdin:
    sys.argv = ["gameday", *json.loads(line)]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    print(json.dumps([code, out.getvalue(), err.getvalue()]), file=sys.__stdout__, flush=True)
"""


class Typed(NamedTuple):
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def seq(self) -> int:
        """The number of the entry it made."""
        assert self.code == 0, self.err
        return int(self.out.partition(":")[0])


class Terminal:
    """A session in which commands are typed one after the other; they share one process, since starting one is slow."""

    def __init__(self, folder, environment):
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LOOP],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def type(self, *words) -> Typed:
        self._process.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self._process.stdin.flush()
        return Typed(*json.loads(self._process.stdout.readline()))

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(20)
        finally:
            self._process.kill()
            self._process.wait(10)
            self._process.stdout.close()


class Staging:
    """A workspace, its drills and its terminals; `end` leaves nothing running."""

    def __init__(self, folder):
        self.folder = folder
        self.flag, self.victim = folder / "flag.txt", folder / "victim.txt"
        self.flag.write_text("good\n")
        self.victim.write_text("as it was\n")
        for name in ("scenarios", "runbooks"):
            (folder / name).mkdir()
        (folder / "gameday.yaml").write_text(WORKSPACE.format(flag=self.flag))
        (folder / "runbooks" / "kill-worker.md").write_text(RUNBOOK)
        self.environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(ROOT)}
        self.environment.pop("GAMEDAY_AS", None)
        self._drills = []
        self._terminals = []

    def scenario(self, name="small", *, duration="5m", service="orders", victim=None, more=""):
        path = self.folder / "scenarios" / f"{name}.yaml"
        path.write_text(
            f"scenario: {name}\ntitle: A small drill\nservice: {service}\nsteady_state: []\nstop_unless: []\n"
            f"faults:\n  quiet:\n    inject: noop\n    with: {{file: {victim or self.victim}}}\n"
            f"    when: 0s\n    duration: {duration}\n{more}"
        )
        return path

    def run(self, path, *options, victim=None):
        """Start a drill and wait until its fault is on."""
        process = subprocess.Popen(
            [*GAMEDAY, "run", str(path), *options],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._drills.append(process)
        wait_for(lambda: "gameday-" in (victim or self.victim).read_text(), process=process)
        wait_for(lambda: self._recorded(len(self._drills)), process=process)
        return process

    def _recorded(self, drills):
        """Is the newest drill's first entry in the store? It is written beside the drill, not before it."""
        try:
            store = open_store(self.folder / ".gameday" / "store.db", read_only=True)
        except StoreError:
            return False
        try:
            return len(store.drills()) == drills and store.drills(1)[0].head_seq > 0
        finally:
            store.close()

    def terminal(self, **variables):
        found = Terminal(self.folder, {**self.environment, **variables})
        self._terminals.append(found)
        return found

    def entries(self, drill="1"):
        """The timeline as it is now, as plain values."""
        store = open_store(self.folder / ".gameday" / "store.db", read_only=True)
        try:
            return [asdict(each) for each in store.entries(drill)]
        finally:
            store.close()

    def end(self):
        for terminal in self._terminals:
            terminal.close()
        for process in self._drills:
            if process.poll() is None:
                process.terminate()
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate(timeout=10)


def wait_for(true, seconds=20.0, process=None):
    until = time.monotonic() + seconds
    while not true():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.01)
