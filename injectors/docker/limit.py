"""A container gets less of the processor, or less memory, than it was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from docker import APIClient
from pydantic import Field, model_validator

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.docker import checkup, containers
from injectors.docker.containers import Chosen
from injectors.docker.daemon import Daemon, Settings
from injectors.values import Size, rebuild

PERIOD = 100_000
"""Microseconds: what the kernel counts a quota in, unless the container says otherwise."""
LEAST_MEMORY = 6 * 1024**2
"""Bytes: Docker takes no smaller limit."""
UNLIMITED = -1


class Parameters(Chosen):
    """Which containers, and what they are left."""

    cpus: Annotated[float, Field(ge=0.01, le=1000)] | None = Field(
        default=None, description="Processors it may use, such as 0.1; fewer than it has."
    )
    memory: Annotated[Size, Field(ge=LEAST_MEMORY)] | None = Field(
        default=None, description="Memory it may use, swap included; less than its own limit, which it must have."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.cpus is None and self.memory is None:
            raise ValueError("write `cpus:`, `memory:` or both")
        return self


@dataclass(frozen=True, slots=True)
class Limit:
    """One container, with less."""

    change: Change
    daemon: Daemon
    parameters: Parameters

    @property
    def owner(self) -> str:
        return f"{self.daemon.words} {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.daemon.call_limit

    def prepare(self) -> Undo:
        found = containers.consented(self.daemon, self.change)
        ours = {**self._processor(found["HostConfig"]), **self._memory(found["HostConfig"])}
        was = {key: _value(found, key) for key in ours}
        return Undo(self.change.kind, 1, {"id": found["Id"], "was": was, "ours": ours})

    def inject(self, undo: Undo) -> None:
        found = containers.still_there(self.daemon, undo, self.change.subject)
        facts = containers.recorded(undo)
        if _state(found, undo) is State.ACTIVE:
            return
        if _held(found, undo) != facts["was"]:
            raise Refused(f"the limits of {self.owner} were changed since it was looked at: run the drill again")
        self._update(undo, facts["ours"])

    def revert(self, undo: Undo) -> None:
        found = containers.same(self.daemon, undo)
        if found is None:
            return
        match _state(found, undo):
            case State.ACTIVE:
                self._update(undo, containers.recorded(undo)["was"])
            case State.MIXED:
                told = ", ".join(f"{key} {value}" for key, value in _held(found, undo).items())
                raise Drifted(f"somebody set the limits of {self.owner} to {told}: mend it with `docker update`")
            case State.CLEAR:
                pass

    def inspect(self, undo: Undo) -> State:
        found = containers.same(self.daemon, undo)
        return State.CLEAR if found is None else _state(found, undo)

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: the limits as they are."""
        self._update(undo, containers.recorded(undo)["was"])

    def _processor(self, had: Mapping[str, Any]) -> dict[str, int]:
        """What was given in whole processors is changed so, and a quota as a quota: Docker takes not both."""
        cpus = self.parameters.cpus
        if cpus is None:
            return {}
        nano, quota, period = had.get("NanoCpus") or 0, had.get("CpuQuota") or 0, had.get("CpuPeriod") or PERIOD
        has = nano / 1e9 if nano else quota / period if quota > 0 else None
        if has is not None and has <= cpus:
            raise Refused(f"{self.owner} has {has:g} processors: {cpus:g} are not fewer")
        return {"NanoCpus": round(cpus * 1e9)} if nano else {"CpuQuota": max(1000, round(cpus * period))}

    def _memory(self, had: Mapping[str, Any]) -> dict[str, int]:
        wanted, has = self.parameters.memory, had.get("Memory") or 0
        if wanted is None:
            return {}
        if not has:
            raise Refused(f"{self.owner} has no memory limit, and Docker cannot take one away: start it with --memory")
        if has <= wanted:
            raise Refused(f"{self.owner} may use {has} bytes of memory: {wanted} are not less")
        return {"Memory": wanted, "MemorySwap": wanted}

    def _update(self, undo: Undo, limits: Mapping[str, int]) -> None:
        """In one request: the client's own call for it knows no whole processors."""
        path = f"/containers/{containers.recorded(undo)['id']}/update"

        def call(client: APIClient) -> None:
            url = f"{client.base_url}/v{client.api_version}{path}"
            answer = client.post(url, json=dict(limits), timeout=self.daemon.settings.timeout)
            if answer.status_code >= 500:
                answer.raise_for_status()
            if answer.status_code != 200:
                said = str(answer.json().get("message"))[:300]
                raise InjectorError(f"{self.owner} cannot have these limits: {said}")

        self.daemon.change("an update", call)


def _value(found: Mapping[str, Any], key: str) -> int:
    """A quota that is not set and one of -1 are one thing, but only the second can be asked for."""
    value = int(found["HostConfig"].get(key) or 0)
    return UNLIMITED if key == "CpuQuota" and value <= 0 else value


def _held(found: Mapping[str, Any], undo: Undo) -> dict[str, int]:
    return {key: _value(found, key) for key in containers.recorded(undo)["ours"]}


def _state(found: Mapping[str, Any], undo: Undo) -> State:
    held, facts = _held(found, undo), containers.recorded(undo)
    if held == facts["ours"]:
        return State.ACTIVE
    more = all(_as_much(held[key], facts["was"][key]) for key in held)
    return State.CLEAR if more else State.MIXED


def _as_much(now: int, before: int) -> bool:
    """Responders may well give it more than it had."""
    return now == UNLIMITED or (before != UNLIMITED and now >= before)


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The running containers that are meant."""
    return containers.chosen(settings, rebuild(Parameters, parameters))


def make(change: Change) -> Limit:
    """Rebuild it from the change."""
    return Limit(change, Daemon(rebuild(Settings, change.target)), rebuild(Parameters, change.parameters))


KIND = Kind(
    name="docker.limit",
    summary="Leaves a container less of the processor, or less memory, than it was given.",
    target="docker",
    settings=Settings,
    parameters=Parameters,
    consent=containers.CONSENT,
    reverted_by="its old limits are put back, unless responders gave it as much or more meanwhile",
    subjects=subjects,
    make=make,
    example="{name: shop-orders-1, cpus: 0.1}",
    checkup=checkup,
)
