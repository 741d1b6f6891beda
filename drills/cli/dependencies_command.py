"""`gameday dependencies`: what is promised when a dependency fails, and whether the last drill found it kept."""

import sys
from typing import TYPE_CHECKING

from drills.cli.exits import Exit
from drills.cli.here import Folder, workspace_folder

if TYPE_CHECKING:
    from drills.report.promises import Row
    from scenarios import Workspace

_HEAD = ("dependency", "when it is", "product should", "shown by", "last result", "drill", "on", "in", "why")


def command(*, workspace: Folder = None) -> None:
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it
    from drills.cli.tables import show  # noqa: PLC0415
    from drills.report.promises import unpromised  # noqa: PLC0415

    found = scenarios.load_workspace(workspace_folder(workspace))
    rows = _rows(found)
    show("", _HEAD, [_cells(row) for row in rows])
    for line in unpromised(found):
        print(f"nothing is promised for {line}")
    if not rows:
        print(f"{found.path} promises nothing: write `dependencies:` into it", file=sys.stderr)
        sys.exit(Exit.NOTHING_MEASURED)


def _rows(workspace: "Workspace") -> "list[Row]":
    from drills.cli.past_drills import complete_store  # noqa: PLC0415 - `--help` does not pay for it
    from drills.report.promises import table  # noqa: PLC0415
    from drills.store import open_store  # noqa: PLC0415

    address = complete_store(workspace)
    if address is None:
        return table(workspace, None)
    store = open_store(address, read_only=True)
    try:
        return table(workspace, store)
    finally:
        store.close()


def _cells(row: "Row") -> tuple[str, ...]:
    last = row.last
    mode = row.mode.replace("_", " ")
    return row.dependency, mode, row.then, row.probe, last.result, last.drill, last.day, last.environment, last.why
