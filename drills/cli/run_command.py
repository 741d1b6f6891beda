"""`gameday run`: one drill or one game day, live. Ctrl-C reverts politely; twice leaves it to the guards."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.settings_option import Settings, settings_of

if TYPE_CHECKING:
    from scenarios import GameDay, Scenario, Workspace


def command(  # noqa: PLR0913 - one parameter an option
    file: Annotated[Path, typer.Argument(help="A scenario or a game day.", show_default=False)],
    *,
    environment: Annotated[str, typer.Option("--environment", "-e", help="Where; default: the workspace's.")] = "",
    settings: Settings = None,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Everything but the writes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before something that cannot be reverted.")] = False,
    part: Annotated[str, typer.Option("--part", help="Of a game day: this part alone.")] = "",
    no_person: Annotated[bool, typer.Option("--no-person", help="Nobody is there: refuse `by hand`.")] = False,
) -> None:
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it

    workspace = scenarios.load_workspace(scenarios.find_workspace(file.absolute().parent))
    loaded = scenarios.load(file, settings=settings_of(settings))
    if part:
        loaded = _part(loaded, part, workspace)
    if isinstance(loaded, scenarios.GameDay):
        from drills.cli.game_day_run import run_game_day  # noqa: PLC0415

        sys.exit(run_game_day(loaded, workspace, environment=environment, rehearse=rehearse, person=not no_person))
    from drills import plan as plans  # noqa: PLC0415
    from drills.cli.drill_run import rehearse_drill, run_drill  # noqa: PLC0415

    plan = plans.make(loaded, workspace, environment or None)
    if rehearse:
        sys.exit(rehearse_drill(plan, person=not no_person))
    _ask_about_what_stays(plan, yes=yes)
    sys.exit(run_drill(plan, person=not no_person))


def _part(loaded: "Scenario | GameDay", part: str, workspace: "Workspace") -> "Scenario":
    from drills.plan.parts import scenarios_of  # noqa: PLC0415 - `--help` does not pay for it
    from scenarios import Scenario  # noqa: PLC0415
    from scenarios.suggest import for_name  # noqa: PLC0415

    if isinstance(loaded, Scenario):
        raise typer.BadParameter("only a game day has parts: leave it out", param_hint="--part")
    found = scenarios_of(loaded, workspace)
    if part not in found:
        raise typer.BadParameter(f"{loaded.id} has no part {part!r}: {for_name(part, found)}", param_hint="--part")
    return found[part]


def _ask_about_what_stays(plan: "object", *, yes: bool) -> None:
    """What cannot be reverted at all needs a typed confirmation of its own."""
    stays = [each for each in plan.faults.values() if not each.kind.reversible]  # type: ignore[attr-defined]  # a Plan
    if not stays or yes:
        return
    names = ", ".join(each.id for each in stays)
    if not sys.stdin.isatty():
        print(f"error: {names} cannot be reverted: run it in a terminal, or with --yes", file=sys.stderr)
        sys.exit(Exit.NOTHING_MEASURED)
    if typer.prompt(f"{names} CANNOT BE REVERTED. Type its name to go on") != names:
        sys.exit(Exit.NOTHING_MEASURED)
