"""Finds the store and the drill that a command looking back is about. Opens it to read only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drills.store import DrillRow, Store, StoreError, open_store

if TYPE_CHECKING:
    from scenarios import Workspace

Drill = Annotated[str, typer.Argument(help="The drill's number; default: the last one.", show_default=False)]
StorePath = Annotated[
    Path | None,
    typer.Option("--store", help="A store file; default: `.gameday/store.db` of the workspace.", show_default=False),
]


@contextmanager
def reading(path: Path | None) -> Iterator[Store]:
    """Open a store for reading, and close it. Raises `StoreError`, or `ScenarioError` when there is no workspace."""
    with opened_store(path, read_only=True) as store:
        yield store


@contextmanager
def opened_store(path: Path | None, *, read_only: bool) -> Iterator[Store]:
    """The same, for those who may add to it; one that is not there is not made."""
    where = path or _of_workspace()
    if not read_only:
        open_store(where, read_only=True).close()
    store = open_store(where, read_only=read_only)
    try:
        yield store
    finally:
        store.close()


def chosen(store: Store, drill: str) -> DrillRow:
    """The drill that was asked for, or the last one."""
    if drill:
        return store.drill(drill)
    latest = store.drills(1)
    if not latest:
        raise StoreError("no drill has been run here yet: type `gameday run FILE`")
    return latest[0]


def _of_workspace() -> str | Path:
    """The workspace's store, after the timelines of drills whose process died were completed."""
    import scenarios  # noqa: PLC0415 - not needed with --store, and it loads pydantic
    from drills.plan.places import store_address  # noqa: PLC0415

    found = scenarios.find_workspace(Path.cwd())
    try:
        workspace = scenarios.load_workspace(found)
    except scenarios.ScenarioError:  # what was recorded can be read, whatever became of gameday.yaml
        return (found.parent if found.is_file() else found) / ".gameday" / "store.db"
    return complete_store(workspace) or store_address(workspace)


def complete_store(workspace: "Workspace") -> str | Path | None:
    """The workspace's store, once the timelines of drills whose process died are complete; None: nothing was run."""
    from drills.engine.aftermath import complete  # noqa: PLC0415 - only a command that looks back pays for it
    from drills.guard.control import drill_folders  # noqa: PLC0415
    from drills.plan.places import store_address  # noqa: PLC0415

    address = store_address(workspace)
    if isinstance(address, Path) and not address.exists() and not drill_folders(workspace.folder):
        return None
    try:
        store = open_store(address)
    except StoreError:
        return address  # reading may still work, and says it better
    try:
        complete(store, workspace.folder)
    except StoreError as wrong:
        print(f"WARNING: the timelines of dead drills could not be completed: {wrong}", file=sys.stderr)
    finally:
        store.close()
    return address
