"""The scenarios and game days of a workspace, by id. Reads the first key of each file and no more."""

from collections.abc import Iterable
from pathlib import Path

from scenarios import GameDay, Problem, ScenarioError, Workspace, load
from scenarios.shelf import Head, files, first_key, heads


def scenario_files(workspace: Workspace) -> dict[str, Path]:
    """Scenario id -> its file; of twins the first."""
    found: dict[str, Path] = {}
    for head in heads(workspace.scenario_folders):
        if head.kind == "scenario":
            found.setdefault(head.id, head.path)
    return found


def waiting_for_a_hand(name: str, workspace: Workspace) -> tuple[str, ...] | None:
    """What starts by hand in the scenario or game day of this id; None: there is none that can be read."""
    path = next((head.path for head in heads(workspace.scenario_folders) if head.id == name), None)
    try:
        loaded = load(path) if path else None
    except ScenarioError:
        return None
    if loaded is None:
        return None
    if isinstance(loaded, GameDay):
        whens = {name: each.when for name, each in loaded.parts.items()}
        whens |= {name: each.when for name, each in loaded.messages.items()}
        return tuple(name for name, when in whens.items() if when.edge == "hand")
    moments = {name: each.when for name, each in loaded.faults.items()}
    moments |= {name: each.when for name, each in loaded.messages.items()}
    return tuple(each for each, when in moments.items() if when.edge == "hand")


def all_files(workspace: Workspace) -> list[Path]:
    """Every file that may hold a scenario or a game day."""
    return [path for folder in workspace.scenario_folders for path in files(folder)]


def twins_of(path: Path, workspace: Workspace) -> list[Problem]:
    """The other file of this workspace that has the id of this one, told at this file."""
    own = first_key(path)
    if own is None:
        return []
    for other in heads(workspace.scenario_folders):
        if other.id == own.id and other.path.resolve() != path.resolve():
            return twins([other, own])
    return []


def twins(found: Iterable[Head]) -> list[Problem]:
    """Ids that more than one file has: each file after the first is told."""
    first: dict[str, Path] = {}
    problems = []
    for head in found:
        known = first.setdefault(head.id, head.path)
        if known.resolve() != head.path.resolve():
            told = f"{known} has the id {head.id} already: ids are unique in a workspace"
            problems.append(Problem(str(head.path), 1, 1, head.kind, told))
    return problems
