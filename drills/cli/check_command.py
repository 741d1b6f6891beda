"""`gameday check`: every problem of files and folders, for a person, a program or a GitHub workflow."""

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drills.cli.exits import Exit

if TYPE_CHECKING:
    from scenarios import Problem


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def command(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; default: the workspace.", show_default=False)
    ] = None,
    *,
    environment: Annotated[str, typer.Option("--environment", "-e", help="Where; default: the workspace's.")] = "",
    form: Annotated[Format, typer.Option("--format", help="For a person, a program, a GitHub workflow.")] = Format.TEXT,
) -> None:
    from drills.plan.gathering import check_paths  # noqa: PLC0415 - `--help` does not pay for it

    checked = check_paths(paths or [], environment or None)
    found = list(checked.problems)
    if form is Format.JSON:
        print(json.dumps([asdict(each) for each in found], indent=2))
    for each in found if form is not Format.JSON else ():
        print(_github(each) if form is Format.GITHUB else _text(each))
    errors = sum(each.severity == "error" for each in found)
    if form is Format.TEXT:
        print(_summary(len(checked.files), errors, len(found) - errors), file=sys.stderr)
    sys.exit(Exit.MISSED if errors else Exit.MET)


def _text(problem: "Problem") -> str:
    if problem.severity == "error":
        return str(problem)
    told = f"{problem.path}: {problem.message}" if problem.path else problem.message
    return f"{problem.file}:{problem.line}:{problem.column}: warning: {told}"


def _github(problem: "Problem") -> str:
    """A workflow command; the runner shows it beside the line."""
    told = f"{problem.path}: {problem.message}" if problem.path else problem.message
    told = told.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    file = problem.file.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{problem.severity} file={file},line={problem.line},col={problem.column}::{told}"


def _summary(files: int, errors: int, warnings: int) -> str:
    return f"{_count(files, 'file')}: {_count(errors, 'problem')}, {_count(warnings, 'warning')}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
