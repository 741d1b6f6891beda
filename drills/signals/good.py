"""What `good:` says and what it means: the comparisons every probe may use, in one place. Pure; never looks itself.

No answer's text is ever quoted in a reason: a reason goes on the timeline, and an answer may hold a secret.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, StrictBool, StrictFloat, StrictInt, WithJsonSchema, model_validator

from drills.signals.contract import Json, Judgement, Unanswered
from injectors.values import Keys

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_DURATION = rf"-?(?:{_NUMBER}(?:ms|s|m|h|d))+"
_SHARE = rf"-?{_NUMBER}%"
_COMPARISONS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "below": ("below", operator.lt),
    "above": ("above", operator.gt),
    "at_least": ("at least", operator.ge),
    "at_most": ("at most", operator.le),
}


def amount(text: str) -> float | None:
    """Read `60s` as 60, `20%` as 0.2; None: it is neither."""
    sign = -1.0 if text.startswith("-") else 1.0
    if re.fullmatch(_SHARE, text):
        return float(text[:-1]) / 100
    if re.fullmatch(_DURATION, text):
        parts = re.findall(rf"({_NUMBER})(ms|s|m|h|d)", text)
        return sign * sum(float(number) * _UNITS[unit] for number, unit in parts)
    return None


def _amount(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    found = amount(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a number, a duration such as 60s, or a share such as 20%")
    return found


Amount = Annotated[
    float,
    BeforeValidator(_amount),
    Field(allow_inf_nan=False),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^({_DURATION}|{_SHARE})$"}],
            "examples": [5, "60s", "20%"],
        }
    ),
]
"""A limit; durations are held in seconds, shares as 0..1."""
_Finite = Annotated[StrictFloat, Field(allow_inf_nan=False)]
Scalar = StrictBool | StrictInt | _Finite | Annotated[str, Field(max_length=4096)]


class Core(Keys):
    """The comparisons of every probe's one value; all that are given must hold."""

    equals: Scalar | None = Field(default=None, description="exactly this value, of this type")
    below: Amount | None = Field(default=None, description="less than this")
    above: Amount | None = Field(default=None, description="more than this")
    at_least: Amount | None = Field(default=None, description="this or more")
    at_most: Amount | None = Field(default=None, description="this or less")

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        lows = [each for each in (self.above, self.at_least) if each is not None]
        highs = [each for each in (self.below, self.at_most) if each is not None]
        if lows and highs and max(lows) > min(highs):
            raise ValueError("no value can ever be good: the lower limit lies above the upper one")
        return self

    @property
    def compares(self) -> bool:
        """Is any comparison given?"""
        return self.equals is not None or any(getattr(self, name) is not None for name in _COMPARISONS)


class Compared(Core):
    """What a probe takes whose value is all there is to judge."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.compares:
            raise ValueError("say what good is: one of equals, below, above, at_least, at_most")
        return self


def judge(core: Core, what: str, value: Json, *, text: str | None = None, unit: str = "") -> Judgement:
    """Compare a probe's value; `text` is an answer that is no number, which only `equals` can find good.

    Raises `Unanswered` for null and for what is no finite number: neither says that anything is good or bad.
    """
    if value is None and text is None:
        raise Unanswered(f"{what} has no value")
    if isinstance(value, float) and not math.isfinite(value):
        raise Unanswered(f"{what} is not a finite number")
    found = text if value is None else value
    said = f"{what} {shown(found)}{unit if is_number(found) else ''}"
    for wanted, holds in _asked(core, found):
        if not holds:
            return Judgement(good=False, why=f"{said}, wanted {wanted}")
    return Judgement(good=True, why=said)


def _asked(core: Core, found: Json) -> list[tuple[str, bool]]:
    asked = [] if core.equals is None else [(shown(core.equals, ours=True), same(core.equals, found))]
    for name, (words, holds) in _COMPARISONS.items():
        limit = getattr(core, name)
        if limit is not None:
            asked.append((f"{words} {limit:g}", is_number(found) and holds(found, limit)))
    return asked


def is_number(value: Json) -> bool:
    """True and false are no numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(wanted: Json, found: Json) -> bool:
    """Equal and of one type: 1 is not true and not "1"; 3 and 3.0 are the same number, `60s` is 60."""
    if is_number(found):
        number = amount(wanted) if isinstance(wanted, str) else wanted
        return is_number(number) and bool(number == found)
    return type(wanted) is type(found) and bool(wanted == found)


def shown(value: Json, *, ours: bool = False) -> str:
    """A value in a reason; text only when it is `ours`, from the scenario."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "a huge number"
    if isinstance(value, str):
        return repr(value) if ours else f"a text of {len(value)} characters"
    return f"a list of {len(value)}" if isinstance(value, list) else "a map"
