"""`gameday start`: a person's word for what waits with `when: by hand`."""

import sys
from typing import Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder, person, workspace_folder
from drills.cli.status_command import alive_here
from drills.guard import control


def command(
    name: Annotated[str, typer.Argument(help="The fault, message or part to start.", show_default=False)],
    *,
    drill: Annotated[str, typer.Option("--drill", help="Which drill; default: the one that runs.")] = "",
    workspace: Folder = None,
) -> None:
    folders = control.drill_folders(workspace_folder(workspace))
    running = [each for each in folders if drill in {"", each.name} and alive_here(each)]
    if len(running) != 1:
        which = ", ".join(each.name for each in running) or "none"
        print(f"error: say which drill with --drill: running now: {which}", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED)
    control.start_by_hand(running[0], name, by=person())
    print(f"drill {running[0].name}: told to start {name}")
