"""What an old drill would be judged by today: its scenario file as it is now. Touches no target, scores nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drills.plan import meaning
from drills.plan.catalog import scenario_files
from drills.plan.rubric import rubric_of
from scenarios import GameDay, Scenario, ScenarioError, Workspace, load
from scenarios.shelf import heads
from scoring.rubric import Rubric

Json = Any


@dataclass(frozen=True, slots=True)
class Today:
    """The limits of the file as it is now."""

    rubric: Rubric
    file: Path
    notes: tuple[str, ...]
    """What a reader must know to compare."""


@dataclass(frozen=True, slots=True)
class Gone:
    """There are no such limits any more."""

    why: str


def rubric_today(started: Mapping[str, Json], workspace: Workspace) -> Today | Gone:
    """For a drill that began with this entry; what its steps were stays, since its verdicts are about those."""
    name = str(started.get("scenario") or "")
    then = Rubric.from_json(started.get("rubric") or {})
    if not started.get("rubric"):
        return Gone("nothing was recorded of what it was to be judged by")
    try:
        scenario, notes = _scenario(name, started, workspace)
    except ScenarioError as error:
        return Gone(f"its scenario file is no longer valid: {error.problems[0]}")
    if scenario is None:
        return Gone(f"no file of this workspace has the scenario {name} any more")
    wrong = [problem for problem in meaning.names(scenario, workspace) if problem.severity == "error"]
    if wrong:
        return Gone(f"its scenario file is no longer valid: {wrong[0]}")
    if (scenario.tabletop is not None) != bool(started.get("tabletop")):
        was, is_ = ("a tabletop", "a drill with faults") if started.get("tabletop") else ("a drill", "a tabletop")
        return Gone(f"it was {was}, and {scenario.path} is {is_} now: the two are never compared")
    now = rubric_of(scenario, workspace)
    same_page = now.answer.get("runbook") == then.answer.get("runbook")
    return Today(replace(now, steps=then.steps) if same_page else now, scenario.path, tuple(notes))


def _scenario(name: str, started: Mapping[str, Json], workspace: Workspace) -> tuple[Scenario | None, list[str]]:
    if started.get("tabletop"):
        part = _part_of_a_day(name, started, workspace)
        if part is not None:
            return part, []
    file = scenario_files(workspace).get(name)
    if file is None:
        return None, []
    loaded = load(file)
    if not isinstance(loaded, Scenario) or not loaded.vars:
        return (loaded if isinstance(loaded, Scenario) else None), []
    recorded = started.get("vars")
    if not isinstance(recorded, Mapping):
        return loaded, ["what its variables were set to was not recorded: the file's own values are taken"]
    known = {key: value for key, value in recorded.items() if key in loaded.vars}
    gone = sorted(recorded.keys() - loaded.vars.keys())
    again = load(file, settings=known)
    return (again if isinstance(again, Scenario) else loaded), [f"the file has no variable {each} now" for each in gone]


def _part_of_a_day(name: str, started: Mapping[str, Json], workspace: Workspace) -> Scenario | None:
    """The tabletop of a game day that is called so; the day it was a part of goes first."""
    days = [head for head in heads(workspace.scenario_folders) if head.kind == "game_day"]
    for head in sorted(days, key=lambda head: head.id != started.get("part_of")):
        day = load(head.path)
        if isinstance(day, GameDay) and name in day.parts and day.parts[name].tabletop is not None:
            return day.tabletop(name, str(started.get("service") or ""))
    return None
