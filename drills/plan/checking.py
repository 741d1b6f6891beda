"""Finds every problem of a file without touching a target: form, names, kinds, parameters, caps."""

from collections.abc import Iterator
from pathlib import Path

from drills.plan import meaning
from drills.plan.catalog import scenario_files, twins, twins_of
from drills.plan.joining import Joined, join
from drills.plan.targets import choose
from drills.signals import registry as signals
from drills.signals.contract import SignalError
from injectors import registry as injectors
from injectors.contract import InjectorError
from scenarios import FILE_NAME, GameDay, Problem, Scenario, ScenarioError, Workspace, load, load_workspace
from scenarios.problems import in_order, shown
from scenarios.salvage import UNREADABLE
from scenarios.shelf import heads
from scenarios.suggest import for_name


def check(loaded: Scenario | GameDay, workspace: Workspace, environment: str | None = None) -> tuple[Problem, ...]:
    """Every problem of a loaded file; a game day's parts are loaded and checked too."""
    if isinstance(loaded, GameDay):
        return in_order(_game_day(loaded, workspace, environment))
    return in_order([*_scenario(loaded, workspace, environment)[0], *_called(loaded, "scenario")])


def check_file(path: Path, workspace: Workspace | None, environment: str | None = None) -> tuple[Problem, ...]:
    """The same for a file, with the problems of its form; without a workspace only its form is looked at."""
    if path.name == FILE_NAME:
        return check_workspace(path)
    try:
        loaded: Scenario | GameDay | None = load(path)
        found: tuple[Problem, ...] = ()
    except ScenarioError as error:
        loaded, found = error.rest, error.problems
    if loaded is not None and workspace is not None:
        found = (*found, *check(loaded, workspace, environment))
    return in_order(found)


def check_workspace(path: Path) -> tuple[Problem, ...]:
    """gameday.yaml itself; a target of a kind nobody knows is a warning, since no scenario may use it."""
    try:
        workspace = load_workspace(path)
    except ScenarioError as error:
        return error.problems
    return in_order([*_targets(workspace), *_folders(workspace), *_schedules(workspace)])


def checked(scenario: Scenario, workspace: Workspace, environment: str | None) -> tuple[Joined, str]:
    """The joined scenario and its environment. Raises `ScenarioError` when there are errors."""
    problems, joined, where = _scenario_joined(scenario, workspace, environment)
    problems += twins_of(scenario.path, workspace)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or joined is None or where is None:
        raise ScenarioError(in_order(errors))
    return joined, where


def _scenario(scenario: Scenario, workspace: Workspace, environment: str | None) -> tuple[list[Problem], str | None]:
    problems, joined, where = _scenario_joined(scenario, workspace, environment)
    if joined is not None:
        problems += [_as_warning(problem) for problem in joined.deaf]
    return problems, where


def _scenario_joined(
    scenario: Scenario, workspace: Workspace, environment: str | None
) -> tuple[list[Problem], Joined | None, str | None]:
    problems = [*meaning.names(scenario, workspace), *meaning.caps(scenario, workspace), *meaning.reachable(scenario)]
    where = choose(environment or scenario.environment, workspace)
    if where is None or where not in workspace.environments:
        return [*problems, _no_environment(scenario, workspace, where)], None, None
    joined = join(scenario, workspace, where)
    return problems + joined.problems, joined, where


def _no_environment(scenario: Scenario, workspace: Workspace, where: str | None) -> Problem:
    listed = ", ".join(workspace.environments)
    if where is None:
        told = f"which environment? Write `environment: ...` here or `--environment`, one of {listed}"
    else:
        told = f"{shown(where)} is not listed under `environments` in gameday.yaml, so nothing may be drilled there"
        told += f": {for_name(where, workspace.environments, 'listed are')}"
    return scenario.problem(("environment",), told)


def _game_day(day: GameDay, workspace: Workspace, environment: str | None) -> Iterator[Problem]:
    yield from _called(day, "game_day")
    files = scenario_files(workspace)
    for name, part in day.parts.items():
        if part.scenario is None:
            continue
        if part.scenario not in files:
            told = f"there is no scenario {shown(part.scenario)}: {for_name(part.scenario, files)}"
            yield day.problem(("parts", name, "scenario"), told)
            continue
        yield from _part(day, name, files[part.scenario], workspace, environment)


def _part(day: GameDay, name: str, file: Path, workspace: Workspace, environment: str | None) -> Iterator[Problem]:
    given = day.parts[name].set
    try:
        known = load(file)
        values = known.vars if isinstance(known, Scenario) else {}
        for key in given:
            if key not in values:
                told = f"{file} has no variable {shown(key)}: {for_name(key, values, 'under its `vars` there are')}"
                yield day.problem(("parts", name, "set", key), told, at_key=True)
        loaded = load(file, settings={key: value for key, value in given.items() if key in values})
    except ScenarioError as error:
        yield from error.problems
        return
    if isinstance(loaded, Scenario):
        yield from _scenario(loaded, workspace, environment)[0]


def _called(loaded: Scenario | GameDay, key: str) -> Iterator[Problem]:
    """A warning when the file is called something else than its id."""
    if loaded.id not in {loaded.path.stem, UNREADABLE}:
        told = f"the file is called {loaded.path.name}: people look for {loaded.id}.yaml"
        yield loaded.problem((key,), told, "warning")


def _targets(workspace: Workspace) -> Iterator[Problem]:
    known = _target_kinds()
    for environment, held in workspace.environments.items():
        for name, target in held.targets.items():
            if target.kind not in known:
                told = f"nothing installed uses a target of kind {shown(target.kind)}: {for_name(target.kind, known)}"
                yield workspace.problem(("environments", environment, "targets", name, "kind"), told, "warning")


def _target_kinds() -> set[str]:
    """What `kind:` of a target may be; a kind that cannot be loaded is known by its family."""
    known = {*signals.source_names()}
    for name in injectors.names():
        try:
            known.add(injectors.kind(name).target)
        except InjectorError:
            known.add(name.partition(".")[0])
    for name in signals.probe_names():
        try:
            known.add(signals.probe_kind(name).target)
        except SignalError:
            known.add(name.partition(".")[0])
    return known - {""}


def _folders(workspace: Workspace) -> Iterator[Problem]:
    for index, folder in enumerate(workspace.scenario_folders):
        if not folder.is_dir():
            told = f"there is no folder {folder}: make it, or write where the scenarios are"
            yield workspace.problem(("scenarios", index), told, "warning")
    yield from twins(heads(workspace.scenario_folders))


def _schedules(workspace: Workspace) -> Iterator[Problem]:
    known = {head.id for head in heads(workspace.scenario_folders)}
    for name, schedule in workspace.schedules.items():
        if schedule.scenario and schedule.scenario not in known:
            told = f"there is no scenario {shown(schedule.scenario)}: {for_name(schedule.scenario, known)}"
            yield workspace.problem(("schedules", name, "scenario"), told)
        for index, scenario in enumerate(schedule.scenarios):
            if scenario not in known:
                told = f"there is no scenario {shown(scenario)}: {for_name(scenario, known)}"
                yield workspace.problem(("schedules", name, "scenarios", index), told)


def _as_warning(problem: Problem) -> Problem:
    told = f"its alerts will not be heard: {problem.message}"
    return Problem(problem.file, problem.line, problem.column, problem.path, told, "warning")
