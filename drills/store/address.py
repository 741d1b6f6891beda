"""Where a store's file is, and what is certainly wrong with it. Loads no database library; opens no database."""

import os
from pathlib import Path

from drills.store.contract import StoreError

_ADDRESS = "sqlite:///"
_BEGINS = b"SQLite format 3\0"


def path_of(where: str | Path) -> Path:
    """Read a store's address: a path, or `sqlite:///` and a path."""
    text = str(where)
    if "://" in text and not text.startswith(_ADDRESS):
        raise StoreError(f"store {text.split('://', 1)[0]}://...: only SQLite is known: give a path, or sqlite:///PATH")
    return Path(text.removeprefix(_ADDRESS)).absolute()


def look_at(where: str | Path) -> None:
    """Raise `StoreError` when a timeline could not be written there, as far as its first bytes and rights tell."""
    path = path_of(where)
    try:
        with path.open("rb") as file:
            begins = file.read(len(_BEGINS))
    except FileNotFoundError:
        return
    except IsADirectoryError:
        raise StoreError(f"store {path}: a folder has this name: move it away, or name another store") from None
    except OSError as wrong:
        raise StoreError(f"store {path}: it cannot be read: {wrong.strerror}") from wrong
    if begins not in (b"", _BEGINS):
        raise StoreError(f"store {path}: it is not a database: move the file away, or name another store")
    if not os.access(path, os.W_OK):
        raise StoreError(f"store {path}: it is read-only: check the rights of the file and of its folder")
