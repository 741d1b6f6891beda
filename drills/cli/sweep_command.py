"""`gameday sweep`, for cron: lists what is ours on every target past its end; 3 when anything is left or unseen."""

import sys
from typing import Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder, workspace_folder


def command(
    *,
    revert: Annotated[bool, typer.Option("--revert", help="Take it away.")] = False,
    workspace: Folder = None,
) -> None:
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it
    from drills.cli.warnings import say_what_is_left  # noqa: PLC0415
    from drills.engine.sweeping import Found, remove, sweep  # noqa: PLC0415
    from drills.guard.errors import GuardError  # noqa: PLC0415
    from injectors.contract import InjectorError  # noqa: PLC0415

    folder = workspace_folder(workspace)
    left_open = say_what_is_left(folder)
    loaded = scenarios.load_workspace(folder)
    swept = sweep(loaded)

    def taken(found: Found) -> bool:
        try:
            remove(loaded, found)
        except (InjectorError, GuardError) as wrong:
            print(f"  NOT CONFIRMED: {wrong}", file=sys.stderr)
            return False
        print("  reverted")
        return True

    left = len(swept.found)
    for found in swept.found:
        print(f"{found.environment}/{found.target}: {found.leftover.what} ({found.leftover.tag})")
        left -= revert and taken(found)
    for unseen in swept.unseen:
        print(f"could not look at {unseen}", file=sys.stderr)
    if left or swept.unseen or left_open:
        raise typer.Exit(Exit.NOT_REVERTED)
    print("nothing of ours is left")
