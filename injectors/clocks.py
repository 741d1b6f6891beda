"""Compares a target's clock with ours, as far as one question can tell: an interval, never a single number. Pure."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from injectors.contract import Finding, Found

TOLERATED = 1.0
"""Seconds: clocks that surely differ by more make the times on a timeline contradict each other."""
HTTP_DATE = 1.0
"""Seconds: an HTTP `Date` is cut to whole ones."""


def compared(asked: float, theirs: float, answered: float, resolution: float = 0.0) -> Finding:
    """Read their clock between our `asked` and `answered` (UTC seconds); it may be cut down to a `resolution`.

    Their clock minus ours lies between `theirs - answered` and `theirs + resolution - asked`.
    """
    low, high = theirs - answered, theirs + resolution - asked
    surely = max(0.0, low, -high)
    said = f"its clock is {_between(low, high)}"
    if surely <= TOLERATED:
        return Finding("clock", Found.OK, said)
    said += ": what it says of times (an alert's start, a message's age) is off by that; detection counts by our clock"
    return Finding("clock", Found.NOT_OK, said, "timedatectl    (there and here: both must be synchronised)")


def by_http_date(asked: float, date: str, answered: float) -> Finding:
    """The same from an HTTP `Date` header."""
    try:
        theirs = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return Finding("clock", Found.CANT_TELL, "it does not say what time it is (no Date header)")
    return compared(asked, theirs.replace(tzinfo=theirs.tzinfo or UTC).timestamp(), answered, HTTP_DATE)


def _between(low: float, high: float) -> str:
    if low <= 0 <= high:
        return f"ours, to within {max(-low, high):.2g} s"
    side = "ahead of" if low > 0 else "behind"
    near, far = sorted((abs(low), abs(high)))
    return f"{near:.4g} to {far:.4g} s {side} ours"
