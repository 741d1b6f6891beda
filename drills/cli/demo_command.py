"""`gameday demo`: the five core drills against a small shop of real processes, live, then their scorecards."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from drills.cli.exits import Exit

READY = 15.0
DRILL_LIMIT = 120.0
_WORKSPACE = """\
format: 1
zone: UTC
environments:
  staging:
    targets:
      shop: {{kind: http, with: {{url: "http://127.0.0.1:{listen}"}}}}
      proxy: {{kind: toxiproxy, with: {{url: "http://127.0.0.1:{api}"}}, consent: [payments]}}
services: {{checkout: {{}}}}
"""
_SCENARIO = """\
scenario: slow-dependency
title: The payments dependency answers slowly
service: checkout
probes:
  pays: {probe: http, target: shop, with: {path: /}, good: {status: 200, within: 300ms}, every: 200ms, timeout: 2s}
steady_state: [pays]
stop_unless: []
faults:
  slow:
    inject: toxiproxy.latency
    target: proxy
    with: {proxy: payments, latency: 600ms}
    when: 1s
    duration: 3s
expect:
  recovery: {within: 10s, watch: 1s}
"""


def command() -> None:
    with tempfile.TemporaryDirectory(prefix="gameday-demo-") as made, contextlib.ExitStack() as ends:
        folder = Path(made)
        upstream, listen, api = _free(), _free(), _free()
        (folder / "proxies.json").write_text(
            f'[{{"name": "payments", "listen": "127.0.0.1:{listen}", "upstream": "127.0.0.1:{upstream}"}}]'
        )
        (folder / "page").mkdir()
        (folder / "page" / "index.html").write_text("paid\n")
        page = ["-m", "http.server", str(upstream), "--bind", "127.0.0.1", "--directory", str(folder / "page")]
        _start(ends, page)
        _start(ends, ["-m", "drills.demo.proxy", "--port", str(api), "--config", str(folder / "proxies.json")])
        for port in (upstream, listen, api):
            _wait(port)
        (folder / "gameday.yaml").write_text(_WORKSPACE.format(listen=listen, api=api))
        (folder / "scenarios").mkdir()
        (folder / "scenarios" / "slow-dependency.yaml").write_text(_SCENARIO)
        drill = [sys.executable, "-m", "drills.cli", "run", str(folder / "scenarios" / "slow-dependency.yaml")]
        code = subprocess.run(drill, cwd=folder, check=False, timeout=DRILL_LIMIT).returncode
    sys.exit(code)


def _start(ends: contextlib.ExitStack, words: list[str]) -> None:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, *words], stdin=quiet, stdout=quiet, stderr=quiet)
    ends.callback(process.wait, 10)
    ends.callback(process.kill)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + READY
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    print(f"error: the demo's part on port {port} did not start", file=sys.stderr)
    sys.exit(Exit.NOTHING_MEASURED)
