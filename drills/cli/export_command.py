"""`gameday export`: everything about drills as JSON Lines, to stdout or into a file that is whole or not there."""

import json
from pathlib import Path
from typing import Annotated

import typer

from drills.cli.past_drills import StorePath, chosen, reading
from drills.cli.whole_file import write_whole
from drills.store.json_lines import export_lines

_MOST = 1_000_000
"""Drills of one export."""


def command(
    drills: Annotated[
        list[str] | None, typer.Argument(help="Numbers of drills; default: all.", show_default=False)
    ] = None,
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; default: stdout.")] = None,
    store: StorePath = None,
) -> None:
    with reading(store) as opened:
        rows = [chosen(opened, drill) for drill in drills] if drills else list(reversed(opened.drills(_MOST)))
        lines = export_lines(opened, rows)
        if output is None:
            for line in lines:
                print(json.dumps(line))
        else:
            write_whole((json.dumps(line) + "\n" for line in lines), output)
