"""The tables of a store, version 1, and how a file gets them. No timeline logic in here."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text, insert
from sqlalchemy.engine import Connection

SCHEMA = 1
"""Goes up with each change of the tables; a store that says more than this was written by a newer gameday."""

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

drills = Table(
    "drills",
    metadata,
    Column("id", String, primary_key=True),
    Column("scenario", String, nullable=False),
    Column("service", String, nullable=False),
    Column("environment", String, nullable=False),
    Column("started_at", BigInteger, nullable=False, index=True),
    Column("ended_at", BigInteger),
    Column("outcome", String),
    Column("head_seq", Integer, nullable=False),
    Column("head_digest", String, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("drill_id", ForeignKey("drills.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("by", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("digest", String, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    Column("digest", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("about", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

_APPEND_ONLY = (
    "CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} are only ever added'); END"
)


def version_of(connection: Connection) -> int:
    """0: there are no tables of ours yet."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def has_tables(connection: Connection) -> bool:
    """Say whether anybody has put tables into this file."""
    return bool(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE type = 'table'").scalar_one())


def create(connection: Connection) -> None:
    """Make the tables in an empty file, in the transaction that is open."""
    metadata.create_all(connection, checkfirst=False)
    for table in ("entries", "evidence"):
        for verb in ("update", "delete"):
            connection.exec_driver_sql(_APPEND_ONLY.format(table=table, verb=verb))
    connection.execute(insert(schema_version).values(version=SCHEMA))
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
