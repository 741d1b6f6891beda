"""The typed values of the files: durations, shares, moments, selections, secrets by reference. No clock, no lookups."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema

from scenarios.limits import LIMITS
from scenarios.problems import shown

Json = Any
ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
LINE = r"^[^\r\n]*\S[^\r\n]*$"
TEXT = r"\S"
VARIABLE = r"[a-z][a-z0-9_-]*"
_DURATION = r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ms|s|m|h|d))+"
_SHARE = r"[0-9]{1,3}(?:\.[0-9]{1,9})?%"
_PIECE = re.compile(r"([0-9.]+)(ms|s|m|h|d)")
_WHEN = re.compile(rf"({_DURATION})(?: after ({ID[1:-1]})( ends)?)?")
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Keys(BaseModel):
    """A map of known keys: nothing unknown, nothing changed later, no value echoed by accident."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True, validate_default=False
    )


def duration(value: Json) -> float:
    """`1m30s` in seconds. Raises `ValueError`, which says what to write."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"{value} has no unit: write `{value}s` or `{value}m`")  # noqa: TRY004 - pydantic reads these
    if not isinstance(value, str) or len(value) > 64 or not re.fullmatch(_DURATION, value):
        told = f"{shown(value)} is no duration" if isinstance(value, str) else "a duration belongs here"
        raise ValueError(f"{told}: write 300ms, 30s, 5m, 2h, 7d or a sum such as 1m30s")
    seconds = round(sum(float(number) * _UNITS[unit] for number, unit in _PIECE.findall(value))) / 1000
    if seconds > LIMITS.duration:
        raise ValueError(f"{value} is too long: at most {for_people(LIMITS.duration)}")
    return seconds


def share(value: Json) -> float:
    """`20%` as 0.2. Raises `ValueError`."""
    text = f"{value * 100:g}" if isinstance(value, float) and 0 <= value <= 1 else "20"
    if not isinstance(value, str) or not re.fullmatch(_SHARE, value):
        told = f"{shown(value)} is no share" if isinstance(value, str | int | float) else "a share belongs here"
        raise ValueError(f"{told}: write `{text}%`")
    number = float(value[:-1]) / 100
    if number > 1:
        raise ValueError(f"{value} is more than all: at most 100%")
    return number


def for_people(seconds: float) -> str:
    """90.0 as `1m30s`: the way back from `duration`."""
    left, text = round(seconds * 1000), ""
    for unit, size in sorted(_UNITS.items(), key=lambda each: -each[1]):
        count, left = divmod(left, size)
        if count:
            text += f"{count}{unit}"
    return text or "0s"


@dataclass(frozen=True, slots=True)
class When:
    """When something starts: `delay` seconds after the drill's start or an edge of `anchor`, or by a person's hand."""

    delay: float
    anchor: str | None
    edge: Literal["start", "effect", "clear", "hand"]

    def __str__(self) -> str:
        if self.edge == "hand":
            return "by hand"
        ends = " ends" if self.edge == "clear" else ""
        return for_people(self.delay) + (f" after {self.anchor}{ends}" if self.anchor else "")


def when(value: Json) -> When:
    """`30s`, `5m after ID`, `0s after ID ends`, `by hand`. Raises `ValueError`."""
    if value == "by hand":
        return When(0.0, None, "hand")
    found = _WHEN.fullmatch(value) if isinstance(value, str) and len(value) < 200 else None
    if not found:
        if not isinstance(value, str):
            duration(value)
        raise ValueError(f"{shown(value)} is no moment: write `30s`, `5m after ID`, `0s after ID ends` or `by hand`")
    delay, anchor, ends = duration(found[1]), found[2], found[4]
    return When(delay, anchor, "start" if anchor is None else "clear" if ends else "effect")


@dataclass(frozen=True, slots=True)
class Select:
    """How many of the matching subjects: a count, a share (0..1), or all; exactly one of the three is set."""

    count: int | None = None
    share: float | None = None
    all: bool = False

    def __str__(self) -> str:
        return "all" if self.all else str(self.count) if self.share is None else f"{self.share * 100:g}%"


def select(value: Json) -> Select:
    """`1`, `30%`, `all`. Raises `ValueError`."""
    if value == "all":
        return Select(all=True)
    if isinstance(value, int) and not isinstance(value, bool):
        if 1 <= value <= LIMITS.subjects:
            return Select(count=value)
        raise ValueError(f"select at least 1 and at most {LIMITS.subjects}")
    if isinstance(value, str) and value.endswith("%"):
        if found := share(value):
            return Select(share=found)
        raise ValueError("0% selects nothing: leave the fault out")
    raise ValueError(f"{shown(value)} selects nothing: write a count such as 1, a share such as `30%`, or `all`")


def _typed(parse: Any, pattern: str, *examples: str) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(parse), WithJsonSchema(
        {"type": "string", "pattern": f"^(?:{pattern})$", "examples": list(examples)}
    )


def _at_most(limit: float) -> Any:
    def bounded(value: Json) -> float:
        seconds = duration(value)
        if not 0 < seconds <= limit:
            raise ValueError(f"write a duration above 0s and at most {for_people(limit)}")
        return seconds

    return bounded


_WHEN_SCHEMA = {"type": "string", "pattern": f"^(?:by hand|{_WHEN.pattern})$", "examples": ["30s", "5m after slow-db"]}
_SELECT_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": LIMITS.subjects},
        {"type": "string", "pattern": f"^(?:all|{_SHARE})$"},
    ],
    "examples": [1, "30%", "all"],
}
_duration, _duration_schema = _typed(duration, _DURATION, "30s", "1m30s")
_share, _share_schema = _typed(share, _SHARE, "20%")

Duration = Annotated[float, _duration, _duration_schema]
"""Zero or longer, in seconds."""
Span = Annotated[float, PlainValidator(_at_most(LIMITS.duration)), _duration_schema]
"""Longer than zero, in seconds."""
Every = Annotated[float, PlainValidator(_at_most(LIMITS.every)), _duration_schema]
Timeout = Annotated[float, PlainValidator(_at_most(LIMITS.timeout)), _duration_schema]
TimeLimit = Annotated[float, PlainValidator(_at_most(LIMITS.time_limit)), _duration_schema]
Share = Annotated[float, _share, _share_schema]
Moment = Annotated[When, PlainValidator(when), WithJsonSchema(_WHEN_SCHEMA)]
Selection = Annotated[Select, PlainValidator(select), WithJsonSchema(_SELECT_SCHEMA)]
Id = Annotated[str, StringConstraints(pattern=ID, max_length=LIMITS.id_chars)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=LIMITS.line_chars, pattern=LINE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=LIMITS.text_chars, pattern=TEXT)]
Names = Annotated[tuple[Id, ...], Field(max_length=LIMITS.names)]
Lines = Annotated[tuple[Line, ...], Field(max_length=LIMITS.names)]
