"""`rq.queue_depth`: how many jobs wait in an RQ queue. A queue that RQ does not know is no answer, never a 0."""

from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Judgement, ProbeKind, Reading
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from drills.signals.probes.redis_line import asking
from drills.signals.probes.rq_queue import Parameters, Queue, queue
from injectors.redis.server import Settings


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """One look at a queue."""

    settings: Settings
    queue: Queue
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Count the jobs that nobody has yet. Raises `Unanswered`: no answer, no right, no such queue."""
        with asking(self.settings, Deadline(timeout)) as line:
            return Reading(self.queue.depth(line), self.queue.fields(line))

    def judge(self, reading: Reading) -> Judgement:
        """Judge the number."""
        return judge(self.good, "jobs waiting", reading.value)


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> QueueDepth:
    return QueueDepth(Settings.model_validate(settings), queue(parameters), Compared.model_validate(good))


KIND = ProbeKind(
    name="rq.queue_depth",
    summary="Counts the jobs that wait in an RQ queue.",
    target="redis",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: rq.queue_depth, with: {queue: mails}, good: {below: 1000}}",
)
