"""PagerDuty's webhook of version 3: one event about one incident. Reads its shape; never the net."""

from typing import Any

from pydantic import Field

from drills.signals import subset
from drills.signals.contract import Alert
from drills.signals.sources.shapes import Moment, Shape, Text, raw, read

STATUS = {"incident.triggered": "firing", "incident.reopened": "firing", "incident.resolved": "resolved"}
"""The events that begin or end an alert; all others (acknowledged, annotated, a ping) are taken and tell no alert."""


class _Named(Shape):
    summary: Text = ""


class Incident(Shape):
    """What the event is about."""

    id: Text = Field(min_length=1, max_length=200)
    title: Text = ""
    created_at: Moment = None
    urgency: Text = ""
    html_url: Text | None = None
    incident_key: Text | None = None
    service: _Named | None = None
    priority: _Named | None = None


class Event(Shape):
    """One change."""

    event_type: Text
    occurred_at: Moment = None
    data: dict[str, Any]


class Body(Shape):
    """One event a request."""

    event: Event


def sent(source: str, body: bytes, wall: int, mono: int) -> tuple[list[Alert], int]:
    """Read a body: (its alert, if it tells one, 0 left out). Raises `ValueError` that echoes no value."""
    parsed = subset.parse(body)
    event = read(Body, parsed).event
    status = STATUS.get(event.event_type)
    if status is None:
        return [], 0
    incident = read(Incident, event.data)
    # One that is opened again began again: its first beginning would make it one that fired before the fault.
    again = event.event_type == "incident.reopened"
    alert = Alert(
        source=source,
        fingerprint=incident.id,
        name=incident.title,
        status=status,
        labels=_labels(incident),
        annotations={"summary": incident.title} | ({"url": incident.html_url} if incident.html_url else {}),
        starts_at=event.occurred_at if again else incident.created_at,
        event_at=event.occurred_at,
        received_at=wall,
        received_mono=mono,
        raw=raw(parsed),
    )
    return [alert], 0


def _labels(incident: Incident) -> dict[str, str]:
    told = {
        "service": incident.service.summary if incident.service else "",
        "priority": incident.priority.summary if incident.priority else "",
        "urgency": incident.urgency,
        "incident_key": incident.incident_key or "",
    }
    return {name: value for name, value in told.items() if value}
