"""A titled table: drawn in a terminal, aligned plain lines when piped. It decides nothing."""

import sys
from collections.abc import Sequence

from scoring.wording import printable


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print it; without rows nothing. A column that is empty in every row is left out."""
    if not rows:
        return
    clean = [[printable(cell) for cell in row] for row in rows]
    kept = [index for index in range(len(head)) if any(row[index] for row in clean)]
    titles = [head[index] for index in kept]
    cells = [[row[index] for index in kept] for row in clean]
    print(f"\n{printable(title)}" if title else "")
    if sys.stdout.isatty():
        _drawn(titles, cells)
        return
    widths = [max(len(row[column]) for row in [titles, *cells]) for column in range(len(titles))]
    for row in [titles, *cells]:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _drawn(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(Padding(table, (0, 0, 0, 2)))
