"""`gameday report`: one page about one drill that can be kept, printed and sent; HTML, Markdown or JSON."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from drills.cli.past_drills import Drill, StorePath, chosen, reading
from drills.cli.whole_file import write_whole
from drills.store import Store, StoreError

if TYPE_CHECKING:
    from drills.report.content import Kept

EXCERPT = 600
"""Characters of a piece of evidence."""
_BEGINNING = 4096
"""Characters in which the mark of a report stands."""
Format = Literal["html", "md", "json"]
Reader = Literal["facilitators", "responders"]


def command(
    drill: Drill = "",
    *,
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = "html",
    reader: Annotated[Reader, typer.Option("--for", help="Responders get nothing of the answer.")] = "facilitators",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to; `-`: standard output. Default: drill-N-report.FORMAT here."),
    ] = None,
    store: StorePath = None,
) -> None:
    from drills.cli.sentences import sentence  # noqa: PLC0415 - `--help` does not pay for it
    from drills.report import page  # noqa: PLC0415
    from drills.report.content import report_of  # noqa: PLC0415
    from drills.report.responders import responders_report  # noqa: PLC0415

    with reading(store) as opened:
        row = chosen(opened, drill)
        if reader == "responders" and row.ended_at is None:
            raise typer.BadParameter(
                f"drill {row.id} is not over: `gameday room` shows them theirs", param_hint="--for"
            )
        make = responders_report if reader == "responders" else report_of
        made = make(opened.entries(row.id), sentence, lambda digest: _look(opened, digest))
    written = {"html": page.as_html, "md": page.as_markdown, "json": page.as_json}[form](made)
    if output is not None and str(output) == "-":
        sys.stdout.write(written)
        return
    of_responders = "-for-responders" if reader == "responders" else ""
    path = output or Path(f"drill-{row.id}-report{of_responders}.{form}")
    _check_ours(path, page.MARKS)
    write_whole([written], path)
    print(path)


def _look(store: Store, digest: str) -> "Kept | None":
    """One piece of evidence as a report shows it."""
    from drills.report.content import Kept  # noqa: PLC0415 - as above

    try:
        found = store.evidence(digest)
    except StoreError:
        return None
    text = found.content[: EXCERPT * 4].decode(errors="replace") if _is_text(found.media_type) else ""
    return Kept(digest, found.about, found.media_type, found.size, text[:EXCERPT])


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or "json" in media_type


def _check_ours(path: Path, marks: tuple[str, ...]) -> None:
    """An older report is written over, and nothing else is."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            begins = file.read(_BEGINNING)
    except FileNotFoundError:
        return
    except OSError as wrong:
        raise typer.BadParameter(f"cannot write {path}: {wrong.strerror}", param_hint="--output") from wrong
    if begins and not any(mark in begins for mark in marks):
        raise typer.BadParameter(f"{path} is there and is no report: name another file", param_hint="--output")
