"""The key by which RQ's workers know that they are suspended, and our word in it. It decides nothing.

RQ asks only whether the key is there (`rq.suspension`), so what it holds is free: ours holds the drill's tag.
"""

from injectors.redis.server import Asking

KEY = "rq:suspended"
# Compared and deleted in one step: somebody's own suspension that comes in between is not ended.
_LIFT = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


def suspended_by(asking: Asking) -> str | None:
    """Return what the key holds; RQ itself writes 1."""
    held: str | None = asking.look("GET", KEY)
    return held


def suspend(asking: Asking, whose: str, until: int) -> None:
    """Suspend until this time (UTC ms), unless somebody has; RQ's own function would leave it without an end if cut."""
    asking.change("SET", KEY, whose, "NX", "PXAT", until)


def lift(asking: Asking, whose: str) -> None:
    """End this suspension and no other."""
    asking.change("EVAL", _LIFT, 1, KEY, whose)
