"""Writes a report as HTML, Markdown or JSON. What people typed is escaped; nothing is loaded from outside."""

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from drills.report.chart import draw
from drills.report.content import Report, mapping
from scoring.wording import clock

if TYPE_CHECKING:
    from jinja2 import Environment

MARKS = ("<!-- gameday report -->", '"gameday_report": 1')
"""One of them stands at the beginning of each file of ours."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")


def as_html(report: Report) -> str:
    """One self-contained page."""
    drawn = draw(report.lanes, report.drill) if report.lanes.lanes else ""
    return _templates(escaped=True).get_template("report.html").render(mapping(report), drawn=drawn)


def as_markdown(report: Report) -> str:
    """The same for a wiki or a pull request."""
    return _templates(escaped=False).get_template("report.md").render(mapping(report))


def as_json(report: Report) -> str:
    """The same for a program."""
    return json.dumps({"gameday_report": 1, **report.to_json()}, indent=2, ensure_ascii=False) + "\n"


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
    return made


def plain_markdown(text: object) -> str:
    """Text of others, so that it is only text: on one line, without a meaning for Markdown."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))
