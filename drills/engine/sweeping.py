"""The net under all else: looks on every target for anything of ours past its end. Removes only what it is asked to."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drills.guard import control
from drills.guard.calls import within
from drills.guard.errors import GuardError, Hung
from drills.guard.reading import read_log
from drills.guard.take_over import alive
from drills.guard.undolog import FILE
from injectors import registry
from injectors.contract import InjectorError, Leftover, Sweep
from scenarios import Workspace

LOOK_LIMIT = 30.0
"""Seconds for one target."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something of ours on a target, past its end."""

    environment: str
    target: str
    leftover: Leftover


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep saw; what could not be looked at is not clean."""

    found: tuple[Found, ...]
    unseen: tuple[str, ...]
    """Targets that did not answer, each with why."""


def sweep(workspace: Workspace) -> Swept:
    """Look on every target of every environment that can be swept."""
    live = set(_live_tags(workspace.folder))
    found: list[Found] = []
    unseen: list[str] = []
    sweeps, broken = _sweeps()
    for environment, listed in workspace.environments.items():
        for name, target in listed.targets.items():
            finder = sweeps.get(target.kind)
            if finder is None:
                unseen += [f"{environment}/{name}: {broken[target.kind]}"] if target.kind in broken else []
                continue
            try:
                left = within(LOOK_LIMIT, partial(finder.left_behind, target.with_))
            except (InjectorError, Hung) as wrong:
                unseen.append(f"{environment}/{name}: {wrong}")
                continue
            found += [Found(environment, name, each) for each in left if each.tag not in live]
    return Swept(tuple(found), tuple(unseen))


def remove(workspace: Workspace, found: Found) -> None:
    """Take this one away. Raises `InjectorError` or `GuardError`."""
    target = workspace.environments[found.environment].targets[found.target]
    finder = _sweeps()[0][target.kind]
    within(LOOK_LIMIT, lambda: finder.remove(target.with_, found.leftover))


def _sweeps() -> tuple[dict[str, Sweep], dict[str, str]]:
    """Kind of target -> how to find what is ours there, and why it cannot; what needs a missing extra is left out."""
    found: dict[str, Sweep] = {}
    broken: dict[str, str] = {}
    for name in registry.names():
        try:
            kind = registry.kind(name)
        except registry.MissingExtra:
            continue
        except InjectorError as wrong:
            broken[name.partition(".")[0]] = str(wrong)
            continue
        if kind.sweep is not None and kind.target:
            found[kind.target] = kind.sweep
    return found, broken


def _live_tags(workspace: Path) -> Iterator[str]:
    for folder in control.drill_folders(workspace):
        try:
            if alive(folder):
                yield read_log(folder / FILE).tag
        except (OSError, GuardError):
            continue
