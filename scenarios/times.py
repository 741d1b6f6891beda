"""Civil times of the workspace: freezes, windows, cron lines. It reads no clock; who asks brings the moment."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, PlainValidator, WithJsonSchema

from scenarios.problems import shown
from scenarios.values import Keys, Line

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = f"(?:{'|'.join(_DAYS)})"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_WINDOW = rf"{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)* {_CLOCK}-{_CLOCK}"
_STAMP = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[ T]{_CLOCK})?"
_CRON = r"[0-9*,/-]+"
_WEEKDAYS = rf"(?:\*|{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*)"


def zone(value: Any) -> str:
    """The name of a time zone. Raises `ValueError`."""
    if value == "UTC":
        return "UTC"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_+/-]{1,64}", value):
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
        else:
            return value
    raise ValueError(f"{shown(value)} is no time zone: write one such as Europe/Berlin or UTC")


def stamp(value: Any, *, end: bool) -> datetime:
    """`2026-12-18` or `2026-12-18 18:00`, in the workspace's zone; as an end, a day alone counts whole."""
    if isinstance(value, str) and re.fullmatch(_STAMP, value):
        try:
            if len(value) > len("2026-12-18"):
                return datetime.fromisoformat(value)
            day = date.fromisoformat(value) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time())
        except (ValueError, OverflowError):
            pass
    raise ValueError(f"{shown(value)} is no date: write 2026-12-18, or 2026-12-18 18:00 for a time of that day")


def window(value: Any) -> str:
    """`Tue-Thu 10:00-15:00`. Raises `ValueError`."""
    if isinstance(value, str) and len(value) < 100 and re.fullmatch(_WINDOW, value):
        begins, _, ends = value.rpartition(" ")[2].partition("-")
        if begins < ends:
            return value
        raise ValueError(f"{shown(value)} ends before it begins: write the earlier time first")
    raise ValueError(f"{shown(value)} is no window: write days and times, such as `Tue-Thu 10:00-15:00`")


def cron(value: Any) -> str:
    """Minute, hour, day, month, weekday by name. Raises `ValueError`."""
    fields = value.split() if isinstance(value, str) and len(value) < 200 else []
    if len(fields) != 5:
        raise ValueError(f'{shown(value)} is no cron line: five fields in quotes, such as "0 10 * * Tue"')
    if not re.fullmatch(_WEEKDAYS, fields[4]):
        raise ValueError(
            f"weekday {shown(fields[4])}: write it by name, such as Tue or Mon-Fri: 0 is not the same day everywhere"
        )
    for name, field, least, most in zip(
        ("minute", "hour", "day", "month"), fields, (0, 0, 1, 1), (59, 23, 31, 12), strict=False
    ):
        numbers = [int(each) for each in re.findall(r"[0-9]{1,4}", field)]
        if not re.fullmatch(_CRON, field) or any(number > most for number in numbers):
            raise ValueError(f"{name} {shown(field)}: write *, or numbers from {least} to {most}")
    return " ".join(fields)


def _typed(parse: Any, pattern: str, example: str) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(parse), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]})


_zone, _zone_schema = _typed(zone, "[A-Za-z0-9_+/-]+", "Europe/Berlin")
_window, _window_schema = _typed(window, _WINDOW, "Tue-Thu 10:00-15:00")
_cron, _cron_schema = _typed(cron, r"\S+( +\S+){4}", "0 10 * * Tue")
_begin, _stamp_schema = _typed(lambda value: stamp(value, end=False), _STAMP, "2026-12-18")

Zone = Annotated[str, _zone, _zone_schema]
Window = Annotated[str, _window, _window_schema]
Cron = Annotated[str, _cron, _cron_schema]


class Freeze(Keys):
    """A time in which nothing is drilled, in the workspace's zone; `until` is the first moment after it."""

    from_: Annotated[datetime, _begin, _stamp_schema] = Field(alias="from")
    until: Annotated[datetime, PlainValidator(lambda value: stamp(value, end=True)), _stamp_schema]
    reason: Line

    def holds(self, moment: datetime, name: str) -> bool:
        """Is this moment (with its zone) inside, as the clocks of the zone `name` show it?"""
        civil = moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        return self.from_ <= civil < self.until
