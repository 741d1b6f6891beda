"""Alertmanager's JSON, as it is sent (webhook, version 4) and as it is asked for (API v2). Reads shapes; never the net.

Keys that are not known are accepted: later versions add some.
"""

import hashlib
import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from drills.signals import subset
from drills.signals.contract import Alert
from drills.signals.evidence import bounded
from drills.signals.moments import nanoseconds

ALERTS_LIMIT = 10_000
"""Alerts in one body."""


def _moment(value: Any) -> Any:
    return nanoseconds(value) if isinstance(value, str) else value


Moment = Annotated[Annotated[int, Field(strict=True)] | None, BeforeValidator(_moment)]
"""RFC 3339; held as UTC ns, None for the zero time."""


def _whole(text: str) -> str:
    """Half of a character, which JSON can hold and no file or store can, becomes a question mark."""
    return text.encode(errors="replace").decode()


Text = Annotated[str, AfterValidator(_whole)]
Texts = Annotated[dict[Text, Text], Field(max_length=1000)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


ShapeT = TypeVar("ShapeT", bound=_Shape)


class SentAlert(_Shape):
    """One alert of a group."""

    status: Literal["firing", "resolved"]
    labels: Texts
    annotations: Texts = {}
    starts_at: Moment = Field(default=None, alias="startsAt")
    ends_at: Moment = Field(default=None, alias="endsAt")
    fingerprint: Text = Field(default="", max_length=200)


class Group(_Shape):
    """What a webhook gets: the alerts of one group, those that are over too when `send_resolved` is on."""

    version: Literal["4"]
    alerts: Annotated[list[dict[str, Any]], Field(max_length=ALERTS_LIMIT)]
    truncated: int = Field(default=0, alias="truncatedAlerts")


class _State(_Shape):
    state: str


class ListedAlert(_Shape):
    """One alert as the API lists it, for as long as it fires."""

    labels: Texts
    annotations: Texts = {}
    starts_at: Moment = Field(default=None, alias="startsAt")
    fingerprint: Text = Field(min_length=1, max_length=200)
    status: _State

    @property
    def notifies(self) -> bool:
        """Would anybody be told? Not of one that is silenced or inhibited."""
        return self.status.state == "active"


def sent(source: str, body: bytes, wall: int, mono: int) -> tuple[list[Alert], int]:
    """Read a webhook's body: (its alerts, how many the sender left out). Raises `ValueError` that echoes no value."""
    group = _read(Group, subset.parse(body))
    return [_alert(source, each, wall, mono) for each in group.alerts], group.truncated


def listed(body: bytes) -> dict[str, tuple[ListedAlert, bytes]]:
    """Read the API's list: fingerprint -> (alert, its JSON). Raises `ValueError` that echoes no value."""
    found = subset.parse(body)
    if not isinstance(found, list) or len(found) > ALERTS_LIMIT:
        raise ValueError(f"the answer is no list of at most {ALERTS_LIMIT} alerts")
    alerts = [(_read(ListedAlert, each), _raw(each)) for each in found]
    return {alert.fingerprint: (alert, raw) for alert, raw in alerts}


def fingerprint(labels: dict[str, str]) -> str:
    """Stand in for the sender's own, when it sends none: the same labels have the same one."""
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()[:16]


def _alert(source: str, told: dict[str, Any], wall: int, mono: int) -> Alert:
    each = _read(SentAlert, told)
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
        raw=_raw(told),
    )


def _raw(told: Any) -> bytes:
    return bounded(json.dumps(told, ensure_ascii=False).encode(errors="replace"))


def _read(shape: type[ShapeT], value: Any) -> ShapeT:
    try:
        return shape.model_validate(value)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step)[:100] for step in first["loc"]) or "the body"
        raise ValueError(f"{where}: {first['msg']}") from None
