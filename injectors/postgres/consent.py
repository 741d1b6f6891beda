"""May this database be hurt? The word that a comment on it gives. Looks only."""

from injectors.contract import Change, Refused
from injectors.postgres.server import named
from injectors.postgres.session import Session

LABEL = "gameday.consent"
CONSENT = (
    f"a comment on the database holds the word `{LABEL}=<environment>`; "
    "a `consent:` list in its target, where there is one, names the database as well"
)
FOR_ALL = (
    f"a comment on each database of the server, but `postgres` and templates, holds the word "
    f"`{LABEL}=<environment>`; a `consent:` list in its target, where there is one, names each as well"
)
DATABASES_LIMIT = 100


def databases(session: Session) -> dict[str, str]:
    """The databases of people, and the comment on each. Raises `Refused` when there are none or too many."""
    rows = session.ask(
        "SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database"
        " WHERE datallowconn AND NOT datistemplate ORDER BY datname LIMIT $1",
        DATABASES_LIMIT + 1,
    )
    if len(rows) > DATABASES_LIMIT:
        raise Refused(f"{session.address} has more than {DATABASES_LIMIT} databases: too many to look at")
    return {str(name): str(comment) for name, comment in rows}


def consented(session: Session, change: Change, database: str) -> None:
    """See that this one consents. Raises `Refused`."""
    there = known(session, database)
    named(change, f"the database {database} of {session.address}", [database])
    _labelled(session, change, database, there[database])


def all_consented(session: Session, change: Change) -> None:
    """See that every database consents, since all of the server will feel it. Raises `Refused`."""
    there = {name: comment for name, comment in databases(session).items() if name != "postgres"}
    if not there:
        raise Refused(f"{session.address} has no database of its own, so nobody there can give consent")
    named(change, f"a database of {session.address}", list(there))
    for name, comment in there.items():
        _labelled(session, change, name, comment)


def known(session: Session, database: str) -> dict[str, str]:
    """The databases, if this one is among them. Raises `Refused` with the names there are."""
    there = databases(session)
    if database not in there:
        raise Refused(f"{session.address} has no database {database}; it has {', '.join(list(there)[:20])}")
    return there


def _labelled(session: Session, change: Change, database: str, comment: str) -> None:
    found = [word.removeprefix(f"{LABEL}=") for word in comment.split() if word.startswith(f"{LABEL}=")]
    if change.environment not in found:
        said = f"its consent for another environment, {found[0]!r}" if found else "no consent"
        raise Refused(
            f"the database {database} of {session.address} has given {said}: put the word "
            f"{LABEL}={change.environment} into the comment on it (COMMENT ON DATABASE)"
        )
