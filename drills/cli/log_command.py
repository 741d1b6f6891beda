"""`gameday log`: the timeline of a drill, readable or as JSON Lines; with --follow until the drill ends."""

import json
import time
from typing import Annotated

import typer

from drills.cli.past_drills import Drill, StorePath, chosen, reading
from drills.cli.sentences import line
from drills.store.json_lines import entry_line

_PAGE = 1000
_PAUSE = 0.2
"""Seconds between two looks while following."""


def command(
    drill: Drill = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until the drill ends.")] = False,
    store: StorePath = None,
) -> None:
    with reading(store) as opened:
        row = chosen(opened, drill)
        last, start = 0, row.started_at
        while True:
            page = opened.entries(row.id, after=last, limit=_PAGE)
            for entry in page:
                start = entry.at if entry.seq == 1 else start
                print(json.dumps(entry_line(row.id, entry)) if as_json else line(entry, start), flush=follow)
            last = page[-1].seq if page else last
            if not page and (not follow or opened.drill(row.id).ended_at is not None):
                return
            if not page:
                time.sleep(_PAUSE)
