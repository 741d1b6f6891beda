"""Which containers are meant, whether they may be hurt and are well now, and whether one is still the same."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from injectors.contract import Change, InjectorError, Json, Refused, Undo
from injectors.docker.daemon import Daemon, Missing, Settings
from injectors.values import Keys, rebuild

LABEL = "gameday.consent"
CONSENT = (
    f"the container was started with the label `{LABEL}=<environment>`; "
    "a `consent:` list in its target, where there is one, names the container as well"
)
SHOWN = 20
LIMIT = 1000
"""Containers that `select` chooses from."""
Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,199}$")]
Labels = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=200)], Annotated[str, Field(max_length=200)]],
    Field(min_length=1, max_length=10),
]


class Chosen(Keys):
    """One running container by its name, or all with some labels."""

    name: Name | None = Field(default=None, description="One container.")
    labels: Labels | None = Field(
        default=None, description="All that carry every one, such as {com.docker.compose.service: orders}."
    )

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.name is None) == (self.labels is None):
            raise ValueError("write exactly one of `name:` and `labels:`")
        return self


def chosen(settings: Mapping[str, Json], keys: Chosen) -> Sequence[str]:
    """Return the names of the running containers that are meant. Raises `Refused` when there are none."""
    daemon = Daemon(rebuild(Settings, settings))
    if keys.name is not None:
        known(daemon, keys.name)
        return [keys.name]
    wanted = selector(keys.labels or {})
    found = sorted(name_of(each) for each in daemon.containers({"label": wanted}))
    if not found:
        raise Refused(f"no running container on {daemon.words} has the labels {', '.join(wanted)}")
    if len(found) > LIMIT:
        raise Refused(f"more than {LIMIT} containers on {daemon.words} have the labels {', '.join(wanted)}")
    return found


def selector(labels: Mapping[str, str]) -> list[str]:
    """Write labels as the daemon takes them."""
    return [f"{key}={value}" for key, value in sorted(labels.items())]


def known(daemon: Daemon, name: str) -> dict[str, Any]:
    """Return a container that must be there. Raises `Refused` with the names there are."""
    try:
        return daemon.container(name)
    except Missing:
        there = ", ".join(sorted(name_of(each) for each in daemon.containers({}))[:SHOWN]) or "none"
        raise Refused(f"{daemon.words} has no container {name}; it runs {there}") from None


def consented(daemon: Daemon, change: Change) -> dict[str, Any]:
    """Return a container that may be hurt and is well. Raises `Refused`, `Unreachable`."""
    name = change.subject
    found = known(daemon, name)
    if change.consent and name not in change.consent:
        raise Refused(
            f"the container {name} is not in the `consent:` list of its target in gameday.yaml: "
            f"write `consent: [{', '.join([*change.consent, name])}]`"
        )
    label = (found["Config"].get("Labels") or {}).get(LABEL)
    if label != change.environment:
        said = "has given no consent" if label is None else f"has given its consent for another environment, {label!r}"
        raise Refused(f"the container {name} {said}: start it with `--label {LABEL}={change.environment}`")
    if status(found) != "running":
        raise Refused(f"the container {name} is {status(found)}: start it, or see why it is")
    if (found["State"].get("Health") or {}).get("Status") == "unhealthy":
        raise Refused(f"the container {name} is unhealthy already: its health check says so")
    return found


def lasting(found: Mapping[str, Any], name: str) -> None:
    """See that a stopped one can be started again. Raises `Refused`."""
    if found["HostConfig"].get("AutoRemove"):
        raise Refused(f"the container {name} is removed when it stops (--rm): nobody could start it again")


def status(found: Mapping[str, Any]) -> str:
    """`running`, `paused`, `exited`, `restarting`, ..."""
    return str(found["State"]["Status"])


def recorded(undo: Undo) -> Mapping[str, Json]:
    """Return an undo's facts. Raises `InjectorError` for one from the future."""
    return undo.of_version(1)


def same(daemon: Daemon, undo: Undo) -> dict[str, Any] | None:
    """Return the very container that was looked at; None: it was removed, and another one of its name is another."""
    try:
        return daemon.container(str(recorded(undo)["id"]))
    except Missing:
        return None


def still_there(daemon: Daemon, undo: Undo, name: str) -> dict[str, Any]:
    """Return it, for inject. Raises `InjectorError` when it was removed since it was looked at."""
    found = same(daemon, undo)
    if found is None:
        raise InjectorError(f"the container {name} is gone since it was looked at: run the drill again")
    return found


def name_of(listed: Mapping[str, Any]) -> str:
    """Its own name; the others are those by which linked containers know it."""
    names = [str(each).lstrip("/") for each in listed["Names"]]
    return next((each for each in names if "/" not in each), names[0])
