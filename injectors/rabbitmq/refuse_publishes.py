"""A queue takes no more messages: who confirms is told so, who does not loses them. What it holds is handed out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.rabbitmq import checkup, sweep
from injectors.rabbitmq.broker import Broker, Missing, Settings
from injectors.rabbitmq.consent import CONSENT, consented, known
from injectors.rabbitmq.policies import GENTLE, REFUSING, effective, ours, same
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """What the fault does."""

    queue: str = Field(min_length=1, max_length=255, description="The queue's name.")


@dataclass(frozen=True, slots=True)
class RefusePublishes:
    """Our policy on one queue, above the one that is in force; its name carries the drill's tag."""

    change: Change
    broker: Broker
    queue: str

    @property
    def owner(self) -> str:
        return f"rabbitmq {self.broker.address} queue {self.queue}"

    @property
    def call_limit(self) -> float:
        return self.broker.call_limit

    def prepare(self) -> Undo:
        found = consented(self.broker, self.change, self.queue)
        kind, given = str(found.get("type")), found.get("arguments") or {}
        if kind not in ("classic", "quorum"):
            raise Refused(f"{self.owner} is a {kind}, which never refuses a message")
        if given.get("x-overflow", "reject-publish") != "reject-publish":
            told = f"{self.owner} was declared with x-overflow {given['x-overflow']}, which goes before any policy"
            raise Refused(f"{told}: a limit would throw its messages away")
        theirs = effective(self._policies(), self.queue, kind)
        if theirs is not None and sweep.TAGGED.match(theirs["name"]):
            raise Refused(f"{self.owner} refuses messages already ({theirs['name']}): run `gameday sweep`")
        steps = [ours(self.queue, theirs, more) for more in (GENTLE, REFUSING)]
        return Undo(self.change.kind, 1, {"steps": steps, "type": kind})

    def inject(self, undo: Undo) -> None:
        try:
            self.broker.look("queues", self.broker.settings.vhost, self.queue)
            if (found := self._found()) is not None and same(found, _steps(undo)[-1]):
                return
            for body in _steps(undo):
                self.broker.put(*self._policy, body=body)
        except Missing:
            raise InjectorError(f"{self.owner} is gone since it was looked at: run the drill again") from None

    def revert(self, undo: Undo) -> None:
        steps, found = _steps(undo), self._found()
        if found is None:
            return
        if not any(same(found, body) for body in steps):
            raise Drifted(f"{self.owner}: somebody else changed the policy {self._policy[-1]}: remove it by hand")
        try:
            self.broker.delete(*self._policy)
        except Missing:
            return

    def inspect(self, undo: Undo) -> State:
        steps, found = _steps(undo), self._found()
        if found is None:
            return State.CLEAR
        if not same(found, steps[-1]):
            return State.MIXED
        first = effective(self._policies(), self.queue, str(undo.facts["type"]))
        return State.ACTIVE if first is not None and first["name"] == self._policy[-1] else State.MIXED

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: the policy is not there yet, and the broker must say just that."""
        _steps(undo)
        try:
            self.broker.delete(*self._policy)
        except Missing:
            return

    @property
    def _policy(self) -> tuple[str, str, str]:
        return "policies", self.broker.settings.vhost, f"{self.change.tag}.{self.change.id}"

    def _found(self) -> Mapping[str, Json] | None:
        try:
            found: Mapping[str, Json] = self.broker.look(*self._policy)
        except Missing:
            return None
        return found

    def _policies(self) -> Sequence[Mapping[str, Json]]:
        found: Sequence[Mapping[str, Json]] = self.broker.look("policies", self.broker.settings.vhost)
        return found


def _steps(undo: Undo) -> list[Mapping[str, Json]]:
    return list(undo.of_version(1)["steps"])


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The one queue, if it is there."""
    queue = rebuild(Parameters, parameters).queue
    known(Broker(rebuild(Settings, settings)), queue)
    return [queue]


def make(change: Change) -> RefusePublishes:
    """Rebuild it from the change."""
    queue = rebuild(Parameters, change.parameters).queue
    return RefusePublishes(change, Broker(rebuild(Settings, change.target)), queue)


KIND = Kind(
    name="rabbitmq.refuse_publishes",
    summary="A queue refuses every new message (a nack for who confirms), and still hands out what it holds.",
    target="rabbitmq",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="our policy is removed, and the one that was in force is so again",
    subjects=subjects,
    make=make,
    example="{queue: orders}",
    sweep=sweep,
    checkup=checkup,
)
