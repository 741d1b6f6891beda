"""Writes wait without an answer while reads go on. The server itself ends it at a time that we give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, InjectorError, Json, Kind, Refused, State, Undo
from injectors.redis import checkup, mark, sweep
from injectors.redis.consent import CONSENT, consented, primary
from injectors.redis.pausing import FAULT, paused, resume
from injectors.redis.server import Asking, Server, Settings
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """It takes none: a pause is of the whole server."""


@dataclass(frozen=True, slots=True)
class PauseClients:
    """Our pause of one server's writes. No Redis tells whose a pause is, so a key beside it does."""

    change: Change
    server: Server

    @property
    def owner(self) -> str:
        return f"redis {self.server.address}"

    @property
    def call_limit(self) -> float:
        return self.server.call_limit

    def prepare(self) -> Undo:
        with self.server.asking() as asking:
            consented(self.server, asking, self.change)
            primary(self.server, asking)
        if paused(self.server):
            raise Refused(f"{self.owner} is paused already: redis-cli CLIENT UNPAUSE")
        if self.change.expires_at is None:
            raise Refused("a pause is never made without an end: give the fault a duration")
        return Undo(self.change.kind, 1, {"until": round(self.change.expires_at * 1000)})

    def inject(self, undo: Undo) -> None:
        until = int(mark.recorded(undo).facts["until"])
        held = paused(self.server)
        with self.server.asking() as asking:
            if held and self._marked(asking):
                return
            if held:
                raise Refused(f"{self.owner} was paused by somebody else since it was looked at: run the drill again")
            seconds, micros = map(int, asking.look("TIME"))
            left = until - seconds * 1000 - micros // 1000
            if left <= 0:
                raise InjectorError(f"{self.owner} was not paused: the pause's end is over by the server's clock")
            asking.change("SET", mark.key(FAULT), mark.ours(self.change), "PXAT", until)
            asking.change("CLIENT", "PAUSE", left, "WRITE")

    def revert(self, undo: Undo) -> None:
        """End the pause if the mark says that it is ours, and take the mark away."""
        mark.recorded(undo)
        with self.server.asking() as asking:
            if self._marked(asking):
                resume(asking)

    def inspect(self, undo: Undo) -> State:
        mark.recorded(undo)
        if not paused(self.server):
            return State.CLEAR
        with self.server.asking() as asking:
            return State.ACTIVE if self._marked(asking) else State.CLEAR

    def prove(self, undo: Undo) -> None:
        """Make revert's own calls, on a server that is not paused and bears no mark."""
        mark.recorded(undo)
        if paused(self.server):
            raise Refused(f"{self.owner} was paused by somebody else since it was looked at: run the drill again")
        with self.server.asking() as asking:
            if mark.found(asking, FAULT) is None:
                resume(asking)

    def _marked(self, asking: Asking) -> bool:
        return mark.found(asking, FAULT) == mark.ours(self.change)


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The one server, if it answers."""
    rebuild(Parameters, parameters)
    server = Server(rebuild(Settings, settings))
    with server.asking():
        return [server.address]


def make(change: Change) -> PauseClients:
    """Rebuild it from the change."""
    rebuild(Parameters, change.parameters)
    return PauseClients(change, Server(rebuild(Settings, change.target)))


KIND = Kind(
    name="redis.pause_clients",
    summary="Holds every client's writes: they get no answer until it ends, while reads are answered.",
    target="redis",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="our pause is ended; if nobody can, the server ends it soon after the fault's duration",
    subjects=subjects,
    make=make,
    example="{}",
    sweep=sweep,
    checkup=checkup,
)
