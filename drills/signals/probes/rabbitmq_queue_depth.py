"""`rabbitmq.queue_depth`: how many messages nobody has yet, at this moment. No answer is never a 0."""

from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Judgement, ProbeKind, Reading
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from drills.signals.probes.rabbitmq_queue import Parameters, ready
from injectors.rabbitmq.broker import Settings


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """One look at a queue."""

    settings: Settings
    queue: str
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Count what is ready; what a consumer holds is not counted. Raises `Unanswered`."""
        found = ready(self.settings, self.queue, Deadline(timeout))
        return Reading(found.messages, {"consumers": found.consumers})

    def judge(self, reading: Reading) -> Judgement:
        """Judge the number."""
        return judge(self.good, "messages waiting", reading.value)


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> QueueDepth:
    queue = Parameters.model_validate(parameters).queue
    return QueueDepth(Settings.model_validate(settings), queue, Compared.model_validate(good))


KIND = ProbeKind(
    name="rabbitmq.queue_depth",
    summary="Counts the messages of a RabbitMQ queue that nobody has yet.",
    target="rabbitmq",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: rabbitmq.queue_depth, with: {queue: orders}, good: {below: 5000}}",
)
