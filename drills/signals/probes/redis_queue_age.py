"""`redis.queue_age`: how long has the oldest message of a list or a stream waited? By the server's clock."""

from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Judgement, ProbeKind, Reading, Unanswered
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from drills.signals.probes.redis_line import asking, now
from drills.signals.probes.redis_queue import AgeKeys, queue
from injectors.redis.server import Asking, Settings


@dataclass(frozen=True, slots=True)
class QueueAge:
    """One look at the message that waits longest."""

    settings: Settings
    keys: AgeKeys
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Seconds since it was added or sent, 0 when none waits. Raises `Unanswered`, also when no time is known."""
        with asking(self.settings, Deadline(timeout)) as line:
            since = self._since(line)
            age = 0.0 if since is None else max(0.0, round(now(line) - since, 3))
        return Reading(age, {"empty": since is None})

    def _since(self, line: Asking) -> float | None:
        held = queue(self.keys)
        kind = "stream" if self.keys.group is not None else held.kind(line)
        if kind == "stream":
            return held.oldest_in_stream(line)
        if kind == "zset":
            raise Unanswered(f"the key {self.keys.key} holds a sorted set, which says no time at all")
        if kind == "none":
            return None
        if self.keys.time is None:
            raise Unanswered("a list does not say since when a message waits: name the field that does with `time:`")
        return held.oldest_in_list(line, -1 if self.keys.oldest == "right" else 0, self.keys.time)

    def judge(self, reading: Reading) -> Judgement:
        """Judge the seconds."""
        return judge(self.good, "the oldest message has waited", reading.value, unit=" s")


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> QueueAge:
    keys = AgeKeys.model_validate(parameters)
    return QueueAge(Settings.model_validate(settings), keys, Compared.model_validate(good))


KIND = ProbeKind(
    name="redis.queue_age",
    summary="Tells how long the oldest message of a Redis list or stream has waited.",
    target="redis",
    settings=Settings,
    parameters=AgeKeys,
    good=Compared,
    make=_make,
    example="{probe: redis.queue_age, with: {key: orders, time: sent_at}, good: {below: 60s}}",
)
