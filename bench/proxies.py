"""Proxies to bend: the embedded server, the real one where it is there, and the raw calls both are compared with."""

import http.client
import json
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from places import ROOT, Place

LATENCY = {"type": "latency", "stream": "downstream", "toxicity": 1.0, "attributes": {"latency": 200, "jitter": 0}}


class Server:
    """A server of Toxiproxy's API in a place; it ends with the place."""

    def __init__(self, place: Place, name: str, command: list[str | Path]) -> None:
        self.name, self.id = name, name.lower().replace(" ", "-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        process = place.start(*command, "-host", "127.0.0.1", "-port", str(self.port))
        place.wait_up(process, self._answers, f"{name} answers")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One raw call on a connection of its own; what it answers. Raises RuntimeError when it is refused."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            held = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{self.name}: {method} {path}: {answer.status} {held!r}")
        return json.loads(held) if held else None

    def create(self, names: list[str]) -> None:
        """One proxy for each name; nobody connects to them."""
        for name in names:
            self.ask("POST", "/proxies", {"name": name, "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"})

    def toxics(self) -> int:
        """How many there are now."""
        return sum(len(proxy["toxics"]) for proxy in self.ask("GET", "/proxies").values())

    def target(self, names: list[str]) -> dict[str, Any]:
        """This server as a target in gameday.yaml."""
        return {"kind": "toxiproxy", "with": {"url": self.url}, "consent": names}

    def _answers(self) -> bool:
        try:
            self.ask("GET", "/version")
        except OSError:
            return False
        return True


def slow(server: Server, proxy: str) -> dict[str, Any]:
    """A fault of a scenario: this proxy answers late."""
    wanted = {"proxy": proxy, "latency": "200ms"}
    return {"inject": "toxiproxy.latency", "target": server.id, "with": wanted, "duration": "10m"}


def servers(place: Place) -> Iterator[Server]:
    """The embedded one, and the real one when `make tools` has built it or it is on the path."""
    yield Server(place, "embedded proxy", [sys.executable, "-m", "drills.demo.proxy"])
    real = shutil.which(ROOT / ".tools" / "bin" / "toxiproxy-server") or shutil.which("toxiproxy-server")
    if real:
        yield Server(place, "Toxiproxy", [real])
