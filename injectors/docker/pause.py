"""A container is frozen: its connections stay open, and nothing answers on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, Drifted, Json, Kind, State, Undo
from injectors.docker import checkup, containers
from injectors.docker.containers import Chosen
from injectors.docker.daemon import Daemon, Settings
from injectors.values import rebuild


class Parameters(Chosen):
    """Which containers."""


@dataclass(frozen=True, slots=True)
class Pause:
    """One container, frozen."""

    change: Change
    daemon: Daemon

    @property
    def owner(self) -> str:
        return f"{self.daemon.words} {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.daemon.call_limit

    def prepare(self) -> Undo:
        found = containers.consented(self.daemon, self.change)
        return Undo(self.change.kind, 1, {"id": found["Id"], "started": found["State"]["StartedAt"]})

    def inject(self, undo: Undo) -> None:
        found = containers.still_there(self.daemon, undo, self.change.subject)
        if _state(found, undo) is State.CLEAR:
            self.daemon.change("a pause", lambda client: client.pause(found["Id"]))

    def revert(self, undo: Undo) -> None:
        found = containers.same(self.daemon, undo)
        if found is None:
            return
        match _state(found, undo):
            case State.ACTIVE:
                self.daemon.change("an end of the pause", lambda client: client.unpause(found["Id"]))
            case State.MIXED:
                raise Drifted(f"somebody stopped {self.owner} meanwhile, it is {containers.status(found)}: start it")
            case State.CLEAR:
                pass

    def inspect(self, undo: Undo) -> State:
        found = containers.same(self.daemon, undo)
        return State.CLEAR if found is None else _state(found, undo)


def _state(found: Mapping[str, Json], undo: Undo) -> State:
    """A pause ends with the processes that it froze: one that was started anew is not ours to wake."""
    if found["State"]["Paused"] and found["State"]["StartedAt"] == containers.recorded(undo)["started"]:
        return State.ACTIVE
    return State.CLEAR if found["State"]["Running"] else State.MIXED


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The running containers that are meant."""
    return containers.chosen(settings, rebuild(Parameters, parameters))


def make(change: Change) -> Pause:
    """Rebuild it from the change."""
    return Pause(change, Daemon(rebuild(Settings, change.target)))


KIND = Kind(
    name="docker.pause",
    summary="Freezes a container: whoever talks to it waits, and no connection breaks.",
    target="docker",
    settings=Settings,
    parameters=Parameters,
    consent=containers.CONSENT,
    reverted_by="the pause is ended; a container that was restarted meanwhile is left as it is",
    subjects=subjects,
    make=make,
    example="{name: shop-orders-1}",
    checkup=checkup,
)
