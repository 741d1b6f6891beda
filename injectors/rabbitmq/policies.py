"""Which policy of a vhost is in force for a queue, and what ours says instead. Pure; it asks no broker."""

import re
from collections.abc import Mapping, Sequence

from injectors.contract import Json

REFUSING = {"max-length": 0, "overflow": "reject-publish"}
GENTLE = {"overflow": "reject-publish"}
"""Set first. A limit that comes before it, or with it, makes the queue throw away the messages it holds."""


def effective(policies: Sequence[Mapping[str, Json]], queue: str, kind: str) -> Mapping[str, Json] | None:
    """The one policy that is in force for a queue of this kind (`classic`, `quorum`): the highest that fits."""
    fitting = [each for each in policies if each["apply-to"] in _FOR.get(kind, ()) and _fits(each["pattern"], queue)]
    return max(fitting, key=lambda each: int(each["priority"]), default=None)


_FOR = {
    "classic": ("queues", "all", "classic_queues"),
    "quorum": ("queues", "all", "quorum_queues"),
}


def _fits(pattern: str, queue: str) -> bool:
    try:
        return re.search(pattern, queue) is not None
    except re.error:  # Erlang's patterns know a little more than ours: then it is taken to fit
        return True


def ours(queue: str, theirs: Mapping[str, Json] | None, more: Mapping[str, Json]) -> dict[str, Json]:
    """Write a policy for one queue that keeps all that the one in force says, and adds ours."""
    held = dict(theirs["definition"]) if theirs else {}
    return {
        "pattern": f"^{literal(queue)}$",
        "apply-to": "queues",
        "priority": int(theirs["priority"]) + 1 if theirs else 0,
        "definition": {**held, **more},
    }


def same(found: Mapping[str, Json], body: Mapping[str, Json]) -> bool:
    """Does the broker hold just this?"""
    return all(found.get(key) == value for key, value in body.items())


def literal(name: str) -> str:
    """Write a name so that a pattern means just it."""
    return re.sub(r"([^\w-])", r"\\\1", name, flags=re.ASCII)
