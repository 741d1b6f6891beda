"""Starts small drills, kills parts of them, and tells whether anything stayed. Ends only what it started, by its id."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from drills.guard import processes
from drills.guard.control import new_drill_folder
from drills.guard.reading import read_log
from drills.guard.take_over import take_over, wait_free
from drills.guard.undolog import FILE

PROGRAM = Path(__file__).with_name("orchestrator.py")
END = 60.0


class Victim:
    """A drill's process with its guards: `folder` is the drill's, `errors` holds what the process said there."""

    def __init__(self, folder, command, errors, **more):
        self.folder, self.errors = folder, errors
        with errors.open("wb") as stream:
            more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": stream, **more}
            self.process = subprocess.Popen(command, **more)
        self.said = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        for pid in self.guards():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def guards(self):
        """Ids of the guards of this drill that live, also of replaced ones, with no help of the drill's process."""
        wanted, found = str(self.folder).encode(), []
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                with suppress(OSError):
                    words = (process / "cmdline").read_bytes().split(b"\0")
                    if len(words) > 5 and words[3].endswith(b"watch.py") and words[5] == wanted:
                        found.append(int(process.name))
        return sorted(found)

    def wait_said(self, word, seconds=END):
        """Wait until the drill's process says this."""
        assert self.says(word, seconds), f"never said {word}: {self.story()}"

    def says(self, word, seconds=END):
        """Wait until it says this; False when it ended without."""
        until = time.monotonic() + seconds
        stream = self.process.stdout.fileno()
        while word.encode() not in self.said:
            if select.select([stream], [], [], 0.05)[0]:
                more = os.read(stream, 65536)
                self.said += more
                if not more:
                    return False
            elif time.monotonic() > until:
                return False
        return True

    def wait_line(self, begin):
        """What stands behind this in its line, once the whole line is there."""
        self.wait_said(begin)
        while b"\n" not in self.said.partition(begin.encode())[2]:
            self.said += os.read(self.process.stdout.fileno(), 65536) or b"\n"
        return self.said.partition(begin.encode())[2].partition(b"\n")[0].decode()

    def ends(self, seconds=END):
        """Wait until the drill's process has ended; its exit code, or minus the signal's number."""
        until = time.monotonic() + seconds
        while self.process.poll() is None:
            if self.process.stdout and select.select([self.process.stdout], [], [], 0.02)[0]:
                self.said += os.read(self.process.stdout.fileno(), 65536)
            assert time.monotonic() < until, f"it does not end: {self.story()}"
        if self.process.stdout:
            self.said += self.process.stdout.read()
        return self.process.returncode

    def kill(self, pid):
        """SIGKILL, if it is still there."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def wait_over(self, seconds=END):
        """Wait until the drill's process and all its guards are gone."""
        until = time.monotonic() + seconds
        while self.process.poll() is None or self.guards():
            assert time.monotonic() < until, f"still there: {self.process.poll()}, {self.guards()}, {self.story()}"
            time.sleep(0.01)

    def log(self):
        """What the undo log says; None when it was never begun."""
        try:
            return read_log(self.folder / FILE)
        except FileNotFoundError:
            return None

    def in_phase(self, phase):
        """How many of its changes are in this phase."""
        log = self.log()
        return sum(each.phase is phase for each in log.tracked.values()) if log else 0

    def story(self):
        """What the process said, what became of each change, and who took over, for a failing test."""
        log = self.log()
        broke = [path.read_text() for path in self.folder.glob("*broke*")]
        changes = (
            [f"{each.change.id}: {each.phase} {each.why} {each.by}" for each in log.tracked.values()] if log else []
        )
        told = (
            [f"{each.by}, process {each.pid}: {each.why}, ended {each.ended}" for each in log.takeovers] if log else []
        )
        return "\n".join([self.said.decode(), self.errors.read_text(), *changes, *told, *broke])

    def has_open(self, pid):
        """Does this process have the undo log open?"""
        with suppress(OSError):
            return any(each.readlink() == self.folder / FILE for each in Path(f"/proc/{pid}/fd").iterdir())
        return False

    def next_command(self):
        """What the next `gameday` command does after all three died."""
        with suppress(FileNotFoundError):
            wait_free(self.folder, END)  # a process that is ending lets go of its files after its command line is gone
            return take_over(self.folder, by="gameday revert --all")

    def assert_nothing_left(self):
        """Nothing open, nothing damaged, no process."""
        log = self.log()
        assert log is None or log.closed, self.story()
        assert log is None or not processes.tagged(log.tag)
        assert not list(self.folder.glob("*broke*")), self.story()


class Crash(Victim):
    """One small drill in a workspace of its own, on real files and, where given, on real proxies."""

    def __init__(self, workspace, changes, **wanted):
        workspace.mkdir(parents=True, exist_ok=True)
        folder = new_drill_folder(workspace)[1]
        order = folder / "order.json"
        wanted = {"hold": 0.3, "settle": 0.3, "patience": 0.0, **wanted}
        order.write_text(json.dumps({"folder": str(folder), "changes": changes, **wanted}))
        super().__init__(folder, [sys.executable, str(PROGRAM), str(order)], folder / "errors")


class Files:
    """Files for `noop`, remembered byte for byte with mode and owner."""

    def __init__(self, folder, count=3):
        folder.mkdir(parents=True, exist_ok=True)
        self.paths = [folder / f"target{number}" for number in range(count)]
        for number, path in enumerate(self.paths[1:]):
            path.write_text(f"line of {number}\n")
            path.chmod(0o640)
        self.before = self.now()

    def changes(self):
        """One change a file; the first file does not exist before."""
        return [{"kind": "noop", "subject": str(path), "parameters": {"file": str(path)}} for path in self.paths]

    def now(self):
        """Everything that must be as before."""
        return [
            (path.read_bytes(), path.stat().st_mode, path.stat().st_uid) if path.exists() else None
            for path in self.paths
        ]

    def bent(self):
        """How many of them hold our line."""
        return sum(self._holds_our_line(path) for path in self.paths)

    @staticmethod
    def _holds_our_line(path):
        try:
            return b"gameday-" in path.read_bytes()
        except FileNotFoundError:
            return False


class Proxies:
    """Proxies with a foreign toxic on each, remembered field for field."""

    def __init__(self, server, name, count=2):
        self.server = server
        self.names = [f"{name}-{number}" for number in range(count)]
        for each in self.names:
            server.create(each, "127.0.0.1:9")
            foreign = {"name": "foreign", "type": "latency", "attributes": {"latency": 3}}
            assert server.ask("POST", f"/proxies/{each}/toxics", foreign)[0] == 200
        self.before = self.now()

    def changes(self):
        """A latency on each, and the last one is also slowed down: two changes of one owner."""
        wanted = [(name, "toxiproxy.latency", {"latency": 0.2}) for name in self.names]
        wanted.append((self.names[-1], "toxiproxy.bandwidth", {"rate": 20000.0}))
        return [
            {
                "kind": kind,
                "subject": name,
                "target": {"url": self.server.url},
                "consent": self.names,
                "parameters": {"proxy": name, **more},
            }
            for name, kind, more in wanted
        ]

    def now(self):
        """The proxies as the server shows them."""
        return [self.server.ask("GET", f"/proxies/{name}") for name in self.names]

    def remove(self):
        """Delete them."""
        for name in self.names:
            self.server.ask("DELETE", f"/proxies/{name}")

    def bent(self):
        """How many of our toxics are there."""
        return sum(len(proxy["toxics"]) - 1 for _, proxy in self.now())
