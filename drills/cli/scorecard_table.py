"""Shows a scorecard: a table in a terminal, plain lines when piped. It decides nothing and hides nothing."""

from typing import TextIO

from scoring.result import Unknown, Verdict
from scoring.scorecard import Row, Scorecard
from scoring.wording import limit_words, printable, result_words

_STYLES = {Verdict.MET: "green", Verdict.MISSED: "bold red", Verdict.UNKNOWN: "yellow", Verdict.NOT_JUDGED: "dim"}
_HEAD = ("measure", "limit", "result", "verdict", "why")


def show(card: Scorecard, out: TextIO) -> None:
    """Write the card: who and what, the table, the headline."""
    print(title(card), file=out)
    if card.measured:
        _table(card, out)
        _say_what_is_not_known(card, out)
    print(printable(card.headline), file=out)


def title(card: Scorecard) -> str:
    """One line: which drill, where, and how it ended, apart from what was met."""
    where = f"{card.service} on {card.environment}"
    words = f"{card.kind} {card.drill}: {card.title or card.scenario} ({where}), {card.outcome}"
    return printable(words + (f": {card.why}" if card.why and card.measured else ""))


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """One row as text; no limit and no verdict where the scenario did not ask."""
    judged = "" if row.verdict is Verdict.NOT_JUDGED else str(row.verdict)
    return row.title, limit_words(row.limit), result_words(row.result), judged, printable(row.result.why)


def _shown(row: Row) -> bool:
    """In the table: what was judged, and what is known or missed; the rest is told in one line below it."""
    return row.verdict is not Verdict.NOT_JUDGED or not isinstance(row.result, Unknown)


def _say_what_is_not_known(card: Scorecard, out: TextIO) -> None:
    rest = "; ".join(f"{row.title} ({row.result.why})" for row in card.rows if not _shown(row))
    if rest:
        print(printable(f"not asked for, and unknown: {rest}"), file=out)


def _table(card: Scorecard, out: TextIO) -> None:
    if out.isatty():
        _rich_table(card, out)
        return
    rows = [_HEAD, *(cells(row) for row in card.rows if _shown(row))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), file=out)


def _rich_table(card: Scorecard, out: TextIO) -> None:
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*_HEAD, box=None, pad_edge=False, header_style="bold")
    for row in filter(_shown, card.rows):
        table.add_row(*(Text(cell) for cell in cells(row)), style=_STYLES[row.verdict])
    Console(file=out).print(table)
