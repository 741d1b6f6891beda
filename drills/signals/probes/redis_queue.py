"""What waits in a Redis list, stream or sorted set, and since when. Takes nothing out.

Redis removes a list that became empty, so a key that is not there is an empty list; a stream stays, so one that is not
there has vanished, and that is no answer.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from drills.signals.contract import Json, Unanswered
from drills.signals.moments import nanoseconds
from injectors.redis.server import Asking
from injectors.values import Keys

MESSAGE_LIMIT = 1024 * 1024
"""Bytes of a message that is read for its time."""
_SIZES = {"list": "LLEN", "stream": "XLEN", "zset": "ZCARD"}
_MILLISECONDS_FROM = 1e11
"""A number of seconds this large lies in the year 5138: it is milliseconds."""


class DepthKeys(Keys):
    """Which queue."""

    key: Annotated[str, Field(min_length=1, max_length=500)] = Field(description="the key of the list or stream")
    group: str | None = Field(
        default=None, min_length=1, max_length=200, description="of a stream: the consumer group whose queue it is"
    )


class AgeKeys(DepthKeys):
    """Which queue, and where a list's message says since when it waits; a stream's says it by itself."""

    time: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[\w-]+(\.[\w-]+)*$",
        description="of a list: the JSON field of a message with its time, such as `headers.sent_at`",
    )
    oldest: Literal["right", "left"] = Field(default="right", description="of a list: the end from which it is taken")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.group is not None and self.time is not None:
            raise ValueError("`group:` is for a stream, whose messages have a time; `time:` is for a list")
        return self


@dataclass(frozen=True, slots=True)
class Queue:
    """One key of one server."""

    key: str
    group: str | None = None

    def depth(self, line: Asking) -> tuple[int, dict[str, Json]]:
        """How many wait, and details for people. Raises `Unanswered`."""
        if self.group is not None:
            told = self._group(line)
            if told.get("lag") is None:
                raise Unanswered(f"Redis does not know how many messages {self.group} has not had yet (it needs 7.0)")
            undelivered, in_work = int(told["lag"]), int(told["pending"])
            return undelivered + in_work, {"undelivered": undelivered, "in_work": in_work}
        kind = self.kind(line)
        return (int(line.look(_SIZES[kind], self.key)) if kind != "none" else 0), {"type": kind}

    def kind(self, line: Asking) -> str:
        """`list`, `stream`, `zset`, or `none`: an empty list, or a mistyped key. Raises `Unanswered`."""
        found = str(line.look("TYPE", self.key))
        if found not in (*_SIZES, "none"):
            raise Unanswered(f"the key {self.key} holds a {found}, which is no queue")
        return found

    def oldest_in_stream(self, line: Asking) -> float | None:
        """When the oldest that waits was added, in UTC seconds; None: none waits. Raises `Unanswered`."""
        first = "-"
        if self.group is not None:
            told = self._group(line)
            in_work = line.look("XPENDING", self.key, self.group)[1]
            if in_work is not None:
                return _added(in_work)
            first = f"({told['last-delivered-id']}"
        found = line.look("XRANGE", self.key, first, "+", "COUNT", 1)
        return _added(found[0][0]) if found else None

    def oldest_in_list(self, line: Asking, place: int, time: str) -> float | None:
        """When the message at this end says that it was sent, in UTC seconds; None: the list is empty."""
        message = line.look("LINDEX", self.key, place)
        return None if message is None else sent(str(message), time)

    def _group(self, line: Asking) -> dict[str, Json]:
        if self.kind(line) != "stream":
            raise Unanswered(f"there is no stream {self.key}")
        for told in line.look("XINFO", "GROUPS", self.key):
            found = dict(zip(told[::2], told[1::2], strict=False))
            if found["name"] == self.group:
                return found
        raise Unanswered(f"the stream {self.key} has no group {self.group}")


def queue(keys: BaseModel) -> Queue:
    """The queue that a probe looks at."""
    given = DepthKeys.model_validate(keys.model_dump(include={"key", "group"}))
    return Queue(given.key, given.group)


def _added(number: str) -> float:
    """Read the milliseconds that a stream's own numbers begin with."""
    added = int(str(number).partition("-")[0]) / 1000
    if added < 1e9:
        raise Unanswered("the stream's numbers are not times: its producer chooses them itself")
    return added


def sent(message: str, path: str) -> float:
    """Read the time in a message: seconds or milliseconds since 1970, or RFC 3339. Raises `Unanswered`."""
    said = f"the oldest message has no time in its field `{path}`"
    if len(message) > MESSAGE_LIMIT:
        raise Unanswered(f"the oldest message is longer than {MESSAGE_LIMIT} bytes")
    try:
        found: Json = json.loads(message)
    except (ValueError, RecursionError):
        raise Unanswered("the oldest message is no JSON, so no time can be read from it") from None
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, str) and re.fullmatch(r"\d+(\.\d+)?", found):
        found = float(found)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return found / 1000 if found >= _MILLISECONDS_FROM else float(found)
    try:
        moment = nanoseconds(found) if isinstance(found, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise Unanswered(said)
    return moment / 1e9
