"""Which target a fault or a probe means. Knows only names and kinds; asks no target anything."""

from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.problems import Path, Problem, shown
from scenarios.scenario import Written
from scenarios.suggest import for_name
from scenarios.workspace import Target, Workspace


@dataclass(frozen=True, slots=True)
class Place:
    """An environment of a workspace."""

    workspace: Workspace
    environment: str

    @property
    def targets(self) -> Mapping[str, Target]:
        """Its targets by name."""
        return self.workspace.environments[self.environment].targets

    @property
    def path(self) -> Path:
        """Where they stand in gameday.yaml."""
        return ("environments", self.environment, "targets")


@dataclass(frozen=True, slots=True)
class Need:
    """Who needs a target: `user` is its kind's name, `kind` the kind of target, `named` what the file says."""

    user: str
    kind: str
    named: str | None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A target, or none where none is needed; or why there is none."""

    name: str = ""
    target: Target | None = None
    problem: Problem | None = None


def choose(environment: str | None, workspace: Workspace) -> str | None:
    """The environment that is meant: the one asked for, else the workspace's default, else its only one."""
    if environment or workspace.default_environment:
        return environment or workspace.default_environment
    only = tuple(workspace.environments)
    return only[0] if len(only) == 1 else None


def resolve(need: Need, place: Place, at: tuple[Written, Path]) -> Found:
    """The target meant by `need`, written at `at`."""
    environment, held = place.environment, place.targets
    file, path = at
    if need.named is not None:
        told = _named(need, place)
        if told:
            return Found(problem=file.problem((*path, "target"), told))
        return Found(need.named, held[need.named])
    if not need.kind:
        return Found()
    fitting = sorted(name for name, target in held.items() if target.kind == need.kind)
    if len(fitting) == 1:
        return Found(fitting[0], held[fitting[0]])
    if not fitting and need.optional:
        return Found()
    if not fitting:
        told = f"{need.user} needs a target of kind {need.kind}, and {environment} has none: add one to gameday.yaml"
    else:
        others = ", ".join(fitting)
        told = (
            f"{environment} has several targets of kind {need.kind} ({others}): write `target: {fitting[0]}` or another"
        )
    return Found(problem=file.problem(path, told, at_key=True))


def missing(name: str, place: Place) -> str | None:
    """Why there is no such target, if there is none."""
    if name in place.targets:
        return None
    return f"{place.environment} has no target {shown(name)}: {for_name(name, place.targets)}"


def _named(need: Need, place: Place) -> str | None:
    name, held = need.named or "", place.targets
    if not need.kind:
        return f"{need.user} needs no target: leave it out"
    if told := missing(name, place):
        return told
    if held[name].kind != need.kind:
        fitting = [each for each, target in held.items() if target.kind == need.kind]
        return f"{shown(name)} is of kind {held[name].kind}, and {need.user} needs {need.kind}: {for_name('', fitting)}"
    return None
