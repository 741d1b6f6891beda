"""`redis.queue_depth`: how many messages wait in a list, a stream or a sorted set. No answer is never a 0."""

from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Judgement, ProbeKind, Reading
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from drills.signals.probes.redis_line import asking
from drills.signals.probes.redis_queue import DepthKeys, Queue, queue
from injectors.redis.server import Settings


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """One look at a key."""

    settings: Settings
    queue: Queue
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Count what waits; of a group also what was handed out. Raises `Unanswered`: no answer, no stream."""
        with asking(self.settings, Deadline(timeout)) as line:
            depth, fields = self.queue.depth(line)
        return Reading(depth, fields)

    def judge(self, reading: Reading) -> Judgement:
        """Judge the number."""
        return judge(self.good, "messages waiting", reading.value)


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> QueueDepth:
    return QueueDepth(Settings.model_validate(settings), queue(parameters), Compared.model_validate(good))


KIND = ProbeKind(
    name="redis.queue_depth",
    summary="Counts what waits in a Redis list or sorted set, or what a stream's group has not acknowledged.",
    target="redis",
    settings=Settings,
    parameters=DepthKeys,
    good=Compared,
    make=_make,
    example="{probe: redis.queue_depth, with: {key: orders}, good: {below: 1000}}",
)
