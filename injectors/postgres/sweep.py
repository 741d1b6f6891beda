"""What carries a gameday tag on a PostgreSQL server: its marks. Found by looking at the server alone."""

from collections.abc import Mapping, Sequence

from injectors.contract import Json, Leftover
from injectors.postgres import marks
from injectors.postgres.file_setting import MARK, OURS, READ_ONLY, look, put_back
from injectors.postgres.server import Settings, at
from injectors.values import rebuild


def left_behind(settings: Mapping[str, Json]) -> Sequence[Leftover]:
    """List what is marked. Raises `Unreachable` or `Refused`."""
    server = at(rebuild(Settings, settings))
    with server.session() as session:
        mark = marks.held(session, "read_only").get(MARK)
    if mark is None:
        return []
    return [Leftover(server.address, mark.tag, f"server takes no writes ({READ_ONLY})", {"mark": MARK})]


def remove(settings: Mapping[str, Json], leftover: Leftover) -> None:
    """Put back what stands in the mark, and take the mark away."""
    with at(rebuild(Settings, settings)).session() as session:
        found = look(session)
        if found.mark is None or found.mark.tag != leftover.tag:
            return
        if found.file == OURS:
            put_back(session, found.mark.was)
        session.ask("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        marks.take_off(session, MARK)
