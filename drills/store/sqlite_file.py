"""Opens one SQLite file as a store: how it is locked, flushed and checked. Knows nothing of drills."""

import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import QueuePool

from drills.store import schema
from drills.store.contract import StoreError
from drills.store.failures import explained

_CONNECTIONS = 4
"""Open at once in one process: a writer and a few readers."""
_PAUSE = 0.02
"""Seconds between two tries to switch the file's journal, which SQLite itself does not wait for."""


def connect_to(path: Path, *, read_only: bool, wait: float) -> Engine:
    """Open the file, make its tables when it is new, and refuse what is not a store of ours."""
    if read_only and not path.exists():
        raise StoreError(f"store {path}: there is none yet; `gameday run` makes it with the first drill")
    address = f"file:{quote(str(path))}?{_mode(path, read_only=read_only)}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    engine = create_engine(
        "sqlite+pysqlite://", creator=connect, poolclass=QueuePool, pool_size=_CONNECTIONS, pool_timeout=wait
    )
    event.listen(engine, "begin", _begin)
    try:
        with explained(str(path)):
            _prepare(engine, path, read_only=read_only, wait=wait)
    except StoreError:
        engine.dispose()
        raise
    return engine


def _mode(path: Path, *, read_only: bool) -> str:
    if not read_only:
        return "mode=rwc"
    log = path.with_name(path.name + "-wal")
    sealed = not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return "mode=ro&immutable=1" if sealed else "mode=ro"


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _prepare(engine: Engine, path: Path, *, read_only: bool, wait: float) -> None:
    with engine.connect() as connection:
        _check(connection, path)
        if read_only:
            if schema.version_of(connection) == 0:
                raise StoreError(f"store {path}: it is empty; `gameday run` fills it with the first drill")
            return
    _keep_a_log(engine, wait)
    with engine.connect() as connection:
        connection.execution_options(begin="BEGIN IMMEDIATE")
        with connection.begin():
            _check(connection, path)
            if schema.version_of(connection) == 0:
                schema.create(connection)


def _check(connection: Connection, path: Path) -> None:
    version = schema.version_of(connection)
    if version > schema.SCHEMA:
        raise StoreError(
            f"store {path}: it was written by a newer gameday (tables {version}, this one knows {schema.SCHEMA}): "
            "upgrade gameday-drills"
        )
    if version == 0 and schema.has_tables(connection):
        raise StoreError(f"store {path}: this database is somebody else's: name another file")


def _keep_a_log(engine: Engine, wait: float) -> None:
    """Switch to a write-ahead log, once per file; several processes may try this at the same moment."""
    end = time.monotonic() + wait
    while True:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > end:
                raise
        else:
            return
        finally:
            raw.close()
        time.sleep(_PAUSE)
