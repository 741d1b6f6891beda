"""A client's connection is cut. A one-shot: it is taken back when as many such clients as before are connected."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, Self

from pydantic import Field, model_validator

from injectors.contract import Change, InjectorError, Json, Kind, Refused, State, Undo
from injectors.redis import checkup, mark, sweep
from injectors.redis.consent import CONSENT, consented
from injectors.redis.server import NAME, Asking, Server, Settings
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """Whose connections; all that is given must fit. `*` stands for any characters, `?` for one."""

    name: str | None = Field(default=None, min_length=1, max_length=200, description="Its own word: `worker-*`.")
    address: str | None = Field(default=None, min_length=1, max_length=200, description="Its HOST:PORT: `10.0.3.*`.")
    user: str | None = Field(default=None, min_length=1, max_length=200, description="Its ACL user.")
    type: Literal["normal", "pubsub", "replica"] = Field(default="normal", description="What it is connected for.")

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.name is None and self.address is None and self.user is None and self.type == "normal":
            raise ValueError("say whose connections: `name:`, `address:` or `user:` (`name: '*'` for everybody's)")
        return self


@dataclass(frozen=True, slots=True)
class KillClients:
    """One connection, cut."""

    change: Change
    server: Server
    keys: Parameters

    @property
    def owner(self) -> str:
        return f"redis {self.server.address} client {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.server.call_limit

    def prepare(self) -> Undo:
        with self.server.asking() as asking:
            consented(self.server, asking, self.change)
            clients = fitting(asking, self.keys)
            if self.change.subject not in clients:
                raise Refused(f"{self.owner} has left since it was chosen: run the drill again")
            return Undo(self.change.kind, 1, {"run": _run(asking), "pool": len(clients)})

    def inject(self, undo: Undo) -> None:
        mark.recorded(undo)
        with self.server.asking() as asking:
            if _run(asking) != undo.facts["run"]:
                raise InjectorError(f"{self.owner} is gone: the server was restarted since it was looked at")
            asking.change("CLIENT", "KILL", "ID", _number(self.change.subject))

    def revert(self, undo: Undo) -> None:
        """Do nothing: who was cut off connects again by itself."""
        mark.recorded(undo)
        with self.server.asking():
            return

    def inspect(self, undo: Undo) -> State:
        mark.recorded(undo)
        with self.server.asking() as asking:
            clients = fitting(asking, self.keys)
        whole = self.change.subject in clients or len(clients) >= undo.facts["pool"]
        return State.CLEAR if whole else State.ACTIVE

    def happened(self, undo: Undo) -> bool:
        mark.recorded(undo)
        with self.server.asking() as asking:
            return _run(asking) != undo.facts["run"] or self.change.subject not in fitting(asking, self.keys)


def fitting(asking: Asking, keys: Parameters) -> list[str]:
    """Every client that fits, sorted: `NUMBER ADDRESS NAME`. Never a connection of gameday's."""
    listed = asking.look("CLIENT", "LIST", "TYPE", keys.type)
    clients = [dict(re.findall(r"(\S+)=(\S*)", line)) for line in str(listed).splitlines()]
    wanted = {"name": keys.name, "addr": keys.address, "user": keys.user}
    return sorted(
        f"{each['id']} {each['addr']} {each['name']}".strip()
        for each in clients
        if each["name"] != NAME and all(fnmatchcase(each.get(key, ""), like) for key, like in wanted.items() if like)
    )


def _run(asking: Asking) -> str:
    """Return what the server calls this run of itself: numbers of clients mean nothing in another."""
    found = re.search(r"run_id:(\w+)", str(asking.look("INFO", "server")))
    return found[1] if found else ""


def _number(subject: str) -> str:
    return subject.partition(" ")[0]


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Every client that fits."""
    server, keys = Server(rebuild(Settings, settings)), rebuild(Parameters, parameters)
    with server.asking() as asking:
        return fitting(asking, keys)


def make(change: Change) -> KillClients:
    """Rebuild it from the change."""
    return KillClients(change, Server(rebuild(Settings, change.target)), rebuild(Parameters, change.parameters))


KIND = Kind(
    name="redis.kill_clients",
    summary="Cuts the connections of clients, as a failover or a network device does.",
    target="redis",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="clients connect again by themselves; it is over when as many as before are there",
    subjects=subjects,
    make=make,
    holds=False,
    example="{name: worker-*}",
    sweep=sweep,
    checkup=checkup,
)
