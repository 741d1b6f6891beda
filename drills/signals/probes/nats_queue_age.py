"""`nats.queue_age`: how old is the oldest message a consumer has not acknowledged? By the server's clock."""

from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Judgement, ProbeKind, Reading, Unanswered
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from drills.signals.probes.nats_queue import Parameters, Queue, queue
from injectors.nats.server import Settings


@dataclass(frozen=True, slots=True)
class QueueAge:
    """One look at a consumer, and one at the message that waits longest."""

    queue: Queue
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Seconds since the oldest was stored, 0 when none waits. Raises `Unanswered`, as `nats.queue_depth` does."""
        deadline = Deadline(timeout)
        waiting, said = self.queue.waiting(deadline)
        stored = self.queue.stored(waiting, deadline) if waiting.depth else None
        if stored is None:
            return Reading(0.0, waiting.fields, said, "application/json")
        if waiting.at is None:
            raise Unanswered("this NATS server does not tell its time, so no age is known: it must be 2.10 or newer")
        # A message that came after we asked for the time is not younger than new.
        return Reading(max(0.0, round((waiting.at - stored) / 1e9, 3)), waiting.fields, said, "application/json")

    def judge(self, reading: Reading) -> Judgement:
        """Judge the seconds."""
        return judge(self.good, "the oldest message has waited", reading.value, unit=" s")


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> QueueAge:
    return QueueAge(queue(settings, parameters), Compared.model_validate(good))


KIND = ProbeKind(
    name="nats.queue_age",
    summary="Tells how long the oldest message that a NATS consumer has not acknowledged has waited.",
    target="nats",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: nats.queue_age, with: {stream: confirmations, consumer: workers}, good: {below: 60s}}",
)
