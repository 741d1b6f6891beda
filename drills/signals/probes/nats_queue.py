"""What waits in a NATS queue: the messages that one consumer has not acknowledged. Takes and acknowledges none.

A message waits until it is acknowledged, so those that were handed to a worker count: a worker that hangs is a queue
that does not move. Whoever wants only what nobody has yet finds it in the reading's fields.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from drills.signals.contract import Json, Unanswered
from drills.signals.dial import Deadline, resolve
from drills.signals.evidence import bounded
from drills.signals.moments import nanoseconds
from injectors.contract import InjectorError
from injectors.nats.server import Missing, Name, Server, Settings
from injectors.values import Keys

SHORTEST = 0.05
"""Seconds: a question that would get less time is not asked."""
FILTERS_LIMIT = 20
"""Subjects a consumer may choose from, each of which is one question."""


class Parameters(Keys):
    """Which queue."""

    stream: Name = Field(description="the stream that keeps the messages")
    consumer: Name = Field(description="the durable consumer that shares them out")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a consumer at one moment."""

    undelivered: int
    """Nobody has them yet."""
    in_work: int
    """Handed to somebody, not yet acknowledged."""
    paused: bool
    at: int | None
    """When this was so, by the server's own clock in UTC ns; None from a server too old to say it."""
    acknowledged: int
    """Every message up to this place in the stream is acknowledged."""
    subjects: tuple[str, ...]
    """What the consumer chooses from the stream."""

    @property
    def depth(self) -> int:
        """How many are not acknowledged."""
        return self.undelivered + self.in_work

    @property
    def fields(self) -> dict[str, Json]:
        """The details for people."""
        return {"undelivered": self.undelivered, "in_work": self.in_work, "paused": self.paused}


@dataclass(frozen=True, slots=True)
class Queue:
    """One consumer of one stream, asked over a connection of its own each time."""

    settings: Settings
    stream: str
    consumer: str

    def waiting(self, deadline: Deadline) -> tuple[Waiting, bytes]:
        """What waits, and the server's answer. Raises `Unanswered`."""
        try:
            said = self._ask(f"CONSUMER.INFO.{self.stream}.{self.consumer}", None, deadline)
        except Missing as nothing:
            raise Unanswered(str(nothing)) from None
        try:
            chosen = said["config"].get("filter_subjects") or [said["config"].get("filter_subject") or ">"]
            told = said.get("ts")
            found = Waiting(
                undelivered=int(said["num_pending"]),
                in_work=int(said["num_ack_pending"]),
                paused=bool(said.get("paused")),
                at=None if told is None else nanoseconds(told),
                acknowledged=int(said["ack_floor"]["stream_seq"]),
                subjects=tuple(map(str, chosen)),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Unanswered(f"the answer about {self.stream}/{self.consumer} has an unknown shape") from None
        return found, bounded(json.dumps(said).encode())

    def stored(self, waiting: Waiting, deadline: Deadline) -> int | None:
        """When the oldest message that waits was put into the stream, in UTC ns; None: none is there any more.

        Where a stream keeps acknowledged messages and the oldest unacknowledged one was deleted unseen, an acknowledged
        one behind it may be taken for it: what is told is never too young. Raises `Unanswered`.
        """
        if len(waiting.subjects) > FILTERS_LIMIT:
            told = f"{self.consumer} chooses from {len(waiting.subjects)} subjects"
            raise Unanswered(f"{told}, and each would have to be asked: {FILTERS_LIMIT} at most")
        found = [self._stored(subject, waiting.acknowledged + 1, deadline) for subject in waiting.subjects]
        oldest = min((each for each in found if each is not None), default=None)
        if oldest is None:
            self.waiting(deadline)  # no message, or no stream any more?
        return oldest

    def _stored(self, subject: str, first: int, deadline: Deadline) -> int | None:
        try:
            said = self._ask(f"STREAM.MSG.GET.{self.stream}", {"seq": first, "next_by_subj": subject}, deadline)
        except Missing:
            return None
        try:
            return nanoseconds(said["message"]["time"])
        except (KeyError, TypeError, ValueError):
            raise Unanswered(f"a message of {self.stream} has an unknown shape") from None

    def _ask(self, request: str, body: Mapping[str, Json] | None, deadline: Deadline) -> dict[str, Json]:
        """Ask once, for no longer than is left. Raises `Missing` or `Unanswered`."""
        parts = urlsplit(self.settings.url)
        resolve(parts.hostname or "", parts.port or 4222, deadline)  # the client's own look-up knows no limit
        try:
            limit = round(min(self.settings.timeout, max(SHORTEST, deadline.left())), 3)
            return Server(self.settings.model_copy(update={"timeout": limit})).ask(request, body)
        except TimeoutError:
            raise Unanswered(
                f"the NATS server {self.settings.url} did not answer within {deadline.seconds:g} s"
            ) from None
        except Missing:
            raise
        except InjectorError as wrong:
            raise Unanswered(str(wrong)) from None
        except OSError as wrong:
            raise Unanswered(
                f"the NATS server {self.settings.url} cannot be asked from here: {wrong.strerror}"
            ) from None


def queue(settings: BaseModel, parameters: BaseModel) -> Queue:
    """The queue that a probe looks at."""
    given = Parameters.model_validate(parameters)
    return Queue(Settings.model_validate(settings), given.stream, given.consumer)
