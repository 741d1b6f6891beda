"""`gameday leave`: somebody is no longer there; this terminal speaks for nobody any more."""

from drills.cli.here import Folder
from drills.cli.saying import As, WhichDrill, seat_of, show


def command(*, said_as: As = "", drill: WhichDrill = "", workspace: Folder = None) -> None:
    from drills.room import people, speaking  # noqa: PLC0415 - `--help` does not pay for it

    with seat_of(said_as, drill, workspace) as seat:
        entry = people.leave(seat)
        here = speaking.remembered(seat.workspace.folder)
        if here is not None and here.by == entry.by:
            speaking.forget(seat.workspace.folder)
        show(seat, entry, as_json=False)
