"""`rabbitmq.queue_age`: how long has the first message of a queue waited? By the timestamp that its publisher set."""

import time
from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Json, Judgement, ProbeKind, Reading, Unanswered
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from drills.signals.probes.rabbitmq_queue import SHORTEST, Parameters, ready
from injectors.contract import InjectorError
from injectors.rabbitmq.broker import Broker, Settings


@dataclass(frozen=True, slots=True)
class QueueAge:
    """One look at how many wait, and one at the first one's timestamp."""

    settings: Settings
    queue: str
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Seconds since the first was published, 0 when none is ready. Raises `Unanswered`, also without a timestamp.

        The broker repeats a timestamp in its statistics, up to five seconds late, and only of a classic queue.
        """
        deadline = Deadline(timeout)
        found = ready(self.settings, self.queue, deadline)
        fields = {"ready": found.messages, "consumers": found.consumers}
        if not found.messages:
            return Reading(0.0, fields)
        published = self._published(deadline)
        return Reading(max(0.0, round(time.time() - published, 3)), fields)

    def _published(self, deadline: Deadline) -> float:
        told = self._statistics(deadline)
        if told.get("type") != "classic":
            raise Unanswered(f"{self.queue} is a {told.get('type')} queue, of which the broker tells no timestamp")
        if not told.get("messages_ready"):
            raise Unanswered(f"the broker's statistics have not seen yet what waits in {self.queue}: they are 5 s late")
        at = told.get("head_message_timestamp")
        if not isinstance(at, int):
            raise Unanswered(f"the first message in {self.queue} carries no timestamp: its publisher must set one")
        return float(at)

    def _statistics(self, deadline: Deadline) -> dict[str, Json]:
        try:
            limit = round(min(self.settings.timeout, max(SHORTEST, deadline.left())), 3)
            broker = Broker(self.settings.model_copy(update={"timeout": limit}))
            found: dict[str, Json] = broker.look("queues", self.settings.vhost, self.queue)
        except TimeoutError:
            raise Unanswered(f"{self.settings.url} did not answer within {deadline.seconds:g} s") from None
        except InjectorError as wrong:
            raise Unanswered(str(wrong)) from None
        return found

    def judge(self, reading: Reading) -> Judgement:
        """Judge the seconds."""
        return judge(self.good, "the first message has waited", reading.value, unit=" s")


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> QueueAge:
    queue = Parameters.model_validate(parameters).queue
    return QueueAge(Settings.model_validate(settings), queue, Compared.model_validate(good))


KIND = ProbeKind(
    name="rabbitmq.queue_age",
    summary="Tells how long the first message of a RabbitMQ queue has waited, where publishers set timestamps.",
    target="rabbitmq",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: rabbitmq.queue_age, with: {queue: orders}, good: {below: 60s}}",
)
