"""The one setting by which a Redis server refuses writes, and our mark beside it. It decides nothing.

`maxmemory` would refuse them too, but where keys may be evicted it throws them away first: no revert brings them back.
"""

from injectors.contract import InjectorError
from injectors.redis import mark
from injectors.redis.server import Asking

FAULT = "refuse_writes"
WANTED = "min-replicas-to-write"
OURS = 1_000_000
"""More replicas than any server has."""


def wanted(asking: Asking, name: str = WANTED) -> int:
    """Read the setting."""
    found = asking.look("CONFIG", "GET", name)
    if not found:
        raise InjectorError(f"the Redis server {asking.url} has no {name}: it must be 6.2 or newer")
    return int(found[1])


def marked(asking: Asking) -> tuple[str, str] | None:
    """Return whose mark is on the server, and what it says the setting was."""
    held = mark.found(asking, FAULT)
    if held is None:
        return None
    whose, _, was = held.partition(" ")
    return whose, was


def bend(asking: Asking, whose: str, was: int) -> None:
    """Mark it first: afterwards no key is written any more."""
    asking.change("SET", mark.key(FAULT), f"{whose} {was}")
    asking.change("CONFIG", "SET", WANTED, OURS)


def restore(asking: Asking, was: int) -> None:
    """Put the value back, then take the mark away: before, its removal would be refused."""
    asking.change("CONFIG", "SET", WANTED, was)
    asking.change("DEL", mark.key(FAULT))
