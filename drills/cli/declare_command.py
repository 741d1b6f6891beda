"""`gameday declare`: what the room holds true as a whole: incident, contained, recovered, stood-down."""

from typing import Annotated

import typer

from drills.cli.here import Folder
from drills.cli.saying import As, AsJson, At, Corrects, Evidence, WhichDrill, enter


def command(  # noqa: PLR0913 - one parameter an option
    state: Annotated[
        str, typer.Argument(help="incident, contained, recovered or stood-down.", metavar="STATE", show_default=False)
    ],
    why: Annotated[str | None, typer.Argument(help="Why, in one line.", show_default=False)] = None,
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
        lambda seen: marks.declaration(seen, state, why),
        said_as=said_as,
        drill=drill,
        workspace=workspace,
        as_json=as_json,
        at=at,
        evidence=evidence,
        corrects=corrects,
    )
