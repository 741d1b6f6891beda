"""`gameday verify`: was anything on a timeline changed after it was written; exit code 3 when it was."""

import typer

from drills.cli.exits import Exit
from drills.cli.past_drills import Drill, StorePath, chosen, reading


def command(drill: Drill = "", *, store: StorePath = None) -> None:
    with reading(store) as opened:
        row = chosen(opened, drill)
        found = opened.verify(row.id)
    for problem in found:
        print(f"drill {row.id}: {problem}")
    if found:
        raise typer.Exit(Exit.NOT_REVERTED)
    print(f"drill {row.id}: {row.head_seq} entries, nothing was changed")
