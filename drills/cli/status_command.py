"""`gameday status`: what is on right now, what was left open, and whether starts are blocked. Changes nothing."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder, workspace_folder
from drills.guard import control
from drills.guard.reading import Log, read_log
from drills.guard.take_over import LeftOpen, alive, open_drills
from drills.guard.undolog import FILE
from scoring.wording import clock


def command(
    *, workspace: Folder = None, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    folder = workspace_folder(workspace)
    running = [_running(each) for each in control.drill_folders(folder) if alive_here(each)]
    left = open_drills(folder)
    lever, latched = control.lever(folder), control.latched(folder)
    if as_json:
        print(json.dumps(_as_json(running, left, lever, latched), indent=2))
    else:
        _print(running, left, lever, latched)
    if left:
        raise typer.Exit(Exit.NOT_REVERTED)


def alive_here(folder: Path) -> bool:
    """Is there a process that holds this drill's undo log?"""
    try:
        return alive(folder)
    except OSError:
        return False


def _running(folder: Path) -> tuple[str, Log]:
    return folder.name, read_log(folder / FILE)


def _print(
    running: list[tuple[str, Log]], left: list[LeftOpen], lever: control.Word | None, latched: control.Word | None
) -> None:
    if lever:
        print(f"SAFETY LEVER ENGAGED by {lever.by}: {lever.why} (release: gameday lever release --reason WHY)")
    if latched:
        print(f"STOP pressed by {latched.by}: {latched.why} (clear: gameday stop --clear --reason WHY)")
    for drill, log in running:
        print(f"drill {drill}  {log.facts.scenario if log.facts else '?'}  running")
        for each in log.tracked.values():
            since = clock(round(time.time() - each.at / 1e9))
            print(f"  {each.change.id:<24} {each.phase:<10} for {since}  {each.change.kind} on {each.change.subject}")
    for each_left in left:
        print(f"drill {each_left.drill}  DEAD, and it left something open: gameday revert {each_left.drill}")
        for change, why in each_left.open.items():
            print(f"  {change:<24} {why}")
        for damage in each_left.damage:
            print(f"  damaged undo log: {damage}")
    if not running and not left:
        print("nothing is on")


def _as_json(
    running: list[tuple[str, Log]], left: list[LeftOpen], lever: control.Word | None, latched: control.Word | None
) -> dict[str, Any]:
    return {
        "lever": {"by": lever.by, "why": lever.why} if lever else None,
        "stop": {"by": latched.by, "why": latched.why} if latched else None,
        "running": [
            {
                "drill": drill,
                "scenario": log.facts.scenario if log.facts else None,
                "changes": {name: {"phase": each.phase, "at": each.at} for name, each in log.tracked.items()},
            }
            for drill, log in running
        ],
        "left_open": [{"drill": each.drill, "open": dict(each.open), "damage": list(each.damage)} for each in left],
    }
