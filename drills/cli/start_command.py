"""`gameday start`: a person's word for what waits with `when: by hand`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder, person, workspace_folder
from drills.cli.status_command import alive_here
from drills.guard import control
from drills.guard.reading import read_log
from drills.guard.undolog import FILE


def command(
    name: Annotated[str, typer.Argument(help="The fault, message or part to start.", show_default=False)],
    *,
    drill: Annotated[str, typer.Option("--drill", help="Which drill; default: the one that runs.")] = "",
    workspace: Folder = None,
) -> None:
    folder = workspace_folder(workspace)
    folders = control.drill_folders(folder)
    running = [each for each in folders if drill in {"", each.name} and alive_here(each)]
    if len(running) != 1:
        which = ", ".join(each.name for each in running) or "none"
        print(f"error: say which drill with --drill: running now: {which}", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED)
    if wrong := _unknown(name, running[0], folder):
        print(f"error: {wrong}", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED)
    control.start_by_hand(running[0], name, by=person())
    print(f"drill {running[0].name}: told to start {name}")


def _unknown(name: str, drill: Path, workspace: Path) -> str:
    """Why nothing of this drill waits under that name; empty also where its files cannot be read any more."""
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it
    from drills.plan.catalog import waiting_for_a_hand  # noqa: PLC0415
    from scenarios.suggest import for_name  # noqa: PLC0415

    facts = read_log(drill / FILE).facts
    try:
        waits = waiting_for_a_hand(facts.scenario, scenarios.load_workspace(workspace)) if facts else None
    except scenarios.ScenarioError:
        return ""
    if waits is None or name in waits:
        return ""
    advice = for_name(name, waits, "there are") if waits else "nothing does"
    return f"drill {drill.name} has no '{name}' that waits with `when: by hand`: {advice}"
