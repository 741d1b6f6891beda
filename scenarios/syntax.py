"""Says what the YAML parser's errors mean to someone who is not a parser."""

from collections.abc import Sequence

import yaml

_MEANINGS: Sequence[tuple[str, str]] = (
    (
        "mapping values are not allowed",
        "a colon and a space inside unquoted text, or a key indented too far: quote the text",
    ),
    ("block sequence entries are not allowed", "a list begins in the middle of a line: start it on a line of its own"),
    ("could not find expected ':'", "a line without `key:`, or wrongly indented: write `key: value`"),
    ("did not find expected key", "this does not fit here: check the indentation, and quotes around text"),
    ("did not find expected '-' indicator", "this does not fit here: list items all begin with - in the same column"),
    ("did not find expected ',' or '}'", "the { is not closed here: add }, or quote the text in it"),
    ("did not find expected ',' or ']'", "the [ is not closed here: add ], or quote the text in it"),
    ("found unexpected end of stream", "a quote is opened and not closed: add the second one"),
    ("found unknown escape character", "an unknown \\ in double quotes: write \\\\ for one, or use single quotes"),
    ("did not find expected node content", "a value is missing, or a comma is too much"),
    ("did not find expected <document start>", "a second value begins here: one file holds one map of keys"),
    ("found duplicate anchor", "this anchor (&) is there already: give it another name"),
    (
        "did not find expected comment or line break",
        "only a comment or a line break may follow | or >: text goes on the next line",
    ),
)

_POINT_AT_THE_BEGINNING = ("found unexpected end of stream", "could not find expected ':'")
"""The mistake is where this began, not where it was noticed."""


def explain(error: yaml.YAMLError, text: str) -> tuple[int, int, str]:
    """Line and column from 1, and what to write instead."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return _unprintable(error, text)
    mark, problem = error.problem_mark, error.problem or "this is not YAML"
    if problem.startswith(_POINT_AT_THE_BEGINNING) and error.context_mark is not None:
        mark = error.context_mark
    line, column = mark.line + 1, mark.column + 1
    if "cannot start any token" in problem or "tab character" in problem:
        return line, column, _odd_character(text, mark.line, mark.column)
    if (slot := _bare_slot(text, mark.line, mark.column)) is not None:
        return line, slot + 1, 'inside {braces} a variable is put in quotes: "${name}"'
    for said, meant in _MEANINGS:
        if said in problem:
            return line, column, meant
    return line, column, f"this is not YAML: {problem}"


def _bare_slot(text: str, line: int, column: int) -> int | None:
    """Where an unquoted `${` begins just before the mistake, if it does."""
    lines = text.splitlines()
    before = lines[line][: column + 1] if line < len(lines) else ""
    found = before.rfind("${")
    inside = before[:found].count("{") > before[:found].count("}") or before[:found].count("[") > 0
    quoted = before[:found].count('"') % 2 or before[:found].count("'") % 2
    return found if found >= 0 and inside and not quoted else None


def _odd_character(text: str, line: int, column: int) -> str:
    lines = text.splitlines()
    found = lines[line][column : column + 1] if line < len(lines) else ""
    if found == "\t" or not found:
        return "a tab stands here: use spaces"
    return f"an unquoted value cannot begin with {found}: put quotes around it"


def _unprintable(error: yaml.YAMLError, text: str) -> tuple[int, int, str]:
    at = getattr(error, "position", 0)
    before = text.encode()[:at].decode(errors="replace") if isinstance(at, int) else ""
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return line, column, "a character that no text file needs stands here: remove it"
