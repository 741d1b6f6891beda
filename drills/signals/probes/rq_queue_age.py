"""`rq.queue_age`: how long has the oldest job of an RQ queue waited? Since its `enqueued_at`, by the server's clock."""

from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Judgement, ProbeKind, Reading
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from drills.signals.probes.redis_line import asking, now
from drills.signals.probes.rq_queue import Parameters, Queue, queue
from injectors.redis.server import Settings


@dataclass(frozen=True, slots=True)
class QueueAge:
    """One look at the job that waits longest."""

    settings: Settings
    queue: Queue
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Seconds since it was put in, 0 when none waits. Raises `Unanswered`, as `rq.queue_depth` does."""
        with asking(self.settings, Deadline(timeout)) as line:
            since = self.queue.oldest(line)
            age = 0.0 if since is None else max(0.0, round(now(line) - since, 3))
            return Reading(age, self.queue.fields(line))

    def judge(self, reading: Reading) -> Judgement:
        """Judge the seconds."""
        return judge(self.good, "the oldest job has waited", reading.value, unit=" s")


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> QueueAge:
    return QueueAge(Settings.model_validate(settings), queue(parameters), Compared.model_validate(good))


KIND = ProbeKind(
    name="rq.queue_age",
    summary="Tells how long the oldest job of an RQ queue has waited.",
    target="redis",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: rq.queue_age, with: {queue: mails}, good: {below: 60s}}",
)
