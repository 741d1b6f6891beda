"""A user's consumers get nothing from a queue: their right to read it is taken away and their connections are closed.

RabbitMQ cannot pause a consumer, and one whose connection alone is closed comes back at once. Without the right it
comes back and is refused.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import Field

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.rabbitmq import checkup, sweep
from injectors.rabbitmq.broker import Broker, Missing, Settings
from injectors.rabbitmq.consent import CONSENT, consented, known
from injectors.rabbitmq.permissions import read_back, without
from injectors.values import Keys, rebuild

CONNECTIONS = 100
"""Closed by one call, at most."""
UNKNOWN = ""
"""Whose a consumer is that the broker's statistics have not seen yet."""


class Parameters(Keys):
    """What the fault does."""

    queue: str = Field(min_length=1, max_length=255, description="The queue's name.")


@dataclass(frozen=True, slots=True)
class PauseConsumers:
    """One user's right to read, without one queue."""

    change: Change
    broker: Broker
    queue: str

    @property
    def owner(self) -> str:
        return f"rabbitmq {self.broker.address} permissions of {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.broker.call_limit

    def prepare(self) -> Undo:
        consented(self.broker, self.change, self.queue)
        right = self._right()
        if right is None:
            raise Refused(f"{self.owner} are not kept by the broker itself, so they cannot be changed there")
        if read_back(right["read"]):
            raise Refused(f"{self.owner} are bent already: run `gameday sweep`")
        if not right["read"]:
            raise Refused(f"{self.owner} let it read nothing: this would not be felt")
        bent = without(right["read"], self.queue, f"{self.change.tag}.{self.change.id}")
        return Undo(self.change.kind, 1, {"was": right["read"], "bent": bent})

    def inject(self, undo: Undo) -> None:
        was, bent = _facts(undo)
        right = self._right()
        if right is None:
            raise InjectorError(f"{self.owner} are gone since they were looked at: run the drill again")
        if right["read"] not in (was, bent):
            raise Refused(f"{self.owner} were changed since they were looked at: run the drill again")
        if right["read"] == was:
            self._write({**right, "read": bent})
        for line in self._lines():
            with suppress(Missing):  # it left by itself
                self.broker.delete("connections", line)

    def revert(self, undo: Undo) -> None:
        """Put the right to read back; what somebody changed about the other rights meanwhile stays."""
        was, bent = _facts(undo)
        right = self._right()
        if right is None or right["read"] == was:
            return
        if right["read"] != bent:
            raise Drifted(f"{self.owner}: somebody else changed the right to read, it was {was!r}: mend it by hand")
        self._write({**right, "read": was})

    def inspect(self, undo: Undo) -> State:
        was, bent = _facts(undo)
        right = self._right()
        if right is None or right["read"] == was:
            return State.CLEAR
        there = {user for user, _ in consumers(self.broker, self.queue)}
        return State.ACTIVE if right["read"] == bent and not there & {self.change.subject, UNKNOWN} else State.MIXED

    def prove(self, undo: Undo) -> None:
        """Make revert's own call with the rights as they are."""
        _facts(undo)
        right = self._right()
        if right is not None:
            self._write(right)

    def _right(self) -> dict[str, str] | None:
        try:
            found = self.broker.look("permissions", self.broker.settings.vhost, self.change.subject)
        except Missing:
            return None
        return {name: str(found[name]) for name in ("configure", "write", "read")}

    def _write(self, right: Mapping[str, str]) -> None:
        self.broker.put("permissions", self.broker.settings.vhost, self.change.subject, body=right)

    def _lines(self) -> list[str]:
        """Name the connections to close: this user's consumers', or all of this user's while one is not known."""
        found = consumers(self.broker, self.queue)
        if any(user == UNKNOWN for user, _ in found):
            opened = self.broker.look("vhosts", self.broker.settings.vhost, "connections")
            return [str(each["name"]) for each in opened if each.get("user") == self.change.subject][:CONNECTIONS]
        return sorted({line for user, line in found if user == self.change.subject})[:CONNECTIONS]


def consumers(broker: Broker, queue: str) -> list[tuple[str, str]]:
    """Return who consumes from the queue: (user, connection), both empty for one that came a moment ago."""
    try:
        listed = broker.look("consumers", broker.settings.vhost)
    except Missing:
        return []
    told = [each["channel_details"] or {} for each in listed if each["queue"]["name"] == queue]
    return [(str(each.get("user", UNKNOWN)), str(each.get("connection_name", ""))) for each in told]


def _facts(undo: Undo) -> tuple[str, str]:
    facts = undo.of_version(1)
    return str(facts["was"]), str(facts["bent"])


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The users whose consumers the queue has, sorted."""
    broker, queue = Broker(rebuild(Settings, settings)), rebuild(Parameters, parameters).queue
    known(broker, queue)
    users = {user for user, _ in consumers(broker, queue)}
    if UNKNOWN in users:
        raise Refused(f"a consumer of {queue} came a moment ago and is not known yet: try again in five seconds")
    if not users:
        raise Refused(f"nobody consumes from the queue {queue} of {broker.address}: this would not be felt")
    return sorted(users)


def make(change: Change) -> PauseConsumers:
    """Rebuild it from the change."""
    queue = rebuild(Parameters, change.parameters).queue
    return PauseConsumers(change, Broker(rebuild(Settings, change.target)), queue)


KIND = Kind(
    name="rabbitmq.pause_consumers",
    summary="Keeps a user's consumers away from a queue: it takes messages, nobody gets them.",
    target="rabbitmq",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="the user's right to read is put back; consumers that try again are let in",
    subjects=subjects,
    make=make,
    example="{queue: orders}",
    sweep=sweep,
    checkup=checkup,
)
