"""`gameday severity`: how bad it is now, and why; again as often as it changes."""

from typing import Annotated

import typer

from drills.cli.here import Folder
from drills.cli.saying import As, AsJson, At, Corrects, Evidence, WhichDrill, enter


def command(  # noqa: PLR0913 - one parameter an option
    level: Annotated[int, typer.Argument(min=1, max=5, help="1 is the worst, 5 the mildest.", show_default=False)],
    why: Annotated[str, typer.Argument(help="Why, in one line.", show_default=False)],
    *,
    at: At = None,
    evidence: Evidence = None,
    corrects: Corrects = None,
    said_as: As = "",
    drill: WhichDrill = "",
    as_json: AsJson = False,
    workspace: Folder = None,
) -> None:
    from drills.room import marks  # noqa: PLC0415 - `--help` does not pay for it

    enter(
        lambda _: marks.severity(level, why),
        said_as=said_as,
        drill=drill,
        workspace=workspace,
        as_json=as_json,
        at=at,
        evidence=evidence,
        corrects=corrects,
    )
