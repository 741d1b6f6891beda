"""A small drill's process for crash tests: real undo log, guards and injectors; it dies where it is told to.

Its one argument is a JSON file: folder, changes (kind, parameters, target, consent, subject), how to end.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from drills.guard.guards import ENVIRONMENT, Guards

BEAT = 0.02


def dying_disk(number, how):
    """A disk at whose write of this number the process is killed: before it, in the middle, or behind it."""
    from drills.guard.disk import Disk  # noqa: PLC0415 - the guards come first

    class DyingDisk(Disk):
        writes = 0

        def write(self, descriptor, data, offset):
            self.writes += 1
            if self.writes == number and how != "after":
                os.pwrite(descriptor, data[: len(data) // 2 if how == "half" else 0], offset)
                os.kill(os.getpid(), signal.SIGKILL)
            written = super().write(descriptor, data, offset)
            if self.writes == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return written

    return DyingDisk() if number else Disk()


class Drill:
    """Injects all changes, one by one, holds them for a while, and takes them back."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.folder = Path(wanted["folder"])
        self.guards = Guards(
            self.folder, hung_seconds=wanted.get("hung", 5.0), stopped_seconds=wanted.get("stopped", 1.0)
        )
        self.guards.spawn()
        print("guards", *self.guards.pids, flush=True)

    def turn(self):
        self.guards.beat()
        if not self.guards.tend():
            print("lost", flush=True)

    def run(self):
        from drills.guard.lines import Facts  # noqa: PLC0415 - as above
        from drills.guard.revert import revert_changes  # noqa: PLC0415
        from drills.guard.undolog import UndoLog  # noqa: PLC0415

        tag = f"gameday-{self.folder.name}-{os.urandom(3).hex()}"
        os.environ[ENVIRONMENT] = tag
        facts = Facts(
            self.folder.name, tag, "/", "staging", settle=self.wanted["settle"], patience=self.wanted["patience"]
        )
        disk = dying_disk(*self.wanted.get("die", (0, "")))
        with UndoLog.create(self.folder, facts, disk) as log:
            for number, one in enumerate(self.wanted["changes"]):
                self.bring_on(log, self.change(tag, number, one))
            print("active", flush=True)
            self.hold()
            done = revert_changes(log, list(log.tracked), by="drill", tick=self.turn)
            print("stuck" if done.stuck else "reverted", done.stuck or "", flush=True)
        self.guards.close()

    def change(self, tag, number, one):
        from injectors.contract import Change  # noqa: PLC0415 - as above

        vault = self.folder / "vault"
        vault.mkdir(mode=0o700, exist_ok=True)
        return Change(f"c{number}", tag=tag, vault=str(vault), **one)

    def bring_on(self, log, change):
        self.turn()
        from drills.guard.calls import within  # noqa: PLC0415 - as above
        from drills.guard.errors import Hung  # noqa: PLC0415
        from drills.guard.lines import Moved, Prepared  # noqa: PLC0415
        from drills.guard.phases import Phase  # noqa: PLC0415
        from injectors import registry  # noqa: PLC0415

        injector = within(20, lambda: registry.make(change), self.turn)  # loading it may take seconds on a busy machine
        undo = within(20, injector.prepare, self.turn)
        log.append(Prepared(change, undo, injector.owner), Moved(change.id, Phase.INJECTING))
        while not self.guards.ready:
            self.turn()
            time.sleep(0.002)
        print("injecting", change.id, flush=True)
        until = time.monotonic() + self.wanted.get("pause", 0)
        while time.monotonic() < until:
            self.turn()
            time.sleep(BEAT)
        try:
            within(self.wanted.get("deadline", 20), lambda: injector.inject(undo), self.turn)
        except Hung:
            os._exit(9)
        log.append(Moved(change.id, Phase.ACTIVE))

    def hold(self):
        hang = self.wanted.get("hang")
        if child := self.wanted.get("child"):
            subprocess.Popen([sys.executable, "-c", *child], start_new_session=True)
        if hang == "main":
            time.sleep(600)
        if hang == "fork":
            fork_without_exec()
        until = time.monotonic() + self.wanted["hold"]
        while time.monotonic() < until:
            self.turn()
            time.sleep(BEAT)


def fork_without_exec():
    """A trap: the child lives on with all that it was given."""
    child = os.fork()
    if child == 0:
        threading.Event().wait(60)
        os._exit(0)
    print("forked", child, flush=True)


if __name__ == "__main__":
    Drill(json.loads(Path(sys.argv[1]).read_text())).run()
