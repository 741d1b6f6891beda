"""Pieces of Markdown for the reference pages. Knows nothing of gameday."""

import re
from collections.abc import Iterable, Sequence

MADE = "<!-- Written by `make docs` from the code: change the code, not this page. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a column that is empty in every row is left out."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ").strip() for cell in row] for row in rows]
    kept = [column for column in range(len(head)) if any(row[column] for row in cells)]
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join(f"| {' | '.join(line[column] for column in kept)} |" for line in lines)


def block(text: str, language: str) -> str:
    """A fenced block, or nothing when there is nothing to show."""
    return f"```{language}\n{text.strip()}\n```" if text.strip() else ""


def anchor(heading: str) -> str:
    """Where a heading is linked to, as code hosts make it."""
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def link(heading: str) -> str:
    """A link to a heading of the same page."""
    return f"[`{heading}`](#{anchor(heading)})"


def page(title: str, text: str, parts: Iterable[str]) -> str:
    """A whole page; an empty part is left out."""
    whole = [MADE, f"# {title}", text, *parts]
    return "\n\n".join(part.strip("\n") for part in whole if part.strip()) + "\n"
