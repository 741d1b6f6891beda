"""Reads a sender's RFC 3339 time as UTC nanoseconds, exactly; Go writes up to nine digits. Never asks a clock."""

import re
from datetime import UTC, datetime, timedelta, timezone

_SHAPE = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds(text: str) -> int | None:
    """UTC ns since 1970; None for Go's zero time, which means "not set". Raises `ValueError`."""
    found = _SHAPE.fullmatch(text)
    if not found:
        raise ValueError("write a time as 2026-01-02T03:04:05.123456789Z")
    day, clock, fraction, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=timezone(offset))
    if local.year == 1:
        return None
    since = local - _EPOCH
    return (since.days * 86400 + since.seconds) * 10**9 + int((fraction or "")[:9].ljust(9, "0"))
