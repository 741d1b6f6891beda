"""Writes a report as HTML, Markdown or JSON. What people typed is escaped; nothing is loaded from outside."""

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from drills.report.content import Report, mapping
from scoring.wording import clock

if TYPE_CHECKING:
    from jinja2 import Environment

WIDTH, LABEL, ROW, TOP = 1000, 190, 26, 30
"""Of the picture, in its own units."""
TICKS = 5
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")


def as_html(report: Report) -> str:
    """One self-contained page."""
    return _templates(escaped=True).get_template("report.html").render(mapping(report))


def as_markdown(report: Report) -> str:
    """The same for a wiki or a pull request."""
    return _templates(escaped=False).get_template("report.md").render(mapping(report))


def as_json(report: Report) -> str:
    """The same for a program."""
    return json.dumps(report.to_json(), indent=2, ensure_ascii=False) + "\n"


@cache
def _templates(*, escaped: bool) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only a report pays for it

    made = Environment(
        loader=PackageLoader("drills.report", "."),
        autoescape=escaped,  # noqa: S701 - Markdown has a filter of its own, at every value of its template
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"md": plain_markdown, "clock": clock}
    made.globals |= {"x": across, "ticks": ticks, "width": WIDTH, "label": LABEL, "row": ROW, "top": TOP}
    return made


def across(at: float, begin: float, end: float) -> float:
    """Where a moment lies in the picture."""
    share = (min(max(at, begin), end) - begin) / (end - begin)
    return round(LABEL + share * (WIDTH - LABEL - 10), 1)


def ticks(begin: float, end: float) -> list[float]:
    """The moments that are written below the picture; 0, the confirmed effect, is one of them."""
    step = (end - begin) / TICKS
    rough = [begin + step * number for number in range(TICKS + 1)]
    return [0.0 if abs(each) < step / 2 and begin <= 0 <= end else each for each in rough]


def plain_markdown(text: object) -> str:
    """Text of others, so that it is only text: on one line, without a meaning for Markdown."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))
