"""`gameday run`: one drill or one game day, live. Ctrl-C reverts politely; twice leaves it to the guards."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.settings_option import Settings, settings_of


def command(  # noqa: PLR0913 - one parameter an option
    file: Annotated[Path, typer.Argument(help="A scenario or a game day.", show_default=False)],
    *,
    environment: Annotated[str, typer.Option("--environment", "-e", help="Where; default: the workspace's.")] = "",
    settings: Settings = None,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Everything but the writes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before something that cannot be reverted.")] = False,
    no_person: Annotated[bool, typer.Option("--no-person", help="Nobody is there: refuse `by hand`.")] = False,
) -> None:
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it

    workspace = scenarios.load_workspace(scenarios.find_workspace(file.absolute().parent))
    loaded = scenarios.load(file, settings=settings_of(settings))
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
