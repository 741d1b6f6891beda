"""Makes a webhook as gameday does, and sends to it as Alertmanager and as others do."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from heard import Heard

from drills.signals import registry
from drills.signals.sources.webhook import Webhook
from injectors.values import rebuild

BEGAN = "2026-01-02T03:04:05.123456789Z"
BEGAN_NS = 1767323045123456789


def made(**told: Any) -> Webhook:
    """As gameday makes it from `with:`."""
    kind = registry.source_kind("webhook")
    source = kind.make("pages", rebuild(kind.settings, {"listen": "127.0.0.1:0", **told}))
    assert isinstance(source, Webhook)
    return source


@contextmanager
def heard_by(**told: Any) -> Iterator[tuple[Webhook, Heard]]:
    source, heard = made(**told), Heard()
    source.start(heard)
    try:
        yield source, heard
    finally:
        source.stop()


def alert(name: str = "PayDown", status: str = "firing", **changed: Any) -> dict[str, Any]:
    over = status == "resolved"
    return {
        "status": status,
        "labels": {"alertname": name, "service": "checkout"},
        "annotations": {"summary": "paying fails"},
        "startsAt": BEGAN,
        "endsAt": "2026-01-02T03:09:05Z" if over else "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus",
        "fingerprint": f"f-{name}",
        **changed,
    }


def group(*alerts: dict[str, Any], **changed: Any) -> dict[str, Any]:
    head = {"version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "status": "firing", "receiver": "team"}
    return {**head, "alerts": list(alerts), **changed}


def post(source: Webhook, body: Any, method: str = "POST", path: str = "/", **headers: str) -> tuple[int, str]:
    """Send it as any sender would; return (status, what was said)."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    line = http.client.HTTPConnection(source.address, timeout=15)
    try:
        line.request(method, path, sent, {"content-type": "application/json", **headers})
        answer = line.getresponse()
        said = answer.read()
        return answer.status, json.loads(said)["message"] if said else ""
    finally:
        line.close()
