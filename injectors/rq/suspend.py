"""RQ's workers finish what they have and take no more jobs. Redis itself ends it at a time that we give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.redis import checkup, mark, sweep
from injectors.redis.consent import CONSENT, consented
from injectors.redis.server import Server, Settings
from injectors.rq.suspension import KEY, lift, suspend, suspended_by
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """It takes none: RQ suspends all workers of a Redis database together."""


@dataclass(frozen=True, slots=True)
class Suspend:
    """Our suspension of all RQ workers on one Redis database."""

    change: Change
    server: Server

    @property
    def owner(self) -> str:
        return f"rq on redis {self.server.settings.url}"

    @property
    def call_limit(self) -> float:
        return self.server.call_limit

    def prepare(self) -> Undo:
        with self.server.asking() as asking:
            consented(self.server, asking, self.change)
            if suspended_by(asking) is not None:
                raise Refused(f"{self.owner} is suspended already: rq resume")
            if not asking.look("SCARD", "rq:workers"):
                raise Refused(f"{self.owner} has no worker: this would not be felt")
        if self.change.expires_at is None:
            raise Refused("workers are never suspended without an end: give the fault a duration")
        return Undo(self.change.kind, 1, {"until": round(self.change.expires_at * 1000)})

    def inject(self, undo: Undo) -> None:
        until, ours = int(mark.recorded(undo).facts["until"]), mark.ours(self.change)
        with self.server.asking() as asking:
            suspend(asking, ours, until)
            found = suspended_by(asking)
        if found is None:
            raise InjectorError(f"{self.owner} was not suspended: the end is over by the server's clock")
        if found != ours:
            raise Refused(f"{self.owner} was suspended by somebody else since it was looked at: run the drill again")

    def revert(self, undo: Undo) -> None:
        mark.recorded(undo)
        with self.server.asking() as asking:
            lift(asking, mark.ours(self.change))
            if suspended_by(asking) is not None:
                raise Drifted(f"{self.owner} is suspended by somebody else (the key {KEY}): rq resume")

    def inspect(self, undo: Undo) -> State:
        mark.recorded(undo)
        with self.server.asking() as asking:
            found = suspended_by(asking)
        if found is None:
            return State.CLEAR
        return State.ACTIVE if found == mark.ours(self.change) else State.MIXED

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: the suspension is not there yet."""
        mark.recorded(undo)
        with self.server.asking() as asking:
            lift(asking, mark.ours(self.change))


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """All workers of the one server, if it answers."""
    rebuild(Parameters, parameters)
    server = Server(rebuild(Settings, settings))
    with server.asking():
        return [server.address]


def make(change: Change) -> Suspend:
    """Rebuild it from the change."""
    rebuild(Parameters, change.parameters)
    return Suspend(change, Server(rebuild(Settings, change.target)))


KIND = Kind(
    name="rq.suspend",
    summary="Suspends all RQ workers of a Redis database: jobs are taken in, nobody works on them.",
    target="redis",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="our suspension is lifted; if nobody can, Redis lets it end soon after the fault's duration",
    subjects=subjects,
    make=make,
    example="{}",
    sweep=sweep,
    checkup=checkup,
)
