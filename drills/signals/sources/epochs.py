"""Times that senders write as a number since 1970, in one of several units. A number in the wrong unit is refused."""

from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from drills.signals.moments import nanoseconds

Unit = Literal["rfc3339", "seconds", "milliseconds", "microseconds", "nanoseconds"]
_FACTORS = {"seconds": 10**9, "milliseconds": 10**6, "microseconds": 10**3, "nanoseconds": 1}
EARLIEST, LATEST = 946684800 * 10**9, 4102444800 * 10**9
"""2000 and 2100: a time outside is one in another unit."""


def from_epoch(value: Any, unit: Unit, where: str) -> int | None:
    """UTC ns; None for a zero time. Raises `ValueError` that names the place and echoes no value."""
    if unit == "rfc3339":
        if not isinstance(value, str):
            raise ValueError(f"{where}: a time such as 2026-01-02T03:04:05Z is expected: say its `unit`")
        try:
            return nanoseconds(value)
        except ValueError as wrong:
            raise ValueError(f"{where}: {wrong}") from None
    moment = _number(value, where) * _FACTORS[unit]
    if moment == 0:
        return None
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"{where}: no time of this century in {unit}: is the unit another one?")
    return int(moment)


def _number(value: Any, where: str) -> Decimal:
    if isinstance(value, int | float | str) and not isinstance(value, bool) and len(str(value)) <= 40:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("nan")
        if number.is_finite():
            return number
    raise ValueError(f"{where}: a number is expected")
