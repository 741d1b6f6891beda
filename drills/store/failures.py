"""Turns what a database says when it fails into what went wrong, where, and what to do. Nothing is retried here."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from drills.store.contract import StoreError

_ADVICE: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        "another process has locked it for too long: end that process, or try again",
    ),
    (("SQLITE_FULL",), "the disk is full: make room, then try again"),
    (("SQLITE_READONLY",), "it is read-only: check the rights of the file and of its folder"),
    (("SQLITE_NOTADB",), "it is not a database: move the file away, or name another store"),
    (("SQLITE_CORRUPT",), "the file is damaged: restore a copy, or move it away to start afresh"),
    (("SQLITE_CANTOPEN",), "it cannot be opened: check that the folder exists and that you may write there"),
    (("SQLITE_IOERR",), "reading or writing it failed: check the disk and its free space"),
    (("SQLITE_AUTH", "SQLITE_PERM"), "access was denied: check the rights of the file and of its folder"),
)


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Raise `StoreError` with what to do for whatever the database raises inside."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"store {where}: {_explain(error.orig or error)}") from error
    except NoConnection as error:
        raise StoreError(f"store {where}: too many threads use it at once: {error}") from error
    except sqlite3.Error as error:
        raise StoreError(f"store {where}: {_explain(error)}") from error


def _explain(error: BaseException) -> str:
    name = str(getattr(error, "sqlite_errorname", ""))
    for codes, advice in _ADVICE:
        if name.startswith(codes):
            return advice
    return f"{error} ({name or type(error).__name__})"
