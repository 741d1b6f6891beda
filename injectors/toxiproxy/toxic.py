"""One toxic on one proxy: the injector behind every fault here but `down`. It knows no fault by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar, cast

from pydantic import Field

from injectors.contract import Change, InjectorError, Json, Kind, Refused, State, Undo, Unreachable
from injectors.toxiproxy import checkup, replacing, sweep
from injectors.toxiproxy.baseline import CONSENT, clean_proxy, owner, proxy_names
from injectors.toxiproxy.server import Exists, Failed, Missing, Server, Settings
from injectors.values import Keys, Share, rebuild


class ToxicKeys(Keys):
    """What every toxic takes."""

    proxy: str = Field(min_length=1, max_length=200, description="The proxy's name on the server.")
    stream: Literal["downstream", "upstream"] = Field(
        default="downstream", description="downstream: what the client receives; upstream: what it sends."
    )
    toxicity: Annotated[Share, Field(gt=0)] = Field(default=1.0, description="The share of connections that feel it.")


KeysT = TypeVar("KeysT", bound=ToxicKeys)


@dataclass(frozen=True, slots=True)
class Toxic:
    """Our toxic on a proxy; its name carries the drill's tag and the change's id."""

    change: Change
    server: Server
    body: Mapping[str, Json]

    @property
    def owner(self) -> str:
        return owner(self.server, self.change.subject)

    def prepare(self) -> Undo:
        proxy = clean_proxy(self.server, self.change)
        if any(each["name"] == self.body["name"] for each in proxy["toxics"]):
            raise Refused(f"{self.owner} already has the toxic {self.body['name']}: run `gameday sweep`")
        return Undo(self.change.kind, 1, {"proxy": proxy, "toxic": dict(self.body)})

    def inject(self, undo: Undo) -> None:
        try:
            self.server.add_toxic(self.change.subject, _ours(undo))
        except Exists:
            return

    def revert(self, undo: Undo) -> None:
        """Delete the toxic; a server that cannot gets the proxy replaced by one without it."""
        name = _ours(undo)["name"]
        try:
            self.server.remove_toxic(self.change.subject, name)
        except Missing:
            replacing.finish(self.server, self.change.subject, toxic=name)
        except Failed as failed:
            replacing.without(self.server, self.change.subject, toxic=name, because=failed)

    def inspect(self, undo: Undo) -> State:
        ours = _ours(undo)
        try:
            proxy = self.server.proxy(self.change.subject)
        except Missing:
            proxy = {"enabled": False, "toxics": []}
        for each in proxy["toxics"]:
            if each["name"] == ours["name"]:
                return State.ACTIVE if _same(each, ours) else State.MIXED
        if not proxy["enabled"] and replacing.begun(self.server, self.change.subject, toxic=ours["name"]):
            return State.MIXED
        return State.CLEAR

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: the toxic is not there yet, and the server must say just that."""
        try:
            self.server.remove_toxic(self.change.subject, _ours(undo)["name"])
        except Missing:
            return
        except Unreachable:
            raise
        except InjectorError as wrong:
            raise Refused(f"the way back is not open: {wrong}") from wrong


def _ours(undo: Undo) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", undo.of_version(1)["toxic"])


def _same(found: Mapping[str, Json], ours: Mapping[str, Json]) -> bool:
    if any(found[key] != ours[key] for key in ("type", "stream")) or abs(found["toxicity"] - ours["toxicity"]) > 1e-6:
        return False
    return all(found["attributes"].get(key) == value for key, value in ours["attributes"].items())


def kind(
    fault: str,
    *,
    summary: str,
    parameters: type[KeysT],
    attributes: Callable[[KeysT], Mapping[str, int]],
    example: str,
) -> Kind:
    """Describe a fault that is one toxic of this type; `attributes` turns its keys into the server's numbers."""

    def make(change: Change) -> Toxic:
        keys = rebuild(parameters, change.parameters)
        body = {
            "name": f"{change.tag}.{change.id}",
            "type": fault,
            "stream": keys.stream,
            "toxicity": keys.toxicity,
            "attributes": dict(attributes(keys)),
        }
        return Toxic(change, Server(rebuild(Settings, change.target).url), body)

    def subjects(settings: Mapping[str, Json], given: Mapping[str, Json]) -> Sequence[str]:
        return proxy_names(Server(rebuild(Settings, settings).url), rebuild(parameters, given).proxy)

    return Kind(
        name=f"toxiproxy.{fault}",
        summary=summary,
        target="toxiproxy",
        settings=Settings,
        parameters=parameters,
        consent=CONSENT,
        reverted_by="our toxic is deleted; if the server cannot, the proxy is replaced by one with all other toxics",
        subjects=subjects,
        make=make,
        example=example,
        sweep=sweep,
        checkup=checkup,
    )


def milliseconds(seconds: float) -> int:
    """Turn seconds into the server's unit."""
    return round(seconds * 1000)
