"""When something was noticed, as people say it: `2m` ago, or `14:03` by the workspace's clock. Reads no clock."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from drills.room.errors import RoomError
from scenarios.values import duration

SECOND = 1_000_000_000
_MINUTE = 60 * SECOND
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")


def noticed_at(text: str | None, *, now: int, began: int, zone: str) -> int | None:
    """UTC ns of the moment that is meant; None: nothing was said. Raises `RoomError`.

    Not in the future and not before the drill began; a minute in which the drill began counts from its beginning.
    """
    if text is None:
        return None
    told = text.strip()
    found = _CLOCK.fullmatch(told)
    if found is None:
        moment, width = now - _ago(told), 0
    else:
        hour, minute, second = (int(each or 0) for each in found.groups())
        moment, width = _latest(now, hour, minute, second, zone), 0 if found[3] else _MINUTE
    if moment + width <= began and moment < began:
        since, until = clock(began, zone), clock(now, zone)
        raise RoomError(f"--at {told} is before this drill began, at {since}, or still to come: it is {until} now")
    return max(moment, began)


def clock(at: int, zone: str) -> str:
    """`14:03:20` by the workspace's clock."""
    return f"{datetime.fromtimestamp(at / SECOND, _zone(zone)):%H:%M:%S}"


def _ago(told: str) -> int:
    try:
        return round(duration(told) * SECOND)
    except ValueError as wrong:
        raise RoomError(
            f"--at {told[:40]!r}: write how long ago, such as 2m, or when, such as 14:03 or 14:03:20"
        ) from wrong


def _latest(now: int, hour: int, minute: int, second: int, zone: str) -> int:
    """The last time that the clocks of the zone showed this, up to now."""
    today = datetime.fromtimestamp(now / SECOND, _zone(zone))
    moments = []
    for day in (today, today - timedelta(days=1)):
        for fold in (0, 1):
            shown = day.replace(hour=hour, minute=minute, second=second, microsecond=0, fold=fold)
            moments.append(round(shown.timestamp()) * SECOND)
    return max(moment for moment in moments if moment <= now)


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)
