"""`gameday runbook check`: what is wrong with runbooks on their face. Runs nothing that they name."""

import sys
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder
from drills.cli.whole_file import write_whole

if TYPE_CHECKING:
    from drills.runbooks.checking import Checked, Ruling
    from drills.runbooks.rules import Finding
    from scenarios import Workspace


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def check(  # noqa: PLR0913 - one parameter an option
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files and folders; default: the runbooks of the workspace.", show_default=False),
    ] = None,
    *,
    form: Annotated[
        Format, typer.Option("--format", help="For a person, a program, a code host, a GitHub workflow.")
    ] = Format.TEXT,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Tell only what is not in this file.", show_default=False)
    ] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option("--write-baseline", help="Write all that is wrong today into this file.", show_default=False),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Add the parts a page lacks, empty; nothing else.")] = False,
    workspace: Folder = None,
) -> None:
    """What is wrong with each on its face, as file:line, why, and how to mend it. Runs nothing they name."""
    from drills.runbooks import checking  # noqa: PLC0415 - `--help` does not pay for it
    from drills.runbooks.baseline import written  # noqa: PLC0415

    here = _workspace(workspace, needed=not paths)
    ruling = checking.ruling_of(here)
    files = checking.files_of(paths or [each for each in (here.runbook_folders if here else ()) if each.exists()])
    mended = _fix(files, ruling) if fix else 0
    checked = checking.check(files, ruling, Path.cwd())
    if write_baseline:
        write_whole([written(checked.findings, write_baseline.parent)], write_baseline)
        print(f"{write_baseline}: {_count(len(checked.findings), 'finding')} written", file=sys.stderr)
        return
    found, told = _beside(checked, baseline)
    _print(found, form)
    if form is Format.TEXT:
        added = f"; parts added to {_count(mended, 'file')}" if fix else ""
        print(f"{_count(checked.files, 'runbook')}: {_severities(found)}{told}{added}", file=sys.stderr)
    sys.exit(Exit.MISSED if any(each.severity == "error" for each in found) else Exit.MET)


def _workspace(given: Path | None, *, needed: bool) -> "Workspace | None":
    """Its gameday.yaml, where there is one. Raises `ScenarioError` when there must be, or when it is wrong."""
    import scenarios  # noqa: PLC0415

    try:
        found = scenarios.find_workspace((given or Path.cwd()).absolute())
    except scenarios.ScenarioError:
        if needed or given:
            raise
        return None
    return scenarios.load_workspace(found)


def _fix(files: list[Path], ruling: "Ruling") -> int:
    """Add the parts that pages lack; how many pages it were."""
    from drills.runbooks.reading import RunbookError, parse, text_of  # noqa: PLC0415
    from drills.runbooks.skeleton import completed  # noqa: PLC0415

    changed = 0
    for path in files:
        try:
            text = text_of(path)
        except RunbookError:
            continue
        better = None if "\ufffd" in text else completed(parse(path.stem, path, text), ruling)
        if better is not None:
            real, mode = path.resolve(), path.stat().st_mode
            write_whole([better.replace("\n", "\r\n") if "\r\n" in text else better], real)
            real.chmod(mode)
            changed += 1
    return changed


def _beside(checked: "Checked", baseline: Path | None) -> "tuple[tuple[Finding, ...], str]":
    """What is told, and what the summary says of the baseline. Raises `RunbookError`."""
    from drills.runbooks.baseline import compare  # noqa: PLC0415
    from drills.runbooks.reading import RunbookError  # noqa: PLC0415

    if baseline is None:
        return checked.findings, ""
    try:
        text = baseline.read_text(encoding="utf-8")
    except (OSError, ValueError) as wrong:
        told = f"{baseline}: cannot be read: write it with --write-baseline {baseline}"
        raise RunbookError(told) from wrong
    compared = compare(checked.findings, text, baseline)
    told = f"; {compared.known} known from {baseline}"
    return compared.new, told + (f", {compared.mended} of it mended: write it anew" if compared.mended else "")


def _print(found: "tuple[Finding, ...]", form: Format) -> None:
    from drills.runbooks import formats  # noqa: PLC0415
    from scoring.wording import printable  # noqa: PLC0415

    if form is Format.JSON:
        print(formats.as_json(found))
    elif form is Format.SARIF:
        print(formats.sarif(found, metadata.version("gameday-drills")))
    else:
        for line in formats.github(found) if form is Format.GITHUB else formats.text(found):
            print(" " * (len(line) - len(line.lstrip())) + printable(line))


def _severities(found: "tuple[Finding, ...]") -> str:
    words = ("error", "warning", "notice")
    return ", ".join(_count(sum(each.severity == word for each in found), word) for word in words)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
