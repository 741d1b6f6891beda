"""What every command of the room shares: who speaks, in which drill, since when, with what evidence."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from drills.room.seat import Say, Seat
    from scenarios import Workspace
    from scoring.timeline import Entry

As = Annotated[str, typer.Option("--as", help="Who says it; default: $GAMEDAY_AS, else who joined in this terminal.")]
WhichDrill = Annotated[str, typer.Option("--drill", help="Which drill; default: the one that runs.")]
At = Annotated[
    str | None, typer.Option("--at", help="When it was noticed: 2m (ago), 14:03, 14:03:20.", show_default=False)
]
Evidence = Annotated[
    list[Path] | None, typer.Option("--evidence", help="A file to keep with it; may be repeated.", show_default=False)
]
Corrects = Annotated[
    int | None, typer.Option("--corrects", help="The number of an own entry that this replaces.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, with the entry's number.")]


def workspace_here(given: Path | None) -> "Workspace":
    """The workspace a command is typed in. Raises `ScenarioError`."""
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it

    return scenarios.load_workspace(scenarios.find_workspace((given or Path.cwd()).absolute()))


@contextmanager
def seat_of(said_as: str, drill: str, workspace: Path | None, *, look_only: bool = False) -> "Iterator[Seat]":
    """The seat of whoever speaks, or looks. Raises `RoomError`, `StoreError`, `ScenarioError`."""
    from drills.room.seat import take_seat  # noqa: PLC0415
    from drills.room.speaking import onlooker, speaker  # noqa: PLC0415

    where = workspace_here(workspace)
    with take_seat(where, (onlooker if look_only else speaker)(where.folder, said_as), drill) as seat:
        yield seat


def enter(  # noqa: PLR0913 - one parameter an option
    say: "Say",
    *,
    said_as: str,
    drill: str,
    workspace: Path | None,
    as_json: bool,
    at: str | None = None,
    evidence: list[Path] | None = None,
    corrects: int | None = None,
) -> None:
    """Enter it and show it with its number."""
    from drills.room.seat import Given  # noqa: PLC0415

    with seat_of(said_as, drill, workspace) as seat:
        show(seat, seat.enter(say, Given(at, evidence or (), corrects)), as_json=as_json)


def show(seat: "Seat", entry: "Entry", *, as_json: bool) -> None:
    """The new entry: its number, and what it says."""
    from drills.cli.sentences import line  # noqa: PLC0415

    if as_json:
        told = {"drill": seat.drill, "seq": entry.seq, "at": entry.at, "kind": entry.kind, "by": entry.by}
        print(json.dumps({**told, "body": entry.body}))
        return
    print(f"{entry.seq}: {line(entry, seat.store.drill(seat.drill).started_at).strip()}", file=sys.stdout)
