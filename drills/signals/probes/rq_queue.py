"""The jobs that wait in one RQ queue. Takes none."""

from dataclasses import dataclass

from pydantic import BaseModel, Field

from drills.signals.contract import Json, Unanswered
from drills.signals.moments import nanoseconds
from injectors.redis.server import Asking
from injectors.values import Keys

JOBS_LIMIT = 1000
"""Jobs that are looked at for the oldest: those that are taken first, and at the front may be later ones."""


class Parameters(Keys):
    """Which queue."""

    queue: str = Field(min_length=1, max_length=200, description="the queue's name")


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue of a Redis database."""

    name: str

    def depth(self, line: Asking) -> int:
        """How many jobs wait. RQ remembers the name of each queue: one it does not know is `Unanswered`, not empty."""
        waiting = int(line.look("LLEN", self._key))
        if not waiting and not line.look("SISMEMBER", "rq:queues", self._key):
            raise Unanswered(f"RQ knows no queue {self.name}: nobody has put a job into it")
        return waiting

    def fields(self, line: Asking) -> dict[str, Json]:
        """Details for people."""
        return {"workers": int(line.look("SCARD", f"rq:workers:{self.name}")), "suspended": bool(self._suspended(line))}

    def oldest(self, line: Asking) -> float | None:
        """When the oldest job was put in, in UTC seconds; None: none waits. Raises `Unanswered`."""
        if not self.depth(line):
            return None
        jobs = line.look("LRANGE", self._key, 0, JOBS_LIMIT - 1)
        told = line.look_at_all([("HGET", f"rq:job:{job}", "enqueued_at") for job in jobs])
        times = [_seconds(str(each)) for each in told if each]
        if not times and jobs:
            raise Unanswered(f"no job in {self.name} says when it was put in")
        return min(times, default=None)

    def _suspended(self, line: Asking) -> Json:
        return line.look("EXISTS", "rq:suspended")

    @property
    def _key(self) -> str:
        return f"rq:queue:{self.name}"


def _seconds(text: str) -> float:
    try:
        moment = nanoseconds(text)
    except ValueError:
        moment = None
    if moment is None:
        raise Unanswered("a job's enqueued_at is no time that RQ writes")
    return moment / 1e9


def queue(keys: BaseModel) -> Queue:
    """The queue that a probe looks at."""
    return Queue(Parameters.model_validate(keys).queue)
