"""A server takes no writes any more, and can still be read: a region that lost write access.

The setting is the server's, not a database's: so sessions that are open feel it, and feel its end, without being ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.postgres import marks, sweep
from injectors.postgres.consent import FOR_ALL, all_consented
from injectors.postgres.file_setting import MARK, OURS, READ_ONLY, Found, look, put_back, refuse_what_others_say
from injectors.postgres.server import Server, Settings, at, facts
from injectors.postgres.session import Session
from injectors.values import Keys, rebuild

SUBJECT = "server"


class Parameters(Keys):
    """It takes none: the whole server loses write access."""


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """One server whose transactions are read-only unless they say otherwise."""

    change: Change
    server: Server

    @property
    def owner(self) -> str:
        return self.server.address

    @property
    def call_limit(self) -> float:
        return self.server.call_limit

    def prepare(self) -> Undo:
        with self.server.session() as session:
            all_consented(session, self.change)
            refuse_what_others_say(session)
            found = look(session)
            if found.mark is not None:
                raise Refused(f"{self.owner} is marked by {found.mark.tag} already: run `gameday sweep`")
            if found.standby or found.live != "off" or found.wants_on:
                raise Refused(f"{self.owner} takes no writes already: this would not be felt")
            return Undo(self.change.kind, 1, {"system": found.system, "was": found.file})

    def inject(self, undo: Undo) -> None:
        told = facts(undo)
        with self.server.session() as session:
            found = look(session)
            if found.system != told["system"]:
                raise InjectorError(f"{self.owner} is another server since it was looked at: run the drill again")
            if found.file not in (told["was"], OURS):
                raise Refused(f"{self.owner} was changed since it was looked at: run the drill again")
            _writing(session)
            if found.mark is None:
                marks.put(session, MARK, self.change.tag, told["was"])
            if found.file != OURS:
                session.change(f"ALTER SYSTEM SET {READ_ONLY} = '{OURS}'")
            session.change("SELECT pg_reload_conf()")

    def revert(self, undo: Undo) -> None:
        """Put the file's old value back, have it read, and only then take our mark away."""
        told = facts(undo)
        with self.server.session() as session:
            found = look(session)
            if found.system != told["system"]:
                return
            if found.file == OURS:
                put_back(session, told["was"])
            elif found.wants_on:
                raise Drifted(
                    f"{self.owner}: somebody else set {READ_ONLY} to {found.file!r}: "
                    f"when it may take writes again, ALTER SYSTEM RESET {READ_ONLY} by hand"
                )
            elif found.live != "off":
                session.change("SELECT pg_reload_conf()")
            if found.mark is not None and found.mark.tag == self.change.tag:
                _writing(session)
                marks.take_off(session, MARK)

    def inspect(self, undo: Undo) -> State:
        told = facts(undo)
        with self.server.session() as session:
            return _state(look(session), told["system"])

    def prove(self, undo: Undo) -> None:
        """Put back what is there, as revert would, and see that the account may have the files read."""
        told = facts(undo)
        with self.server.session() as session:
            put_back(session, told["was"], read=False)
            marks.take_off(session, MARK)
            if session.one("SELECT has_function_privilege('pg_reload_conf()', 'EXECUTE')") != "t":
                raise Refused(f"{self.owner}: the account may not have the server's files read (pg_reload_conf)")


def _state(found: Found, system: Json) -> State:
    if found.system != system:
        return State.CLEAR
    if found.file == OURS and found.live == "on":
        return State.ACTIVE
    return State.MIXED if found.file == OURS or found.wants_on or found.live != "off" else State.CLEAR


def _writing(session: Session) -> None:
    """Write in spite of the fault: it is a default, and every session may say otherwise."""
    session.ask("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The one server, if it answers."""
    rebuild(Parameters, parameters)
    with at(rebuild(Settings, settings)).session() as session:
        session.ask("SELECT 1")
    return [SUBJECT]


def make(change: Change) -> ReadOnly:
    """Rebuild it from the change."""
    rebuild(Parameters, change.parameters)
    return ReadOnly(change, at(rebuild(Settings, change.target)))


KIND = Kind(
    name="postgres.read_only",
    summary="A server takes no writes and can still be read; sessions that are open feel it at their next transaction.",
    target="postgres",
    settings=Settings,
    parameters=Parameters,
    consent=FOR_ALL,
    reverted_by="`postgresql.auto.conf` gets back what it held (or held not), and the server reads its files again",
    subjects=subjects,
    make=make,
    example="{}",
    sweep=sweep,
)
