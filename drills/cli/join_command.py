"""`gameday join`: somebody is there, in a role; this terminal speaks for them from now on."""

from typing import Annotated

import typer

from drills.cli.here import Folder
from drills.cli.saying import WhichDrill, show, workspace_here


def command(
    *,
    name: Annotated[str, typer.Option("--as", help="Your name, as the timeline shows it.", show_default=False)],
    role: Annotated[
        str,
        typer.Option(
            "--role",
            help="commander, scribe, comms, lead, specialist, support, observer or facilitator.",
            show_default=False,
        ),
    ],
    robot: Annotated[bool, typer.Option("--robot", help="A program, shown as one everywhere.")] = False,
    drill: WhichDrill = "",
    workspace: Folder = None,
) -> None:
    from drills.room import people, speaking  # noqa: PLC0415 - `--help` does not pay for it
    from drills.room.seat import take_seat  # noqa: PLC0415
    from drills.room.texts import choice  # noqa: PLC0415

    where = workspace_here(workspace)
    who = speaking.joining(name, choice(role, speaking.ROLES, "--role"), robot=robot)
    with take_seat(where, who, drill) as seat:
        entry = people.join(seat)
        speaking.remember(where.folder, who)
        show(seat, entry, as_json=False)
