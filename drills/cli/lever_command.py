"""`gameday lever`: engage, release or show the safety lever of the whole workspace."""

from typing import Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder, person, workspace_folder
from drills.cli.status_command import alive_here
from drills.cli.stop_command import report
from drills.guard import control

app = typer.Typer(
    help="The safety lever: while engaged, every drill is reverted and none starts.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)
MustSay = Annotated[str, typer.Option("--reason", "-r", help="Why; kept for those who read it later.")]


@app.command()
def engage(*, reason: MustSay, workspace: Folder = None) -> None:
    """Revert every drill and let none start."""
    folder = workspace_folder(workspace)
    control.engage_lever(folder, by=person(), why=reason)
    print("the safety lever is engaged")
    confirmed = [report(each) for each in control.drill_folders(folder) if alive_here(each)]
    if not all(confirmed):
        raise typer.Exit(Exit.NOT_REVERTED)


@app.command()
def release(*, reason: MustSay, workspace: Folder = None) -> None:
    """Let drills start again."""
    control.release_lever(workspace_folder(workspace), by=person(), why=reason)
    print("the safety lever is released: drills may start again")


@app.command()
def show(*, workspace: Folder = None) -> None:
    """Say whether it is engaged, by whom and why."""
    lever = control.lever(workspace_folder(workspace))
    print(f"engaged by {lever.by}: {lever.why}" if lever else "released")
