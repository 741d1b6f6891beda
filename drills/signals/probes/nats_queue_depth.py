"""`nats.queue_depth`: how many messages a consumer has not acknowledged. A server that does not answer says nothing."""

from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Judgement, ProbeKind, Reading
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from drills.signals.probes.nats_queue import Parameters, Queue, queue
from injectors.nats.server import Settings


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """One look at a consumer."""

    queue: Queue
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Count what waits, handed out or not. Raises `Unanswered`: no answer, no right, no such stream or consumer."""
        waiting, said = self.queue.waiting(Deadline(timeout))
        return Reading(waiting.depth, waiting.fields, said, "application/json")

    def judge(self, reading: Reading) -> Judgement:
        """Judge the number."""
        return judge(self.good, "messages not acknowledged", reading.value)


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> QueueDepth:
    return QueueDepth(queue(settings, parameters), Compared.model_validate(good))


KIND = ProbeKind(
    name="nats.queue_depth",
    summary="Counts the messages that a NATS consumer has not acknowledged.",
    target="nats",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: nats.queue_depth, with: {stream: confirmations, consumer: workers}, good: {below: 1000}}",
)
