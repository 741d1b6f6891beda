"""`gameday stop`: works with no server and no store. Never calls stopped what is not confirmed."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder, Reason, person, workspace_folder
from drills.cli.status_command import alive_here
from drills.guard import control
from drills.guard.phases import Phase
from drills.guard.reading import read_log
from drills.guard.undolog import FILE

PATIENCE = 60.0
"""Seconds to wait for the reverts; what is not confirmed by then is said to be so."""
LOOK = 0.05


def command(
    drill: Annotated[str, typer.Argument(help="The drill; default: every one that runs.", show_default=False)] = "",
    *,
    reason: Reason = "",
    clear: Annotated[bool, typer.Option("--clear", help="Allow starts again; needs --reason.")] = False,
    workspace: Folder = None,
) -> None:
    folder = workspace_folder(workspace)
    if clear:
        control.unlatch(folder, by=person(), why=reason)
        print("cleared: drills may start again")
        return
    chosen = [each for each in control.drill_folders(folder) if drill in {"", each.name} and alive_here(each)]
    if drill and not chosen:
        print(f"error: no drill {drill} is running; gameday status shows what is", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED)
    for each in chosen:
        control.press_stop(each, by=person(), why=reason or "STOP")
    control.latch(folder, by=person(), why=reason or "STOP", drill=drill)
    if not chosen:
        print("nothing was running; starts are refused until: gameday stop --clear --reason WHY")
        return
    confirmed = [report(each) for each in chosen]
    print("starts are refused until: gameday stop --clear --reason WHY")
    if not all(confirmed):
        raise typer.Exit(Exit.NOT_REVERTED)


def report(folder: Path) -> bool:
    """Wait for a drill's reverts and print each fault; True when all are confirmed clear."""
    print(f"drill {folder.name}: stopping", flush=True)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        log = read_log(folder / FILE)
        if log.closed and not alive_here(folder):
            break
        if any(each.phase is Phase.STUCK for each in log.open) and not alive_here(folder):
            break
        time.sleep(LOOK)
    log = read_log(folder / FILE)
    for each in log.tracked.values():
        print(
            f"  {each.change.id}: {'NOT CONFIRMED' if each.open else 'reverted'}{f' ({each.why})' if each.why else ''}"
        )
    if not log.tracked:
        print("  nothing had been injected")
    return log.closed
