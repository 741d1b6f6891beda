"""The proxy is switched off: connections are refused. It creates nothing, so there is no tag to sweep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import Field

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo, Unreachable
from injectors.toxiproxy import checkup
from injectors.toxiproxy.baseline import CONSENT, clean_proxy, owner, proxy_names
from injectors.toxiproxy.server import Missing, Server, Settings
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """What the fault does."""

    proxy: str = Field(min_length=1, max_length=200, description="The proxy's name on the server.")


@dataclass(frozen=True, slots=True)
class Down:
    """One proxy, switched off and on again."""

    change: Change
    server: Server

    @property
    def owner(self) -> str:
        return owner(self.server, self.change.subject)

    def prepare(self) -> Undo:
        return Undo(self.change.kind, 1, {"proxy": clean_proxy(self.server, self.change)})

    def inject(self, undo: Undo) -> None:
        _recorded(undo)
        self.server.enable(self.change.subject, enabled=False)

    def revert(self, undo: Undo) -> None:
        match self.inspect(undo):
            case State.ACTIVE:
                self.server.enable(self.change.subject, enabled=_recorded(undo)["enabled"])
            case State.MIXED:
                was = _recorded(undo)
                raise Drifted(
                    f"{self.owner} was moved while we held it down (it was {was['listen']} to {was['upstream']}): "
                    "check where it leads now, then switch it on by hand"
                )

    def inspect(self, undo: Undo) -> State:
        was = _recorded(undo)
        try:
            now = self.server.proxy(self.change.subject)
        except Missing:
            return State.CLEAR
        if now["enabled"] == was["enabled"]:
            return State.CLEAR
        return State.ACTIVE if all(now[key] == was[key] for key in ("listen", "upstream")) else State.MIXED

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: it is switched on already, so this changes nothing."""
        try:
            self.server.enable(self.change.subject, enabled=_recorded(undo)["enabled"])
        except Unreachable:
            raise
        except InjectorError as wrong:
            raise Refused(f"the way back is not open: {wrong}") from wrong


def _recorded(undo: Undo) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", undo.of_version(1)["proxy"])


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Return the one proxy."""
    return proxy_names(Server(rebuild(Settings, settings).url), rebuild(Parameters, parameters).proxy)


def make(change: Change) -> Down:
    """Rebuild it from the change."""
    rebuild(Parameters, change.parameters)
    return Down(change, Server(rebuild(Settings, change.target).url))


KIND = Kind(
    name="toxiproxy.down",
    summary="Switches the proxy off: connections are cut and new ones refused.",
    target="toxiproxy",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="the proxy is switched on again, if it still leads where it led",
    subjects=subjects,
    make=make,
    example="{proxy: payments-db}",
    checkup=checkup,
)
