"""How far the recorded time of an alert is from its true arrival: sent to a webhook, and listed by Alertmanager."""

import http.client
import json
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from places import GAMEDAY, ROOT, Workspace
from row import Row, Say, program

LIMIT = 0.050
POLL = 0.1
"""Seconds between two questions to Alertmanager: what it lists cannot be known sooner."""
LONGEST_PAUSE = 0.25


class Senders:
    """A drill that listens to both, and the true moments of what was sent."""

    def __init__(self, place: Workspace) -> None:
        self.place = place
        self.webhook, self.alertmanager = _free_port(), _free_port()
        self.arrived: dict[str, int] = {}
        targets: dict[str, Any] = {"sent": {"kind": "webhook", "with": {"listen": f"127.0.0.1:{self.webhook}"}}}
        self.polls = _start_alertmanager(place, self.alertmanager)
        if self.polls:
            url = f"http://127.0.0.1:{self.alertmanager}"
            targets["listed"] = {"kind": "alertmanager", "with": {"url": url, "poll": f"{round(POLL * 1000)}ms"}}
        place.targets(targets)
        faults = {"quiet": {"inject": "noop", "duration": "10m"}}
        self.drill = place.start_drill(place.scenario("listening", faults), 1)

    def send(self, name: str) -> None:
        """One alert to the webhook; it has arrived when its last byte is out, on this machine."""
        alert = {"status": "firing", "labels": {"alertname": name}, "startsAt": _now(), "fingerprint": name}
        self._post(self.webhook, "/", {"version": "4", "alerts": [alert]}, name)

    def list(self, name: str) -> None:
        """One alert to Alertmanager."""
        self._post(self.alertmanager, "/api/v2/alerts", [{"labels": {"alertname": name}, "startsAt": _now()}], name)

    def recorded(self) -> dict[str, int]:
        """The moment that the timeline gives each alert, once all have come in; the drill is ended for it."""
        self.place.run(GAMEDAY, "stop", "--reason", "all were sent")
        self.drill.wait(60)
        told = subprocess.run(
            [GAMEDAY, "log", self.place.last_drill.name, "--json"],
            cwd=self.place.folder,
            env=self.place.environment,
            capture_output=True,
            check=True,
            timeout=60,
        )
        entries = [json.loads(line) for line in told.stdout.splitlines()]
        return {each["body"]["name"]: each["body"]["received_at"] for each in entries if each["kind"] == "alert"}

    def _post(self, port: int, path: str, body: Any, name: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            self.arrived[name] = time.time_ns()
            status = connection.getresponse().status
        finally:
            connection.close()
        if status >= 300:
            raise RuntimeError(f"the alert {name} was answered with {status}")


def measure(times: int, say: Say) -> Iterator[Row]:
    chance = random.Random(1)
    with Workspace() as place:
        senders = Senders(place)
        ways: list[tuple[str, Callable[[str], None]]] = [("sent", senders.send)]
        ways += [("listed", senders.list)] * senders.polls
        for number in range(times):
            say(f"{number + 1} of {times}")
            for way, send in ways:
                time.sleep(chance.uniform(0, LONGEST_PAUSE))
                send(f"{way}-{number}")
        time.sleep(10 * POLL)  # the last one is listed by then, or it counts as lost
        recorded = senders.recorded()
    off = {name: abs(recorded[name] - arrived) / 1e9 for name, arrived in senders.arrived.items()}
    sent = [off[name] for name in off if name.startswith("sent")]
    yield Row("time stamp of an alert sent to the webhook", sent, "limit", [LIMIT], goal=1.0, share=1)
    what = f"time stamp of an alert that Alertmanager lists, asked every {POLL * 1000:.0f} ms"
    if senders.polls:
        listed = [off[name] for name in off if name.startswith("listed")]
        yield Row(what, listed, "limit and one poll", [LIMIT + POLL], goal=1.0, share=1)
    else:
        yield Row(what, missing="Alertmanager is not there; type: make tools")


def _start_alertmanager(place: Workspace, port: int) -> bool:
    found = next(filter(None, map(_tool, ("alertmanager", "prometheus-alertmanager"))), None)
    if found is None:
        return False
    config = place.folder / "alertmanager.yml"
    config.write_text(json.dumps({"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}))
    kept = place.folder / "alertmanager"
    listen = f"--web.listen-address=127.0.0.1:{port}"
    flags = [f"--config.file={config}", f"--storage.path={kept}", listen, "--cluster.listen-address="]
    place.wait_up(place.start(found, *flags), lambda: _accepts(port), "Alertmanager answers")
    return True


def _tool(name: str) -> str | None:
    return shutil.which(Path(ROOT, ".tools", "bin", name)) or shutil.which(name)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _now() -> str:
    return datetime.now(UTC).isoformat()


if __name__ == "__main__":
    program(measure, times=40)
