"""One fault on one proxy: the injector behind all of them. The proxy itself ends it at a time that we give."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar, cast

from pydantic import AfterValidator, Field

from injectors.contract import Change, InjectorError, Json, Kind, Refused, State, Undo, Unreachable
from injectors.http_proxy import checkup, sweep
from injectors.http_proxy.owner import CONSENT, MARK, owner
from injectors.http_proxy.server import Exists, Missing, Server, Settings
from injectors.values import Keys, by_reference, rebuild


def _begins(path: str) -> str:
    if path and not path.startswith("/"):
        raise ValueError("write how the path begins, such as /eu/")
    return path


Header = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]


class Only(Keys):
    """Whose requests feel it; all that is given must hold."""

    path: Annotated[str, Field(max_length=1000), AfterValidator(_begins)] = Field(
        default="", description="How the path begins, such as /eu/."
    )
    headers: Annotated[
        dict[Header, Annotated[str, Field(max_length=1000)]], Field(max_length=20), AfterValidator(by_reference)
    ] = Field(default_factory=dict, description="Name and value of headers, such as {x-tenant: acme}.")


class FaultKeys(Keys):
    """What every fault of this proxy takes."""

    proxy: str = Field(min_length=1, max_length=200, description="The proxy's name.")
    only: Only = Field(
        default_factory=Only, description="One cohort's requests alone: a region, a tenant. Default: all."
    )


KeysT = TypeVar("KeysT", bound=FaultKeys)


@dataclass(frozen=True, slots=True)
class Fault:
    """Our fault on a proxy; its name carries the drill's tag and the change's id."""

    change: Change
    server: Server
    body: Mapping[str, Json]
    needs_recording: bool

    @property
    def owner(self) -> str:
        return owner(self.server, self.change.subject)

    def prepare(self) -> Undo:
        proxy = self._consented()
        for fault in proxy["faults"]:
            if fault["name"].startswith(MARK) and fault["name"].partition(".")[0] != self.change.tag:
                raise Refused(f"{self.owner} carries another drill's {fault['name']}: run `gameday sweep`")
            if fault["name"] == self.body["name"]:
                raise Refused(f"{self.owner} already has the fault {fault['name']}: run `gameday sweep`")
        if self.needs_recording and not proxy["recorded"]:
            raise Refused(
                f"{self.owner} has recorded no answer yet, so nothing could be stale: let a client ask it first"
            )
        if self.change.expires_at is None:
            raise Refused("a fault of this proxy is never made without an end: give it a duration")
        return Undo(self.change.kind, 1, {"fault": {**self.body, "expires_at": self.change.expires_at}})

    def inject(self, undo: Undo) -> None:
        try:
            self.server.add_fault(self.change.subject, _ours(undo))
        except Exists:
            return

    def revert(self, undo: Undo) -> None:
        try:
            self.server.take_off(self.change.subject, _ours(undo)["name"])
        except Missing:
            return

    def inspect(self, undo: Undo) -> State:
        ours = _ours(undo)
        try:
            faults = self.server.proxy(self.change.subject)["faults"]
        except Missing:
            return State.CLEAR
        found = next((each for each in faults if each["name"] == ours["name"]), None)
        if found is None:
            return State.CLEAR
        return State.ACTIVE if all(found.get(key) == value for key, value in ours.items()) else State.MIXED

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: the fault is not there yet, and the proxy must say just that."""
        try:
            self.server.take_off(self.change.subject, _ours(undo)["name"])
        except Missing:
            return
        except Unreachable:
            raise
        except InjectorError as wrong:
            raise Refused(f"the way back is not open: {wrong}") from wrong

    def _consented(self) -> dict[str, Json]:
        name = self.change.subject
        if name not in self.change.consent:
            listed = ", ".join([*self.change.consent, name])
            raise Refused(
                f"the proxy {name} of {self.server.url} ({self.change.environment}) has given no consent: "
                f"write `consent: [{listed}]` into its target in gameday.yaml"
            )
        try:
            return self.server.proxy(name)
        except Missing:
            raise Refused(_unknown(self.server, name)) from None


def _ours(undo: Undo) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", undo.of_version(1)["fault"])


def _unknown(server: Server, name: str) -> str:
    return (
        f"the proxy at {server.url} has none called {name}; it has {', '.join(sorted(server.proxies())[:20]) or 'none'}"
    )


def _subjects(settings: Mapping[str, Json], given: Mapping[str, Json]) -> Sequence[str]:
    server, name = Server(rebuild(Settings, settings).url), str(given["proxy"])
    if name not in server.proxies():
        raise Refused(_unknown(server, name))
    return [name]


def kind(  # noqa: PLR0913 - what there is to say of a kind
    fault: str,
    *,
    summary: str,
    parameters: type[KeysT],
    attributes: Callable[[KeysT], Mapping[str, int]],
    example: str,
    needs_recording: bool = False,
) -> Kind:
    """Describe a fault of this type; `attributes` turns its keys into the proxy's numbers."""

    def make(change: Change) -> Fault:
        keys = rebuild(parameters, change.parameters)
        headers = {name.lower(): value for name, value in keys.only.headers.items()}
        body = {
            "name": f"{change.tag}.{change.id}",
            "type": fault,
            "attributes": dict(attributes(keys)),
            "only": {"path": keys.only.path, "headers": headers},
        }
        return Fault(change, Server(rebuild(Settings, change.target).url), body, needs_recording)

    return Kind(
        name=f"http.{fault}",
        summary=summary,
        target="http_proxy",
        settings=Settings,
        parameters=parameters,
        consent=CONSENT,
        reverted_by="our fault is taken off; if nobody can, the proxy ends it itself soon after the fault's duration",
        subjects=_subjects,
        make=make,
        example=example,
        sweep=sweep,
        checkup=checkup,
    )
