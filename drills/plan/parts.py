"""The scenarios behind a game day's parts, with what each part sets. Runs none of them."""

from drills.plan.catalog import scenario_files
from drills.plan.checking import check
from scenarios import GameDay, Scenario, ScenarioError, Workspace, load
from scenarios.game_day import SEVERAL


def scenarios_of(day: GameDay, workspace: Workspace, environment: str | None = None) -> dict[str, Scenario]:
    """Part -> its scenario; a tabletop is one too. Raises `ScenarioError` when any part has a problem."""
    errors = [problem for problem in check(day, workspace, environment) if problem.severity == "error"]
    if errors:
        raise ScenarioError(errors)
    files = scenario_files(workspace)
    found = {}
    for name, part in day.parts.items():
        if part.scenario is not None:
            loaded = load(files[part.scenario], settings=part.set)
            if isinstance(loaded, Scenario):
                found[name] = loaded
    services = {each.service for each in found.values()}
    service = services.pop() if len(services) == 1 else SEVERAL
    return {name: found[name] if name in found else day.tabletop(name, service) for name in day.parts}
