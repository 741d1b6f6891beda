"""Opsgenie's outgoing webhook: one action on one alert. Reads its shape; never the net.

Its two times have two units: `createdAt` is in milliseconds, `updatedAt` in nanoseconds.
"""

from typing import Any

from pydantic import Field

from drills.signals import subset
from drills.signals.contract import Alert
from drills.signals.sources.epochs import from_epoch
from drills.signals.sources.shapes import Shape, Text, Texts, raw, read

STATUS = {"Create": "firing", "Close": "resolved", "Delete": "resolved"}
"""The actions that begin or end an alert; all others (Acknowledge, AddNote, ...) are taken and tell no alert."""


class Told(Shape):
    """What was done to the alert."""

    action: Text
    alert: dict[str, Any]


class OpsgenieAlert(Shape):
    """The alert, after it was done."""

    id: Text = Field(alias="alertId", min_length=1, max_length=200)
    message: Text = ""
    alias: Text = ""
    entity: Text = ""
    priority: Text = ""
    description: Text = ""
    created: int | None = Field(default=None, alias="createdAt", strict=True)
    updated: int | None = Field(default=None, alias="updatedAt", strict=True)
    details: Texts | None = None


def sent(source: str, body: bytes, wall: int, mono: int) -> tuple[list[Alert], int]:
    """Read a body: (its alert, if it tells one, 0 left out). Raises `ValueError` that echoes no value."""
    parsed = subset.parse(body)
    told = read(Told, parsed)
    status = STATUS.get(told.action)
    if status is None:
        return [], 0
    each = read(OpsgenieAlert, told.alert)
    starts_at = None if each.created is None else from_epoch(each.created, "milliseconds", "alert.createdAt")
    changed_at = None if each.updated is None else from_epoch(each.updated, "nanoseconds", "alert.updatedAt")
    alert = Alert(
        source=source,
        fingerprint=each.id,
        name=each.message,
        status=status,
        labels=_labels(each),
        annotations={"summary": each.message} | ({"description": each.description} if each.description else {}),
        starts_at=starts_at,
        event_at=starts_at if status == "firing" else changed_at,
        received_at=wall,
        received_mono=mono,
        raw=raw(parsed),
    )
    return [alert], 0


def _labels(each: OpsgenieAlert) -> dict[str, str]:
    told = {"alias": each.alias, "entity": each.entity, "priority": each.priority}
    return {name: value for name, value in told.items() if value} | dict(each.details or {})
