"""A server answers every write with an error, while reads go on: a primary that has lost its replicas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, Drifted, Json, Kind, Refused, State, Undo
from injectors.redis import checkup, mark, sweep
from injectors.redis.consent import CONSENT, consented, primary
from injectors.redis.replicas import FAULT, OURS, WANTED, bend, marked, restore, wanted
from injectors.redis.server import Asking, Server, Settings
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """It takes none: the setting is of the whole server."""


@dataclass(frozen=True, slots=True)
class RefuseWrites:
    """One server that wants more replicas than it will ever have."""

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
            was = wanted(asking)
            if was == OURS:
                raise Refused(f"{self.owner} refuses writes already: run `gameday sweep`, or set its {WANTED}")
            if wanted(asking, "min-replicas-max-lag") == 0:
                raise Refused(f"{self.owner} has min-replicas-max-lag 0, which turns {WANTED} off: set it to 10")
        return Undo(self.change.kind, 1, {"was": was})

    def inject(self, undo: Undo) -> None:
        was = _was(undo)
        with self.server.asking() as asking:
            found = wanted(asking)
            if found == OURS and self._ours(asking):
                return
            if found != was:
                raise Refused(f"{self.owner} was changed since it was looked at: run the drill again")
            bend(asking, mark.ours(self.change), was)

    def revert(self, undo: Undo) -> None:
        was = _was(undo)
        with self.server.asking() as asking:
            match self._state(asking, undo):
                case State.ACTIVE:
                    restore(asking, was)
                case State.MIXED:
                    found = wanted(asking)
                    raise Drifted(f"{self.owner}: somebody else set {WANTED} to {found}, it was {was}: mend it by hand")
                case State.CLEAR if self._ours(asking):
                    asking.change("DEL", mark.key(FAULT))

    def inspect(self, undo: Undo) -> State:
        with self.server.asking() as asking:
            return self._state(asking, undo)

    def prove(self, undo: Undo) -> None:
        """Make revert's own calls with the value as it is."""
        was = _was(undo)
        with self.server.asking() as asking:
            if wanted(asking) == was and marked(asking) is None:
                restore(asking, was)

    def _state(self, asking: Asking, undo: Undo) -> State:
        was, found, whose = _was(undo), wanted(asking), marked(asking)
        if whose is not None and whose[0] != mark.ours(self.change):
            return State.CLEAR
        if found == OURS:
            return State.ACTIVE
        return State.CLEAR if whose is None or found <= was else State.MIXED

    def _ours(self, asking: Asking) -> bool:
        whose = marked(asking)
        return whose is not None and whose[0] == mark.ours(self.change)


def _was(undo: Undo) -> int:
    return int(mark.recorded(undo).facts["was"])


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The one server, if it answers."""
    rebuild(Parameters, parameters)
    server = Server(rebuild(Settings, settings))
    with server.asking():
        return [server.address]


def make(change: Change) -> RefuseWrites:
    """Rebuild it from the change."""
    rebuild(Parameters, change.parameters)
    return RefuseWrites(change, Server(rebuild(Settings, change.target)))


KIND = Kind(
    name="redis.refuse_writes",
    summary="Answers every write with NOREPLICAS, as a primary does that has lost its replicas; reads work.",
    target="redis",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by=f"the server's old {WANTED} is put back; a restart of the server ends it too",
    subjects=subjects,
    make=make,
    example="{}",
    sweep=sweep,
    checkup=checkup,
)
