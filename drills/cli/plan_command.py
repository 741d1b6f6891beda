"""`gameday plan`: what a drill would do, with every default and what is there now. Touches nothing."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.settings_option import Settings, settings_of

if TYPE_CHECKING:
    from scenarios import GameDay, Scenario, Workspace


def command(
    file: Annotated[Path, typer.Argument(help="A scenario or a game day.", show_default=False)],
    *,
    environment: Annotated[str, typer.Option("--environment", "-e", help="Where; default: the workspace's.")] = "",
    settings: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it
    from drills import plan as plans  # noqa: PLC0415
    from drills.cli import plan_view  # noqa: PLC0415
    from drills.engine.preview import preview  # noqa: PLC0415

    loaded = scenarios.load(file, settings=settings_of(settings))
    workspace = scenarios.load_workspace(scenarios.find_workspace(file.absolute().parent))
    shown, refused = [], False
    for scenario in _drills(loaded, workspace, environment or None):
        plan = plans.make(scenario, workspace, environment or None)
        seen = preview(plan)
        refused = refused or bool(seen.refusals)
        if as_json:
            shown.append(plan_view.as_json(plan, seen))
        else:
            plan_view.tables(plan, seen)
    if as_json:
        print(json.dumps(shown[0] if isinstance(loaded, scenarios.Scenario) else shown, indent=2))
    sys.exit(Exit.NOTHING_MEASURED if refused else Exit.MET)


def _drills(loaded: "Scenario | GameDay", workspace: "Workspace", environment: str | None) -> "list[Scenario]":
    """The scenario, or those of a game day's parts."""
    from drills.plan.parts import scenarios_of  # noqa: PLC0415 - `--help` does not pay for it
    from scenarios import Scenario  # noqa: PLC0415

    return [loaded] if isinstance(loaded, Scenario) else list(scenarios_of(loaded, workspace, environment).values())
