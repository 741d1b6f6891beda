"""`gameday room`: what responders may see of the drill that runs: briefing, people, picture, marks, messages."""

from drills.cli.here import Folder
from drills.cli.saying import As, AsJson, WhichDrill, seat_of


def command(*, said_as: As = "", drill: WhichDrill = "", as_json: AsJson = False, workspace: Folder = None) -> None:
    from drills.cli import room_text  # noqa: PLC0415 - `--help` does not pay for it
    from drills.room.view import view  # noqa: PLC0415

    with seat_of(said_as, drill, workspace, look_only=True) as seat:
        room_text.show_room(view(seat), as_json=as_json)
