"""`default_transaction_read_only` as a server's files and its sessions have it. Knows no drill."""

from dataclasses import dataclass

from injectors.contract import Json, Refused
from injectors.postgres import marks
from injectors.postgres.marks import Mark
from injectors.postgres.server import system
from injectors.postgres.session import Session

READ_ONLY = "default_transaction_read_only"
OURS = "true"
"""The file keeps the spelling: people and tools write `on`, so what they write is told apart from ours."""
MARK = "gameday.read_only"
_OFF = {"", "off", "of", "false", "no", "0", "f", "n"}


@dataclass(frozen=True, slots=True)
class Found:
    """The setting at one moment."""

    system: str
    standby: bool
    file: str | None
    """What `postgresql.auto.conf` holds, as it is spelled; None: nothing."""
    live: str
    """`on` or `off`, as a new session has it."""
    mark: Mark | None

    @property
    def wants_on(self) -> bool:
        """Does the file say that no writes are taken?"""
        return (self.file or "").lower() not in _OFF


def look(session: Session) -> Found:
    """See what there is. Raises `Refused`: no right to see the server's files."""
    ((file, live, standby),) = session.ask(
        "SELECT (SELECT setting FROM pg_file_settings WHERE name = $1 AND sourcefile LIKE '%/postgresql.auto.conf'"
        " ORDER BY seqno DESC LIMIT 1),"
        " (SELECT reset_val FROM pg_settings WHERE name = $1), pg_is_in_recovery()",
        READ_ONLY,
    )
    mark = marks.held(session, "read_only").get(MARK)
    return Found(system(session), standby == "t", file, str(live), mark)


def put_back(session: Session, was: Json, *, read: bool = True) -> None:
    """Give the file its old value, or none, and have it read."""
    if was is None:
        session.change(f"ALTER SYSTEM RESET {READ_ONLY}")
    else:
        session.change(f"ALTER SYSTEM SET {READ_ONLY} = {session.text(str(was))}")
    if read:
        session.change("SELECT pg_reload_conf()")


def refuse_what_others_say(session: Session) -> None:
    """Raise `Refused` when the server's files cannot be read again, or when a role or database goes its own way."""
    broken = session.ask(
        "SELECT sourcefile || ', line ' || sourceline FROM pg_file_settings"
        " WHERE error IS NOT NULL AND error <> 'setting could not be applied' LIMIT 1"
    )
    if broken:
        raise Refused(f"{session.address} could not read its files again: mend {broken[0][0]} first")
    own = session.ask(
        "SELECT coalesce(r.rolname, d.datname) FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = setrole"
        " LEFT JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) AS entry"
        " WHERE starts_with(entry, $1) LIMIT 1",
        f"{READ_ONLY}=",
    )
    if own:
        raise Refused(
            f"{own[0][0]} on {session.address} has a {READ_ONLY} of its own (ALTER ROLE or DATABASE ... SET): "
            "it would not feel this"
        )
