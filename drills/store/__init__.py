"""Timelines and evidence on disk: `open_store` is the way in. Importing this loads no database library."""

from pathlib import Path

from drills.store.address import look_at
from drills.store.contract import WAIT, DrillRow, Evidence, Line, Store, StoreError

__all__ = ["DrillRow", "Evidence", "Line", "Store", "StoreError", "look_at", "open_store"]


def open_store(where: str | Path, *, read_only: bool = False, wait: float = WAIT) -> Store:
    """Open the store in an SQLite file (a path, or a `sqlite:///` address), making it when it is not there.

    With `read_only` nothing is made or changed, and a store that is not there is an error. `wait`: seconds for a lock.
    Raises `StoreError`.
    """
    from drills.store.sql_store import SqlStore  # noqa: PLC0415 - SQLAlchemy is paid for by those who open a store

    return SqlStore(where, read_only=read_only, wait=wait)
