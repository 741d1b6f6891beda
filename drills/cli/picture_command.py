"""`gameday picture`: what the room agrees on: impact, hypothesis, unsafe actions, next decision; set, shown, shared."""

from typing import Annotated

import typer

from drills.cli.here import Folder
from drills.cli.saying import As, AsJson, At, Evidence, WhichDrill, enter, seat_of

app = typer.Typer(
    help="The shared picture: set it, show it, share it or say why not.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)
Revision = Annotated[int | None, typer.Argument(help="Its number; default: the last.", show_default=False)]


Text = str | None
Words = list[str] | None
Journey = Annotated[Text, typer.Option("--journey", help="Which user journey is broken.", show_default=False)]
State = Annotated[Text, typer.Option("--state", help="down, degraded or slow.", show_default=False)]
DataRisk = Annotated[
    Words,
    typer.Option("--data-risk", help="stale-reads, lost-writes, duplicates, delayed, or none.", show_default=False),
]
Harmed = Annotated[Words, typer.Option("--harmed", help="Cohorts that are harmed, or none.", show_default=False)]
Safe = Annotated[Words, typer.Option("--safe", help="Cohorts that are safe, or none.", show_default=False)]
Hypothesis = Annotated[Text, typer.Option("--hypothesis", help="The leading one; a guess.", show_default=False)]
Unsafe = Annotated[
    Words,
    typer.Option("--unsafe", help="An action that is unsafe now, or none; may be repeated.", show_default=False),
]
Next = Annotated[Text, typer.Option("--next", help="The next decision.", show_default=False)]


@app.command("set")
def set_(  # noqa: PLR0913 - one parameter an option
    *,
    journey: Journey = None,
    state: State = None,
    data_risk: DataRisk = None,
    harmed: Harmed = None,
    safe: Safe = None,
    hypothesis: Hypothesis = None,
    unsafe: Unsafe = None,
    next_: Next = None,
    at: At = None,
    evidence: Evidence = None,
    said_as: As = "",
    drill: WhichDrill = "",
    as_json: AsJson = False,
    workspace: Folder = None,
) -> None:
    """The next revision: the last one with these parts changed."""
    from drills.room import picture  # noqa: PLC0415 - `--help` does not pay for it

    changes = picture.changes(
        journey=journey,
        state=state,
        data_risk=data_risk,
        harmed=harmed,
        safe=safe,
        hypothesis=hypothesis,
        unsafe=unsafe,
        next_=next_,
    )
    enter(
        lambda seen: picture.revised(seen, changes),
        said_as=said_as,
        drill=drill,
        workspace=workspace,
        as_json=as_json,
        at=at,
        evidence=evidence,
    )


@app.command()
def show(*, said_as: As = "", drill: WhichDrill = "", as_json: AsJson = False, workspace: Folder = None) -> None:
    """The last revision, and who shares it."""
    from drills.cli import room_text  # noqa: PLC0415 - `--help` does not pay for it
    from drills.room.view import view  # noqa: PLC0415

    with seat_of(said_as, drill, workspace, look_only=True) as seat:
        room_text.show_picture(view(seat).picture, as_json=as_json)


@app.command()
def ack(  # noqa: PLR0913 - one parameter an option
    revision: Revision = None,
    *,
    at: At = None,
    said_as: As = "",
    drill: WhichDrill = "",
    as_json: AsJson = False,
    workspace: Folder = None,
) -> None:
    """Share it: this is how I see it too."""
    from drills.room import picture  # noqa: PLC0415 - `--help` does not pay for it

    enter(
        lambda seen: picture.shared(seen, revision),
        said_as=said_as,
        drill=drill,
        workspace=workspace,
        as_json=as_json,
        at=at,
    )


@app.command()
def disagree(  # noqa: PLR0913 - one parameter an option
    why: Annotated[str, typer.Argument(help="What is wrong with it, in one line.", show_default=False)],
    *,
    at: At = None,
    evidence: Evidence = None,
    said_as: As = "",
    drill: WhichDrill = "",
    as_json: AsJson = False,
    workspace: Folder = None,
) -> None:
    """Say why the last revision is not how you see it."""
    from drills.room import picture  # noqa: PLC0415 - `--help` does not pay for it

    enter(
        lambda seen: picture.disputed(seen, None, why),
        said_as=said_as,
        drill=drill,
        workspace=workspace,
        as_json=as_json,
        at=at,
        evidence=evidence,
    )
