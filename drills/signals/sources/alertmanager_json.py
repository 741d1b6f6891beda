"""Alertmanager's JSON, as it is sent (webhook, version 4) and as it is asked for (API v2). Reads shapes; never the net.

Keys that are not known are accepted: later versions add some.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field

from drills.signals import subset
from drills.signals.contract import Alert
from drills.signals.sources.shapes import ALERTS_LIMIT, Moment, Shape, Text, Texts, raw, read


class SentAlert(Shape):
    """One alert of a group."""

    status: Literal["firing", "resolved"]
    labels: Texts
    annotations: Texts = Field(default_factory=dict)
    starts_at: Moment = Field(default=None, alias="startsAt")
    ends_at: Moment = Field(default=None, alias="endsAt")
    fingerprint: Text = Field(default="", max_length=200)


class Group(Shape):
    """What a webhook gets: the alerts of one group, those that are over too when `send_resolved` is on."""

    version: Literal["4"]
    alerts: Annotated[list[dict[str, Any]], Field(max_length=ALERTS_LIMIT)]
    truncated: int = Field(default=0, alias="truncatedAlerts")


class GrafanaGroup(Shape):
    """What Grafana sends: a group as well, with the number of its organisation and a version of its own."""

    org: int = Field(alias="orgId")
    alerts: Annotated[list[dict[str, Any]], Field(max_length=ALERTS_LIMIT)]
    truncated: int = Field(default=0, alias="truncatedAlerts")


class _State(Shape):
    state: str


class ListedAlert(Shape):
    """One alert as the API lists it, for as long as it fires."""

    labels: Texts
    annotations: Texts = Field(default_factory=dict)
    starts_at: Moment = Field(default=None, alias="startsAt")
    fingerprint: Text = Field(min_length=1, max_length=200)
    status: _State

    @property
    def notifies(self) -> bool:
        """Would anybody be told? Not of one that is silenced or inhibited."""
        return self.status.state == "active"


def sent(source: str, body: bytes, wall: int, mono: int) -> tuple[list[Alert], int]:
    """Read a webhook's body: (its alerts, how many the sender left out). Raises `ValueError` that echoes no value."""
    group = read(Group, subset.parse(body))
    return [_alert(source, each, wall, mono) for each in group.alerts], group.truncated


def sent_by_grafana(source: str, body: bytes, wall: int, mono: int) -> tuple[list[Alert], int]:
    """The same for Grafana: each of its alerts looks like one of Alertmanager's."""
    group = read(GrafanaGroup, subset.parse(body))
    return [_alert(source, each, wall, mono) for each in group.alerts], group.truncated


def listed(body: bytes) -> dict[str, tuple[ListedAlert, bytes]]:
    """Read the API's list: fingerprint -> (alert, its JSON). Raises `ValueError` that echoes no value."""
    found = subset.parse(body)
    if not isinstance(found, list) or len(found) > ALERTS_LIMIT:
        raise ValueError(f"the answer is no list of at most {ALERTS_LIMIT} alerts")
    alerts = [(read(ListedAlert, each), raw(each)) for each in found]
    return {alert.fingerprint: (alert, raw) for alert, raw in alerts}


def fingerprint(labels: dict[str, str]) -> str:
    """Stand in for the sender's own, when it sends none: the same labels have the same one."""
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()[:16]


def _alert(source: str, told: dict[str, Any], wall: int, mono: int) -> Alert:
    each = read(SentAlert, told)
    return Alert(
        source=source,
        fingerprint=each.fingerprint or fingerprint(each.labels),
        name=each.labels.get("alertname", ""),
        status=each.status,
        labels=each.labels,
        annotations=each.annotations,
        starts_at=each.starts_at,
        event_at=each.starts_at if each.status == "firing" else each.ends_at,
        received_at=wall,
        received_mono=mono,
        raw=raw(told),
    )
