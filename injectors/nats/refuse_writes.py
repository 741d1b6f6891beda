"""A stream answers every write with an error, while reads go on: a region that lost write access."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.nats import checkup, stream, sweep
from injectors.nats.server import Missing, Name, Server, Settings
from injectors.nats.size_limit import FIELD, OURS, bent, restored, takes_as_much
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """What the fault does."""

    stream: Name = Field(description="The stream's name; a KV bucket's is KV_<bucket>.")


@dataclass(frozen=True, slots=True)
class RefuseWrites:
    """One stream whose messages may be of one byte at most."""

    change: Change
    server: Server
    name: str

    @property
    def owner(self) -> str:
        return f"nats {self.server.settings.url} stream {self.name}"

    @property
    def call_limit(self) -> float:
        return self.server.call_limit

    def prepare(self) -> Undo:
        info = stream.consented(self.server, self.change, self.name)
        config = info["config"]
        if config[FIELD] in (0, OURS):
            raise Refused(f"{self.owner} takes no writes already: run `gameday sweep`, or set its {FIELD}")
        if config.get("mirror") or config.get("sources") or config.get("sealed"):
            raise Refused(f"{self.owner} gets its messages from another stream or is sealed: this would not be felt")
        return Undo(self.change.kind, 1, {"was": config[FIELD], "created": info["created"]})

    def inject(self, undo: Undo) -> None:
        was = _was(undo)
        try:
            config = stream.look(self.server, self.name)["config"]
            if self._tagged(config) and config[FIELD] == OURS:
                return
            if config[FIELD] != was:
                raise Refused(f"{self.owner} was changed since it was looked at: run the drill again")
            self._update(bent(config, self.change.tag))
        except Missing:
            raise InjectorError(f"{self.owner} is gone since it was looked at: run the drill again") from None

    def revert(self, undo: Undo) -> None:
        """Put back what we changed and nothing else: what others changed meanwhile stays."""
        was = _was(undo)
        try:
            info = stream.look(self.server, self.name)
            match self._state(info, undo):
                case State.ACTIVE:
                    self._update(restored(info["config"], was))
                case State.MIXED:
                    found = info["config"][FIELD]
                    raise Drifted(f"{self.owner}: somebody else set {FIELD} to {found}, it was {was}: mend it by hand")
                case State.CLEAR if self._tagged(info["config"]):
                    self._update(restored(info["config"], info["config"][FIELD]))
        except Missing:
            return

    def inspect(self, undo: Undo) -> State:
        try:
            return self._state(stream.look(self.server, self.name), undo)
        except Missing:
            return State.CLEAR

    def prove(self, undo: Undo) -> None:
        """Make revert's own call with the configuration as it is."""
        _was(undo)
        self._update(stream.look(self.server, self.name)["config"])

    def _state(self, info: Mapping[str, Json], undo: Undo) -> State:
        config, was = info["config"], _was(undo)
        tag = stream.metadata(config).get(stream.TAG)
        if tag != self.change.tag and (tag is not None or info["created"] != undo.facts["created"]):
            return State.CLEAR
        if config[FIELD] == OURS:
            return State.ACTIVE
        mended = tag is None or takes_as_much(config[FIELD], was)
        return State.CLEAR if mended else State.MIXED

    def _tagged(self, config: Mapping[str, Json]) -> bool:
        return stream.metadata(config).get(stream.TAG) == self.change.tag

    def _update(self, config: Mapping[str, Json]) -> None:
        self.server.ask(f"STREAM.UPDATE.{self.name}", config)


def _was(undo: Undo) -> int:
    return int(undo.of_version(1)["was"])


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The one stream, if it is there."""
    name = rebuild(Parameters, parameters).stream
    stream.known(Server(rebuild(Settings, settings)), name)
    return [name]


def make(change: Change) -> RefuseWrites:
    """Rebuild it from the change."""
    keys = rebuild(Parameters, change.parameters)
    return RefuseWrites(change, Server(rebuild(Settings, change.target)), keys.stream)


KIND = Kind(
    name="nats.refuse_writes",
    summary="A stream refuses every message of more than one byte (headers count), and can still be read.",
    target="nats",
    settings=Settings,
    parameters=Parameters,
    consent=stream.CONSENT,
    reverted_by="the stream's old limit is put back; everything else in its configuration stays as it is then",
    subjects=subjects,
    make=make,
    example="{stream: orders-eu}",
    sweep=sweep,
    checkup=checkup,
)
