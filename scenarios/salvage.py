"""What is left of a file when its broken parts are left out, so that the rest is checked too. It is never run."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

UNREADABLE = "unreadable"
"""Stands in a rest where a required word was missing or wrong."""
_NAMED = ("probes", "faults", "messages", "parts", "expect", "vars")
_REQUIRED = ("scenario", "game_day", "title", "service")


def without(data: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """`data` without the smallest named thing around each error."""
    rest = {key: dict(value) if key in _NAMED and isinstance(value, Mapping) else value for key, value in data.items()}
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        _drop(rest, [str(step) for step in each["loc"]])
    return rest


def _drop(rest: dict[str, Any], path: Sequence[str]) -> None:
    if not path:
        return
    first = path[0]
    inner = rest.get(first)
    if first in _NAMED and isinstance(inner, dict) and len(path) > 1 and path[1] != "[key]":
        inner.pop(path[1], None)
    elif first in _REQUIRED:
        rest[first] = UNREADABLE
    else:
        rest.pop(first, None)
