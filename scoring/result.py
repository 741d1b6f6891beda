"""What a measure may answer: known, missed or unknown; three different things, and none of them is a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Json = Any
Unit = Literal["seconds", "share", "count", "yes", "kept"]
"""`yes`: 1.0 is yes, 0.0 is no. `kept`: 1.0 is kept, 0.0 is broken. `share`: 0.0 to 1.0."""


@dataclass(frozen=True, slots=True)
class Known:
    """It was measured. Seconds count from the confirmed effect (t0) unless the measure says otherwise."""

    value: float
    unit: Unit = "seconds"
    low: float | None = None
    """With `high`: the truth lies between these, because it was only looked at now and then; `value` is then `high`."""
    high: float | None = None
    why: str = ""
    """One sentence for the reader: which alert, which probe, by whom."""
    detail: Mapping[str, Json] = field(default_factory=dict)
    """What else is known, by name (an alert's three stamps, ...)."""


@dataclass(frozen=True, slots=True)
class Missed:
    """It was looked for and had not come by a known time: a censored value, never to be dropped from a trend."""

    censored_at: float
    """Seconds from t0 up to which we looked and know that it had not come."""
    why: str = ""
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say: neither good nor missed."""

    why: str
    detail: Mapping[str, Json] = field(default_factory=dict)
    """What there is to judge by, for a reader who can."""


Result = Known | Missed | Unknown


class Verdict(StrEnum):
    """What a result means for an expectation; kept apart from the drill's outcome."""

    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"
    NOT_JUDGED = "not judged"
    """The scenario set no limit for it: measured, shown, not counted."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Where good ends: `at most` (times, faults left) or `at least` (shares, yes)."""

    value: float
    unit: Unit = "seconds"
    at_most: bool = True


def verdict(result: Result, limit: Limit | None) -> Verdict:
    """Judge one result; a limit that lies inside the interval of a result cannot be judged."""
    if limit is None:
        return Verdict.NOT_JUDGED
    if isinstance(result, Unknown):
        return Verdict.UNKNOWN
    if isinstance(result, Missed):
        return Verdict.MISSED
    first = result.value if result.low is None else result.low
    last = result.value if result.high is None else result.high
    held = {_holds(first, limit), _holds(last, limit)}
    if len(held) == 2:
        return Verdict.UNKNOWN
    return Verdict.MET if held.pop() else Verdict.MISSED


def _holds(value: float, limit: Limit) -> bool:
    return value <= limit.value if limit.at_most else value >= limit.value


def to_json(result: Result) -> dict[str, Json]:
    """One result as JSON; `is` tells the three apart."""
    more = {"why": result.why, "detail": dict(result.detail)}
    if isinstance(result, Unknown):
        return {"is": "unknown", **more}
    if isinstance(result, Missed):
        return {"is": "missed", "censored_at": result.censored_at, **more}
    interval = None if result.low is None and result.high is None else [result.low, result.high]
    return {"is": "known", "value": result.value, "unit": result.unit, "interval": interval, **more}
