"""Is a Redis server paused, and the way to end that. It decides nothing."""

from injectors.redis import mark
from injectors.redis.server import Asking, Server

FAULT = "pause_clients"
NOWHERE = "gameday:nothing"
"""A key that is never there."""


def paused(server: Server) -> bool:
    """Look whether writes are held: `PFCOUNT` reads, but Redis holds it together with them.

    Raises `Unreachable`, also while somebody else's pause holds everything.
    """
    return server.holds("PFCOUNT", NOWHERE)


def resume(asking: Asking) -> None:
    """End a pause of writes, then take the mark away: before, its removal would be held as well."""
    asking.change("CLIENT", "UNPAUSE")
    asking.change("DEL", mark.key(FAULT))
