"""`gameday revert`: takes back what dead drills left, from their undo logs alone; or records why something may stay."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder, Reason, person, workspace_folder
from drills.guard import control
from drills.guard.errors import Held
from drills.guard.take_over import open_drills, resolve, take_over, wait_free

PATIENCE = 5.0
"""Seconds to wait for a guard that is looking just now; it lets the log go between two looks."""


def command(
    drill: Annotated[str, typer.Argument(help="The dead drill to revert.", show_default=False)] = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every dead drill of the workspace.")] = False,
    resolved: Annotated[
        str, typer.Option("--resolve", metavar="CHANGE", help="Record that this stuck change no longer blocks.")
    ] = "",
    reason: Reason = "",
    workspace: Folder = None,
) -> None:
    folder = workspace_folder(workspace)
    if bool(drill) == everything:
        print("error: name one drill, or say --all; gameday status shows what is open", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED)
    if resolved and not drill:
        print("error: say of which drill: gameday revert DRILL --resolve CHANGE --reason WHY", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED)
    chosen = [each for each in control.drill_folders(folder) if each.name == drill] if drill else []
    if drill and not chosen:
        print(f"error: there is no drill {drill}; gameday status shows what is open", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED)
    if resolved and drill:
        resolve(chosen[0], resolved, why=reason, by=person())
        print(f"drill {drill}: {resolved} no longer blocks: {reason}")
        return
    chosen = chosen or [each.folder for each in open_drills(folder)]
    if not chosen:
        print("nothing is left open")
    if not all([_revert(each) for each in chosen]):  # noqa: C419 - every one is tried, also after a failure
        raise typer.Exit(Exit.NOT_REVERTED)


def _revert(folder: Path) -> bool:
    try:
        wait_free(folder, PATIENCE)
        done = take_over(folder, by=person(), why="gameday revert")
    except Held:
        print(f"drill {folder.name}: still running, or its guard is reverting it: gameday stop {folder.name}")
        return False
    except FileNotFoundError:
        print(f"drill {folder.name}: nothing was open")
        return True
    except OSError as wrong:
        print(f"drill {folder.name}: NOT CONFIRMED: {wrong.filename} cannot be read: {wrong.strerror}", file=sys.stderr)
        return False
    for change in done.cleared:
        print(f"drill {folder.name}: {change}: reverted, confirmed")
    for change, why in done.stuck.items():
        print(f"drill {folder.name}: {change}: NOT CONFIRMED: {why}", file=sys.stderr)
    for damage in done.damage:
        print(f"drill {folder.name}: damaged undo log: {damage}", file=sys.stderr)
    if done.unrecorded:
        print(f"drill {folder.name}: reverted, but the undo log cannot be written: {done.unrecorded}", file=sys.stderr)
    if done.closed and not done.cleared:
        print(f"drill {folder.name}: nothing was open")
    return done.closed
