"""A container is stopped and stays down: its restart policy does not bring back what somebody stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from injectors.contract import Change, Drifted, Json, Kind, State, Undo
from injectors.docker import checkup, containers
from injectors.docker.containers import Chosen
from injectors.docker.daemon import Daemon, Settings
from injectors.values import Seconds, rebuild


class Parameters(Chosen):
    """Which containers, and how gently."""

    grace: Annotated[Seconds, Field(ge=0, le=30)] = Field(
        default=5.0, description="How long it may take to end by itself; then it is killed. In whole seconds."
    )


@dataclass(frozen=True, slots=True)
class Stop:
    """One container, stopped."""

    change: Change
    daemon: Daemon
    grace: int

    @property
    def owner(self) -> str:
        return f"{self.daemon.words} {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.daemon.call_limit + self.grace

    def prepare(self) -> Undo:
        found = containers.consented(self.daemon, self.change)
        containers.lasting(found, self.change.subject)
        return Undo(self.change.kind, 1, {"id": found["Id"]})

    def inject(self, undo: Undo) -> None:
        found = containers.still_there(self.daemon, undo, self.change.subject)
        if _state(found) is State.CLEAR:
            self.daemon.change("a stop", lambda client: client.stop(found["Id"], timeout=self.grace))

    def revert(self, undo: Undo) -> None:
        found = containers.same(self.daemon, undo)
        if found is None:
            return
        match _state(found):
            case State.ACTIVE:
                self._start(undo)
            case State.MIXED:
                told = f"{self.owner} is {containers.status(found)}, which neither we nor anybody before us made it"
                raise Drifted(f"{told}: mend it by hand")
            case State.CLEAR:
                pass

    def inspect(self, undo: Undo) -> State:
        found = containers.same(self.daemon, undo)
        return State.CLEAR if found is None else _state(found)

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: to start one that runs changes nothing."""
        self._start(undo)

    def _start(self, undo: Undo) -> None:
        self.daemon.change("a start", lambda client: client.start(containers.recorded(undo)["id"]))


def _state(found: Mapping[str, Json]) -> State:
    match containers.status(found):
        case "running":
            return State.CLEAR
        case "exited" | "created" | "dead":
            return State.ACTIVE
        case _:
            return State.MIXED


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The running containers that are meant."""
    return containers.chosen(settings, rebuild(Parameters, parameters))


def make(change: Change) -> Stop:
    """Rebuild it from the change."""
    grace = round(rebuild(Parameters, change.parameters).grace)
    return Stop(change, Daemon(rebuild(Settings, change.target)), grace)


KIND = Kind(
    name="docker.stop",
    summary="Stops a container, politely at first; it stays down.",
    target="docker",
    settings=Settings,
    parameters=Parameters,
    consent=containers.CONSENT,
    reverted_by="the same container is started again, unless responders did",
    subjects=subjects,
    make=make,
    example="{labels: {com.docker.compose.service: orders}}",
    checkup=checkup,
)
