"""How a user's right to read looks with one queue taken out of it, so that the old right can be read back. Pure.

RabbitMQ's rights are patterns, searched for in a name. Ours keeps the old one inside and carries the drill's tag as a
comment, so whoever finds it can restore it.
"""

import re

from injectors.rabbitmq.policies import literal

_BEFORE, _BETWEEN, _AFTER = "^(?!", "$)(?=[\\s\\S]*(?:", "))"
_OURS = re.compile(
    rf"\(\?#(gameday-[A-Za-z0-9-]+)\.([^)]*)\){re.escape(_BEFORE)}(.*?){re.escape(_BETWEEN)}(.*){re.escape(_AFTER)}",
    re.DOTALL,
)


def without(right: str, queue: str, whose: str) -> str:
    """Write the right to read all that `right` allows, but not this queue; `whose` is a tag and a change's id."""
    return f"(?#{whose}){_BEFORE}{literal(queue)}{_BETWEEN}{right}{_AFTER}"


def read_back(right: str) -> tuple[str, str] | None:
    """Return the tag and the old right of one that is ours."""
    found = _OURS.fullmatch(right)
    return (found[1], found[4]) if found else None
