"""A shop's databases on a real server, with an account for gameday that may do just what the page says."""

import re
from pathlib import Path
from typing import Any

from postgres_server import PostgresServer

PASSWORD = "canary-51ad0e"  # a test's own
PAGE = Path(__file__).parent.parent / "docs" / "targets" / "postgres.md"
LABEL = "the shop's orders gameday.consent=staging"


def rights() -> list[tuple[str, str]]:
    """(database, statement) of all that the page tells an administrator to type, the password put in."""
    found = []
    blocks = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for database, block in zip(("postgres", "shop"), blocks, strict=True):
        lines = [line.partition("--")[0] for line in block.splitlines()]
        text = "\n".join(lines).replace("'...'", f"'{PASSWORD}'")
        found += [(database, each.strip()) for each in text.split(";") if each.strip()]
    return found


def furnish(server: PostgresServer, *, label: str | None = LABEL) -> None:
    """Make the shop: its owner, its database with a table, its application's account, and gameday's account."""
    server.ask(
        "CREATE ROLE shop_owner LOGIN PASSWORD 'owner'",
        "CREATE ROLE shop_app LOGIN PASSWORD 'app'",
        "CREATE DATABASE shop OWNER shop_owner",
    )
    comment(server, label)
    server.ask(
        "CREATE TABLE orders (id int PRIMARY KEY, paid boolean)",
        "ALTER TABLE orders OWNER TO shop_owner",
        "GRANT ALL ON orders TO shop_app",
        database="shop",
    )
    for database, each in rights():
        server.ask(each, database=database)


def comment(server: PostgresServer, text: str | None, database: str = "shop") -> None:
    """What stands in the comment on it."""
    told = "NULL" if text is None else "'" + text.replace("'", "''") + "'"
    server.ask(f"COMMENT ON DATABASE {database} IS {told}")


def state(server: PostgresServer) -> Any:
    """All that a fault could change, as the superuser sees it."""
    with server.connect() as session:  # one that asks for nothing: what it gets is what the server gives
        live = session.execute(
            "SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only'"
        ).fetchall()
    return (
        server.ask("SELECT name, setting FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf' ORDER BY 1, 2"),
        live,
        server.ask("SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting ORDER BY 1, 2"),
        server.ask("SELECT datname, datconnlimit, shobj_description(oid, 'pg_database') FROM pg_database ORDER BY 1"),
        server.ask(
            "SELECT application_name, datname FROM pg_stat_activity"
            " WHERE application_name LIKE 'gameday-%' ORDER BY 1, 2"
        ),
    )


def writes(server: PostgresServer, number: int = 1) -> str:
    """What a new session of the application is told when it writes: empty, or the error's code."""
    import psycopg  # noqa: PLC0415 - a test that needs no server needs no client

    try:
        with server.connect("shop", "shop_app", "app") as session:
            session.execute("INSERT INTO orders VALUES (%s) ON CONFLICT DO NOTHING", (number,))
    except psycopg.Error as wrong:
        return wrong.sqlstate or type(wrong).__name__
    return ""
