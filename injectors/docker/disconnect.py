"""A container is taken off a network: it runs, and nobody there reaches it, nor does it reach anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.docker import checkup, containers
from injectors.docker.containers import Chosen, Name
from injectors.docker.daemon import Daemon, Missing, Settings
from injectors.values import rebuild


class Parameters(Chosen):
    """Which containers, and from which network."""

    network: Name = Field(description="The network's name.")


@dataclass(frozen=True, slots=True)
class Disconnect:
    """One container, off one network."""

    change: Change
    daemon: Daemon
    network: str

    @property
    def owner(self) -> str:
        return f"{self.daemon.words} {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.daemon.call_limit

    def prepare(self) -> Undo:
        found = containers.consented(self.daemon, self.change)
        there = _networks(found)
        if self.network not in there:
            raise Refused(f"{self.owner} is not on the network {self.network}; it is on {', '.join(there) or 'none'}")
        end = there[self.network]
        return Undo(self.change.kind, 1, {"id": found["Id"], "network": end["NetworkID"], "end": _end(end, found)})

    def inject(self, undo: Undo) -> None:
        found = containers.still_there(self.daemon, undo, self.change.subject)
        facts = containers.recorded(undo)
        if _on(found, undo) is not None:
            self.daemon.change(
                "a disconnect", lambda client: client.disconnect_container_from_network(facts["id"], facts["network"])
            )
        elif self._gone(undo):
            raise InjectorError(f"the network {self.network} is gone since it was looked at: run the drill again")

    def revert(self, undo: Undo) -> None:
        facts = containers.recorded(undo)
        found = containers.same(self.daemon, undo)
        if found is None:
            return
        match self._state(found, undo):
            case State.ACTIVE:
                end = facts["end"]
                self.daemon.change(
                    "a connect",
                    lambda client: client.connect_container_to_network(
                        facts["id"],
                        facts["network"],
                        ipv4_address=end["ipv4"],
                        ipv6_address=end["ipv6"],
                        aliases=end["aliases"] or None,
                        links=[tuple(each.split(":", 1)) for each in end["links"]] or None,
                    ),
                )
            case State.MIXED:
                told = f"somebody connected {self.owner} to {self.network} in another way than before"
                raise Drifted(f"{told}: disconnect it and connect it by hand")
            case State.CLEAR:
                pass

    def inspect(self, undo: Undo) -> State:
        found = containers.same(self.daemon, undo)
        return State.CLEAR if found is None else self._state(found, undo)

    def _state(self, found: Mapping[str, Any], undo: Undo) -> State:
        end = _on(found, undo)
        if end is None:
            return State.CLEAR if self._gone(undo) else State.ACTIVE
        return State.CLEAR if _end(end, found) == containers.recorded(undo)["end"] else State.MIXED

    def _gone(self, undo: Undo) -> bool:
        network = containers.recorded(undo)["network"]
        try:
            self.daemon.ask(f"the network {self.network}", lambda client: client.inspect_network(network))
        except Missing:
            return True
        return False


def _networks(found: Mapping[str, Any]) -> dict[str, Any]:
    return dict(found["NetworkSettings"].get("Networks") or {})


def _on(found: Mapping[str, Any], undo: Undo) -> dict[str, Any] | None:
    """Its end on the very network that was looked at, another of the same name is another."""
    wanted = containers.recorded(undo)["network"]
    return next((end for end in _networks(found).values() if end["NetworkID"] == wanted), None)


def _end(end: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Json]:
    """What somebody asked for when it was connected; the rest the daemon deals out anew."""
    given = end.get("IPAMConfig") or {}
    aliases = sorted(set(end.get("Aliases") or []) - {found["Id"][:12]})
    return {
        "aliases": aliases,
        "links": sorted(end.get("Links") or []),
        "ipv4": given.get("IPv4Address") or None,
        "ipv6": given.get("IPv6Address") or None,
    }


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The running containers that are meant."""
    return containers.chosen(settings, rebuild(Parameters, parameters))


def make(change: Change) -> Disconnect:
    """Rebuild it from the change."""
    keys = rebuild(Parameters, change.parameters)
    return Disconnect(change, Daemon(rebuild(Settings, change.target)), keys.network)


KIND = Kind(
    name="docker.disconnect",
    summary="Takes a container off a network: it runs, and nobody there reaches it.",
    target="docker",
    settings=Settings,
    parameters=Parameters,
    consent=containers.CONSENT,
    reverted_by="it is connected again with the same aliases, links and fixed addresses",
    subjects=subjects,
    make=make,
    example="{name: shop-orders-1, network: shop_default}",
    checkup=checkup,
)
