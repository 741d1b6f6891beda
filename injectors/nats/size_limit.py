"""The one limit by which a stream refuses writes, as changes of its configuration. It asks no server.

`max_msg_size` is the only limit that refuses without touching what is stored: others let go old messages, or would as
soon as somebody changed `discard` beside them.
"""

from collections.abc import Mapping

from injectors.contract import Json
from injectors.nats.stream import TAG, WAS, metadata

FIELD = "max_msg_size"
OURS = 1
"""Bytes; the smallest limit there is, since 0 means none."""


def bent(config: Mapping[str, Json], tag: str) -> dict[str, Json]:
    """Return the configuration with our limit, and our mark on it."""
    return {**config, FIELD: OURS, "metadata": {**metadata(config), TAG: tag, WAS: str(config[FIELD])}}


def restored(config: Mapping[str, Json], limit: int) -> dict[str, Json]:
    """Return the configuration with this limit and without our mark."""
    kept = {key: value for key, value in metadata(config).items() if key not in (TAG, WAS)}
    without = {key: value for key, value in config.items() if key != "metadata"}
    return {**without, FIELD: limit, **({"metadata": kept} if kept else {})}


def takes_as_much(limit: int, was: int) -> bool:
    """Does a stream with this limit take every message that it took before?"""
    return limit < 0 or limit >= was > 0
