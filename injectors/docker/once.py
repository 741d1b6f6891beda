"""What a container suffers once: it is over when it runs again, by whoever started it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from docker import APIClient

from injectors.contract import Change, Json, Kind, State, Undo
from injectors.docker import checkup, containers
from injectors.docker.containers import Chosen
from injectors.docker.daemon import Daemon, Settings
from injectors.values import rebuild

Blow = Callable[[APIClient, str], object]
"""(the client, the container's id) -> the one call."""


class Parameters(Chosen):
    """Which containers."""


@dataclass(frozen=True, slots=True)
class Once:
    """One container, hit once."""

    change: Change
    daemon: Daemon
    blow: Blow
    grace: float

    @property
    def owner(self) -> str:
        return f"{self.daemon.words} {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.daemon.call_limit + self.grace

    def prepare(self) -> Undo:
        found = containers.consented(self.daemon, self.change)
        containers.lasting(found, self.change.subject)
        return Undo(self.change.kind, 1, {"id": found["Id"], "started": found["State"]["StartedAt"]})

    def inject(self, undo: Undo) -> None:
        found = containers.still_there(self.daemon, undo, self.change.subject)
        if not _hit(found, undo):
            self.daemon.change(self.change.kind, lambda client: self.blow(client, found["Id"]))

    def revert(self, undo: Undo) -> None:
        """Start it, if nobody did yet."""
        if self.inspect(undo) is State.ACTIVE:
            self.prove(undo)

    def inspect(self, undo: Undo) -> State:
        found = containers.same(self.daemon, undo)
        return State.CLEAR if found is None or found["State"]["Running"] else State.ACTIVE

    def happened(self, undo: Undo) -> bool:
        found = containers.same(self.daemon, undo)
        return found is None or _hit(found, undo)

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: to start one that runs changes nothing."""
        self.daemon.change("a start", lambda client: client.start(containers.recorded(undo)["id"]))


def _hit(found: Mapping[str, Json], undo: Undo) -> bool:
    state = found["State"]
    return not state["Running"] or state["StartedAt"] != containers.recorded(undo)["started"]


def kind(fault: str, summary: str, reverted_by: str, blow: Blow, grace: float = 0.0) -> Kind:
    """The registered kind of one such blow; `grace`: seconds that the daemon itself may wait for the container."""

    def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
        return containers.chosen(settings, rebuild(Parameters, parameters))

    def make(change: Change) -> Once:
        return Once(change, Daemon(rebuild(Settings, change.target)), blow, grace)

    return Kind(
        name=f"docker.{fault}",
        summary=summary,
        target="docker",
        settings=Settings,
        parameters=Parameters,
        consent=containers.CONSENT,
        reverted_by=reverted_by,
        subjects=subjects,
        make=make,
        holds=False,
        example="{name: shop-orders-1}",
        checkup=checkup,
    )
