"""The key that says whose fault is on a Redis server, so that a sweep can end it without the undo log. Knows no fault.

It is written before the fault and taken away after it. While it is there it names the drill's tag and the change's id.
"""

from injectors.contract import Change, Undo
from injectors.redis.server import Asking

PREFIX = "gameday:"


def key(fault: str) -> str:
    """Name the key of a fault: one for each kind, since a server bears each kind once."""
    return f"{PREFIX}{fault}"


def ours(change: Change) -> str:
    """Write down whose it is."""
    return f"{change.tag}.{change.id}"


def found(asking: Asking, fault: str) -> str | None:
    """Return whose fault of this kind is on the server, by the mark alone."""
    held: str | None = asking.look("GET", key(fault))
    return held


def recorded(undo: Undo) -> Undo:
    """Return the undo if this version can read it."""
    undo.of_version(1)
    return undo
