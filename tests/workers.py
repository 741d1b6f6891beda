"""A pool of real processes for the tests: three workers with two children each, pid files, and a small `ctl` script."""

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path
from subprocess import DEVNULL, run
from typing import Any, Self

import psutil
from servers import wait_until

CTL = r"""#!/bin/sh
# ctl VERB NAME; the file `fail` cuts a call: N, and whether the order is carried out nevertheless
cd "$(dirname "$0")" || exit 1
echo "$1 $2" >> calls
n=0 lost=no
[ -f fail ] && read -r n lost < fail
[ "$n" -gt 0 ] && echo $((n - 1)) "$lost" > fail
[ "$n" -eq 1 ] && [ "$lost" = no ] && exit 1
pid=$(cat "run/$2.pid" 2> /dev/null)
up() { [ -n "$pid" ] && grep -q '^State:.[RSDT]' "/proc/$pid/status" 2> /dev/null; }
case $1 in
pid) up && echo "$pid" || echo 0 ;;
start)
    [ -d run ] || exit 1
    if ! up; then
        rm -f "run/$2.pid"
        setsid env $(cat environment) sh -c 'echo $$ > run/'"$2"'.pid; sleep 900 & sleep 900 & wait' \
            > /dev/null 2>&1 < /dev/null &
        while [ ! -s "run/$2.pid" ]; do sleep 0.005; done
    fi ;;
stop)
    up && kill -KILL "-$pid"
    while up; do sleep 0.005; done ;;
esac
[ "$n" -eq 1 ] && exit 1
exit 0
"""
NAMES = ("worker-1", "worker-2", "worker-3")


class Workers:
    """The pool, seen and moved without any injector."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gameday-workers-"))
        self.ctl = self.folder / "ctl"
        self.ctl.write_text(CTL)
        self.ctl.chmod(0o755)
        self.vault = self.folder / "vault"
        self.seen: list[psutil.Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def supervisor(self) -> dict[str, list[str]]:
        """The part of a target's settings."""
        return {verb: [str(self.ctl), verb, "{name}"] for verb in ("pid", "start", "stop")}

    @property
    def pidfiles(self) -> str:
        """The pattern of the pid files."""
        return str(self.folder / "run" / "*.pid")

    def fresh(self, consent: str | None = "staging") -> None:
        """Bring every worker up as new."""
        self.end()
        shutil.rmtree(self.vault, ignore_errors=True)
        self.vault.mkdir(mode=0o700)
        (self.folder / "run").mkdir(exist_ok=True)
        (self.folder / "environment").write_text(f"GAMEDAY_CONSENT={consent}" if consent else "OTHER=1")
        (self.folder / "fail").unlink(missing_ok=True)
        for name in NAMES:
            self.do("start", name)
        wait_until(lambda: all(len(self.tree(name)) == 3 for name in NAMES), "three workers with two children each")

    def do(self, verb: str, name: str) -> None:
        """Do it by hand."""
        run([self.ctl, verb, name], check=True, stdin=DEVNULL, stdout=DEVNULL, timeout=10)

    def pid(self, name: str) -> int:
        """Who is in the slot, by its pid file."""
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def tree(self, name: str) -> list[psutil.Process]:
        """The live ones, the worker first."""
        try:
            top = psutil.Process(self.pid(name))
            found = [top, *sorted(top.children(recursive=True), key=lambda each: each.pid)]
            live = [each for each in found if _lives(each)]
        except (OSError, ValueError, psutil.NoSuchProcess):
            return []
        self.seen += [each for each in live if each not in self.seen]
        return live

    def signal(self, name: str, number: int) -> None:
        """Send it to the whole tree by hand."""
        for each in self.tree(name):
            each.send_signal(number)

    def state(self) -> Any:
        """Each worker's tree: who lives, who stands still."""
        if not (self.folder / "run").is_dir():
            return "gone"
        return {name: [_word(each) for each in self.tree(name)] for name in NAMES}

    def calls(self, *verbs: str) -> int:
        """How often `ctl` was asked that."""
        file = self.folder / "calls"
        return sum(line.split()[0] in verbs for line in file.read_text().splitlines()) if file.exists() else 0

    def end(self) -> None:
        """End every process there ever was."""
        for name in NAMES:
            self.tree(name)
        for each in self.seen:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        wait_until(lambda: not any(map(_lives, self.seen)), "all have ended", 5)
        self.seen.clear()
        for file in (self.folder / "run").glob("*.pid"):
            file.unlink()

    def vanish(self) -> None:
        """Take the whole pool away."""
        self.end()
        shutil.rmtree(self.folder / "run")


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _word(process: psutil.Process) -> str:
    try:
        return "stopped" if process.status() == psutil.STATUS_STOPPED else "live"
    except psutil.NoSuchProcess:
        return "dead"


def stop_by_hand(pid: int) -> None:
    """As somebody else would."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, "it stands still")
