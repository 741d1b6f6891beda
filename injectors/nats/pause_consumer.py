"""A consumer gets no messages. The server itself ends it at a time that we give: a second dead-man's switch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import Field

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.nats import checkup, stream, sweep
from injectors.nats.server import Missing, Name, Server, Settings, Unserved
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """What the fault does."""

    stream: Name = Field(description="The stream's name.")
    consumer: Name = Field(description="The consumer's name on it.")


@dataclass(frozen=True, slots=True)
class PauseConsumer:
    """Our pause of one consumer; it is ours by the time until which it lasts."""

    change: Change
    server: Server
    keys: Parameters

    @property
    def owner(self) -> str:
        return f"nats {self.server.settings.url} consumer {self.keys.stream}/{self.keys.consumer}"

    @property
    def call_limit(self) -> float:
        return self.server.call_limit

    def prepare(self) -> Undo:
        stream.consented(self.server, self.change, self.keys.stream)
        info = _known(self.server, self.keys)
        if info.get("paused"):
            raise Refused(f"{self.owner} is paused already, until {_until(info)}: resume it first")
        if self.change.expires_at is None:
            raise Refused("a pause is never made without an end: give the fault a duration")
        return Undo(self.change.kind, 1, {"until": _written(self.change.expires_at)})

    def inject(self, undo: Undo) -> None:
        ours = _ours(undo)
        try:
            info = self._look()
            if info.get("paused") and _until(info) != ours:
                raise Refused(f"{self.owner} was paused by somebody else since it was looked at: run the drill again")
            answer = self._pause({"pause_until": ours})
        except Missing:
            raise InjectorError(f"{self.owner} is gone since it was looked at: run the drill again") from None
        if not answer.get("paused"):
            raise InjectorError(f"{self.owner} was not paused: {ours} is over by the server's clock")

    def revert(self, undo: Undo) -> None:
        try:
            info = self._look()
            if _until(info) == _ours(undo):
                self._pause({})
            elif info.get("paused"):
                raise Drifted(f"{self.owner} is paused by somebody else, until {_until(info)}: resume it by hand")
        except Missing:
            return

    def inspect(self, undo: Undo) -> State:
        ours = _ours(undo)
        try:
            info = self._look()
        except Missing:
            return State.CLEAR
        if not info.get("paused"):
            return State.CLEAR
        return State.ACTIVE if _until(info) == ours else State.MIXED

    def prove(self, undo: Undo) -> None:
        """Make revert's own call, with the pause as it is: none, or one that is over."""
        _ours(undo)
        try:
            before = _until(self._look())
            self._pause({"pause_until": before} if before else {})
        except Unserved as old:
            raise Refused(f"{self.server.settings.url} knows no pause: it needs NATS 2.11 or newer") from old

    def _look(self) -> dict[str, Json]:
        return self.server.ask(f"CONSUMER.INFO.{self.keys.stream}.{self.keys.consumer}")

    def _pause(self, body: Mapping[str, Json]) -> dict[str, Json]:
        return self.server.ask(f"CONSUMER.PAUSE.{self.keys.stream}.{self.keys.consumer}", body)


def _known(server: Server, keys: Parameters) -> dict[str, Json]:
    try:
        return server.ask(f"CONSUMER.INFO.{keys.stream}.{keys.consumer}")
    except Missing:
        there = server.ask(f"CONSUMER.NAMES.{keys.stream}").get("consumers") or []
        said = ", ".join(sorted(there)[:20]) or "none"
        raise Refused(f"the stream {keys.stream} has no consumer {keys.consumer}; it has {said}") from None


def _written(at: float) -> str:
    """Write a time as the server repeats it: in UTC, without the zeros at the end."""
    moment = datetime.fromtimestamp(at, UTC)
    fraction = f".{moment.microsecond:06}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _until(info: Mapping[str, Json]) -> str | None:
    until: str | None = info["config"].get("pause_until")
    return until


def _ours(undo: Undo) -> str:
    return str(undo.of_version(1)["until"])


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The one consumer, if it is there."""
    server, keys = Server(rebuild(Settings, settings)), rebuild(Parameters, parameters)
    stream.known(server, keys.stream)
    _known(server, keys)
    return [f"{keys.stream}/{keys.consumer}"]


def make(change: Change) -> PauseConsumer:
    """Rebuild it from the change."""
    return PauseConsumer(change, Server(rebuild(Settings, change.target)), rebuild(Parameters, change.parameters))


KIND = Kind(
    name="nats.pause_consumer",
    summary="Pauses a consumer: the stream takes messages, nobody gets them.",
    target="nats",
    settings=Settings,
    parameters=Parameters,
    consent=stream.CONSENT,
    reverted_by="our pause is ended; if nobody can, the server ends it soon after the fault's duration",
    subjects=subjects,
    make=make,
    example="{stream: orders, consumer: workers}",
    sweep=sweep,
    checkup=checkup,
)
