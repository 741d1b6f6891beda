"""Our marks on a server: settings of gameday's own account there, which mean nothing to the server. They hold no fault.

An account may set them for itself, everybody can see them there, and a sweep finds them without
an undo log.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from injectors.contract import Json
from injectors.postgres.session import Session


@dataclass(frozen=True, slots=True)
class Mark:
    """What a drill wrote down there."""

    tag: str
    was: Json
    """What the fault's setting was before; what it means is the fault's own business."""


def held(session: Session, prefix: str) -> dict[str, Mark]:
    """Name -> mark, of all whose name begins so."""
    rows = session.ask(
        "SELECT entry FROM pg_db_role_setting, unnest(setconfig) AS entry"
        " WHERE setdatabase = 0 AND setrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        " AND starts_with(entry, $1) ORDER BY entry LIMIT 1000",
        f"gameday.{prefix}",
    )
    found = {}
    for (entry,) in rows:
        name, _, told = str(entry).partition("=")
        tag, _, was = told.partition(" ")
        if tag.startswith("gameday-"):
            found[name] = Mark(tag, _json(was))
    return found


def put(session: Session, name: str, tag: str, was: Json) -> None:
    """Write one down."""
    told = session.text(f"{tag} {json.dumps(was)}")
    session.change(f"ALTER ROLE CURRENT_USER SET {name} = {told}")


def take_off(session: Session, name: str) -> None:
    """Take one away; one that is gone already is no error."""
    session.change(f"ALTER ROLE CURRENT_USER RESET {name}")


def _json(text: str) -> Json:
    try:
        held: Mapping[str, Json] | str | int | None = json.loads(text)
    except ValueError:
        return None
    return held
