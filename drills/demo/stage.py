"""Starts the demo's shop in a folder, waits until it is really open, and ends all of it. Knows nothing of drills."""

import asyncio
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from drills.demo.layout import Layout, write
from drills.demo.shop.broker import BrokerError
from drills.demo.shop.http_client import NoAnswer, call
from drills.demo.shop.streams import create
from drills.demo.shop.supervisor import leashed
from drills.engine.errors import DrillError

READY_WITHIN = 30.0
GONE_WITHIN = 10.0
LONGEST = 4 * 3600.0
"""Seconds after which a shop that was left running ends by itself."""


class StageError(DrillError):
    """The demo's shop did not open."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A shop that is running."""

    layout: Layout
    supervisor: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        """The one process to end."""
        return self.supervisor.pid


def open_stage(workspace: Path, *, outlives_us: bool = False) -> Stage:
    """Write the folder, start everything, return once customers are served. Raises `StageError`, and leaves nothing.

    Everything dies with this process, however it dies, unless `outlives_us`. Call it from the main thread.
    """
    layout = write(workspace)
    command = [sys.executable, "-m", "drills.demo.shop.supervisor", str(layout.shop), str(LONGEST)]
    (layout.shop / "log").mkdir()
    with (layout.shop / "log" / "supervisor.log").open("ab") as log:
        supervisor = subprocess.Popen(
            command if outlives_us else leashed(command, signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C is for the drills first, and for the shop at the end
        )
    stage = Stage(layout, supervisor)
    try:
        _bring_up(stage, time.monotonic() + READY_WITHIN)
    except BaseException:
        close_stage(stage)
        raise
    return stage


def close_stage(stage: Stage) -> None:
    """End every process of the shop; bounded, and harmless when it is closed."""
    stage.supervisor.terminate()
    try:
        stage.supervisor.wait(GONE_WITHIN)
    except subprocess.TimeoutExpired:
        stage.supervisor.kill()  # the leashes end the rest
        stage.supervisor.wait()


def _bring_up(stage: Stage, give_up: float) -> None:
    layout = stage.layout
    proxy = f"http://127.0.0.1:{layout.ports.proxy}/proxies"
    _wait(stage, "the proxy", lambda: "payments-eu" in (_get(proxy) or {}), give_up)
    try:
        asyncio.run(create(layout.settings))
    except BrokerError as error:
        raise StageError(f"{error}; see {layout.shop}/log/broker.log") from error
    names = json.loads((layout.shop / "programs.json").read_text(encoding="utf-8"))
    first = ("payments", "ledger", "web-eu", "web-us")
    _start(stage, first)
    for region in layout.settings.regions.values():
        _wait(stage, "the checkout", partial(_pays, f"http://127.0.0.1:{region.port}/pay"), give_up)
    rest = [name for name, row in names.items() if row.get("wanted") is False and name not in first]
    _start(stage, rest)
    _wait(stage, "the monitor and its view of the shop", lambda: _calm(layout), give_up)


def _start(stage: Stage, names: "tuple[str, ...] | list[str]") -> None:
    ctl = str(stage.layout.shop / "ctl")
    subprocess.run([ctl, "start", *names], check=True, timeout=10, stdout=subprocess.DEVNULL)


def _calm(layout: Layout) -> bool:
    """Everything the monitor watches has been seen, is well, and orders are being confirmed."""
    seen = _get(f"http://127.0.0.1:{layout.ports.monitor}/") or {}
    wanted = ("pay_refused eu", "pay_refused us", "workers_missing", "ledger_tls_broken")
    if any(seen.get(name, {}).get("value") != 0 for name in wanted) or "queue_depth" not in seen:
        return False
    books = layout.settings.books
    return books.exists() and books.stat().st_size > 0


def _pays(url: str) -> bool:
    with contextlib.suppress(NoAnswer):
        return call("POST", url, {"basket": ["tea"]})[0] == http.client.OK
    return False


def _get(url: str) -> Any:
    with contextlib.suppress(NoAnswer):
        status, body = call("GET", url)
        return body if status == http.client.OK else None
    return None


def _wait(stage: Stage, what: str, condition: Callable[[], bool], give_up: float) -> None:
    log = stage.layout.shop / "log"
    while not condition():
        if stage.supervisor.poll() is not None:
            raise StageError(f"the shop's supervisor ended ({stage.supervisor.returncode}); see {log}")
        if time.monotonic() > give_up:
            raise StageError(f"{what} did not come up within {READY_WITHIN:.0f} s; see {log}")
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Is there such a process?"""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False
