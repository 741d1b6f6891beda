"""Tells alerts the way Alertmanager does: its webhook body (version 4) and its list of alerts. Judges nothing."""

import datetime as dt
import queue
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any

from drills.demo.shop.alert_rules import Alert
from drills.demo.shop.http_client import NoAnswer, call

NOT_ENDED = "0001-01-01T00:00:00Z"
TRIES = 20
PAUSE = 0.5
"""Seconds between two tries to deliver; twenty of them, then the notification is dropped and said so."""
BACKLOG = 1000


def stamp(at: float) -> str:
    """UTC seconds as RFC 3339."""
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def notification(alert: Alert, receiver: str, monitor: str) -> dict[str, Any]:
    """The body of one webhook call: a group of one alert."""
    status = "firing" if alert.ended_at is None else "resolved"
    name = alert.labels["alertname"]
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}"}}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": receiver,
        "groupLabels": {"alertname": name},
        "commonLabels": dict(alert.labels),
        "commonAnnotations": dict(alert.annotations),
        "externalURL": monitor,
        "alerts": [
            {
                "status": status,
                "labels": dict(alert.labels),
                "annotations": dict(alert.annotations),
                "startsAt": stamp(alert.started_at),
                "endsAt": NOT_ENDED if alert.ended_at is None else stamp(alert.ended_at),
                "generatorURL": monitor,
                "fingerprint": alert.fingerprint,
            }
        ],
    }


def listing(alerts: Iterable[Alert], monitor: str) -> list[dict[str, Any]]:
    """The body of `GET /api/v2/alerts`: what fires now."""
    now = time.time()
    return [
        {
            "labels": dict(alert.labels),
            "annotations": dict(alert.annotations),
            "startsAt": stamp(alert.started_at),
            "endsAt": stamp(now + 60),
            "updatedAt": stamp(now),
            "generatorURL": monitor,
            "fingerprint": alert.fingerprint,
            "receivers": [{"name": "team"}],
            "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
        }
        for alert in alerts
    ]


class Postman:
    """Delivers to one receiver, in order, from its own thread."""

    def __init__(self, receiver: str, monitor: str) -> None:
        self._receiver, self._monitor = receiver, monitor
        self._letters: queue.Queue[Alert] = queue.Queue(BACKLOG)
        threading.Thread(target=self._deliver, daemon=True).start()

    def take(self, alert: Alert) -> None:
        """Put one change of an alert into the bag; the oldest is dropped when it is full."""
        if self._letters.full():
            self._letters.get_nowait()
        self._letters.put_nowait(alert)

    def _deliver(self) -> None:
        while True:
            alert = self._letters.get()
            body = notification(alert, "team", self._monitor)
            for _ in range(TRIES):
                try:
                    status, _answer = call("POST", self._receiver, body)
                except NoAnswer:
                    status = 0
                if 200 <= status < 300 or 400 <= status < 500:
                    break
                time.sleep(PAUSE)
            else:
                print(f"nobody took {alert.labels['alertname']} at {self._receiver}", file=sys.stderr, flush=True)
