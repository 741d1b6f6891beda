"""Does a JSON answer hold what `json:` wants? A subset match that says where it first differs; quotes no answer."""

import json
from typing import Any, NoReturn

from drills.signals.contract import Json
from drills.signals.good import same, shown


def parse(body: bytes) -> Json:
    """Read strict JSON. Raises `ValueError`, also for NaN and for nesting without end."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None


def difference(wanted: Json, found: Json, where: str = "json") -> str | None:
    """Say where `found` first differs; None: all that is wanted is there.

    Of a map only the wanted keys are looked at; a list must have the wanted length, each item matching in its turn.
    """
    if isinstance(wanted, dict):
        return _in_map(wanted, found, where)
    if isinstance(wanted, list):
        return _in_list(wanted, found, where)
    return None if same(wanted, found) else f"{where} is {shown(found)}, wanted {shown(wanted, ours=True)}"


def pick(found: Json, path: str) -> Json:
    """The value at `orders.0.waiting`; None when it is not there."""
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def _in_map(wanted: dict[str, Any], found: Json, where: str) -> str | None:
    if not isinstance(found, dict):
        return f"{where} is {shown(found)}, wanted a map"
    for key, value in wanted.items():
        here = f"{where}.{key}"
        if key not in found:
            return f"{here} is missing"
        if differs := difference(value, found[key], here):
            return differs
    return None


def _in_list(wanted: list[Any], found: Json, where: str) -> str | None:
    if not isinstance(found, list) or len(found) != len(wanted):
        return f"{where} is {shown(found)}, wanted a list of {len(wanted)}"
    for number, (left, right) in enumerate(zip(wanted, found, strict=True)):
        if differs := difference(left, right, f"{where}.{number}"):
            return differs
    return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
