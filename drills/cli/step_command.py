"""`gameday step`: how one step of a runbook went, tied to its text as it is today."""

from typing import Annotated

import typer

from drills.cli.here import Folder
from drills.cli.saying import As, AsJson, At, Corrects, Evidence, WhichDrill, enter, workspace_here


def command(  # noqa: PLR0913 - one parameter an option
    runbook: Annotated[str, typer.Argument(help="The runbook's file, without .md.", show_default=False)],
    step: Annotated[str, typer.Argument(help="The step's number.", show_default=False)],
    verdict: Annotated[str, typer.Argument(help="worked, deviated, failed or unclear.", show_default=False)],
    note: Annotated[str | None, typer.Argument(help="What happened, in one line.", show_default=False)] = None,
    *,
    why: Annotated[
        str | None,
        typer.Option("--why", help="gone, flag, permission, link, assumption or other.", show_default=False),
    ] = None,
    at: At = None,
    evidence: Evidence = None,
    corrects: Corrects = None,
    said_as: As = "",
    drill: WhichDrill = "",
    as_json: AsJson = False,
    workspace: Folder = None,
) -> None:
    from drills.room import marks  # noqa: PLC0415 - `--help` does not pay for it
    from drills.runbooks.reading import read  # noqa: PLC0415

    found = read(runbook, workspace_here(workspace).runbook_folders)
    each = found.step(step)
    tried = {"runbook": found.name, "step": each.id, "title": each.title, "text_hash": each.text_hash}
    enter(
        lambda _: marks.step(tried, verdict, why, note),
        said_as=said_as,
        drill=drill,
        workspace=workspace,
        as_json=as_json,
        at=at,
        evidence=evidence,
        corrects=corrects,
    )
