"""One session with a PostgreSQL server, with one deadline for all of it. It reads and sends text, and knows no fault.

The client library's own waits have no limit once connected, so its sockets are waited for here.
"""

import re
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.pq import ConnStatus, DiagnosticField, Escaping, ExecStatus, PollingStatus, abc
from psycopg.pq import PGconn as Connection

from injectors import writes
from injectors.contract import InjectorError, Refused, Unreachable

Row = tuple[str | None, ...]
_NO_ACCOUNT = re.compile(
    r"authentication failed|no pg_hba.conf entry|role .* does not exist|not permitted to log in|"
    r"permission denied|no password supplied|certificate",
    re.IGNORECASE,
)
_PASSING = ("08", "53", "57", "40")
"""Classes of errors that may be over when it is asked again: connection, resources, operators, conflicts."""


class MissingDatabase(InjectorError):
    """The server is there and has no such database."""


class Closed(Unreachable):
    """The machine is there, and nobody listens at this port."""


class Failed(InjectorError):
    """The server answered a statement with an error; `code` is its five letters."""

    def __init__(self, message: str = "", code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then. Raises `TimeoutError` once it is over."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows as text, and the number of the type of each column."""

    rows: tuple[Row, ...]
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A connection; every statement is a transaction of its own unless one was begun."""

    connection: abc.PGconn
    address: str
    deadline: Deadline

    def ask(self, statement: str, *values: str | float | None) -> tuple[Row, ...]:
        """Return the rows of one statement. Raises `Failed`, `Refused`, `Unreachable`."""
        return self.answer(statement, *values).rows

    def answer(self, statement: str, *values: str | float | None) -> Answer:
        """Return the rows with their types."""
        self.send(statement, *values)
        result = self._next()
        if result is None or result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise self._said_no(result)
        while self._next() is not None:
            pass
        return Answer(_rows(result), tuple(result.ftype(column) for column in range(result.nfields)))

    def change(self, statement: str, *values: str | float | None) -> tuple[Row, ...]:
        """Do what changes something on the server."""
        writes.made()
        return self.ask(statement, *values)

    def one(self, statement: str, *values: str | float | None) -> str:
        """Return the one value there must be."""
        rows = self.ask(statement, *values)
        if len(rows) != 1 or rows[0][0] is None:
            raise InjectorError(f"{self.address} has no value to give for `{statement}`")
        return rows[0][0]

    def send(self, statement: str, *values: str | float | None) -> None:
        """Send one statement and do not wait for its answer."""
        given = [None if each is None else str(each).encode() for each in values]
        try:
            self.connection.send_query_params(statement.encode(), given)
            while self.connection.flush():
                self._wait(select.POLLOUT)
        except TimeoutError:
            raise self._silent() from None
        except psycopg.Error as wrong:
            raise self._broke(wrong) from wrong

    def text(self, value: str) -> str:
        """Return the value as a literal, for statements that take no values."""
        return Escaping(self.connection).escape_literal(value.encode()).decode()

    def name(self, value: str) -> str:
        """Return the name as an identifier."""
        return Escaping(self.connection).escape_identifier(value.encode()).decode()

    def close(self) -> None:
        """Say goodbye and hang up."""
        self.connection.finish()

    def _next(self) -> abc.PGresult | None:
        """Wait for the next result: the library's own call would wait for ever."""
        try:
            while self.connection.flush() or self.connection.is_busy():
                self._wait(select.POLLIN)
                self.connection.consume_input()
            return self.connection.get_result()
        except TimeoutError:
            raise self._silent() from None
        except psycopg.Error as wrong:
            raise self._broke(wrong) from wrong

    def _wait(self, event: int) -> None:
        _wait(self.connection, event, self.deadline)

    def _silent(self) -> Unreachable:
        return Unreachable(f"{self.address} did not answer within {self.deadline.seconds:g} s")

    def _broke(self, wrong: Exception) -> InjectorError:
        said = _line(self.connection.get_error_message()) or type(wrong).__name__
        return Unreachable(f"{self.address} broke off: {said}")

    def _said_no(self, result: abc.PGresult | None) -> InjectorError:
        if result is None:
            return Unreachable(f"{self.address} broke off")
        code = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
        said = (result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b"").decode(errors="replace")[:300]
        what = f"{self.address} answers with {code or 'no code'}: {said or _line(self.connection.get_error_message())}"
        if code == "42501":
            return Refused(f"{what}: see docs/targets/postgres.md for what the account needs")
        if not code or code.startswith(_PASSING):
            return Unreachable(what)
        return Failed(what, code)


def opened(way_in: str, address: str, deadline: Deadline) -> Session:
    """Connect. Raises `Closed`, `MissingDatabase`, `Refused`, `Unreachable`."""
    connection = Connection.connect_start(way_in.encode())
    connection.notice_handler = None
    try:
        _let_in(connection, address, deadline)
    except BaseException:
        connection.finish()
        raise
    connection.nonblocking = 1
    return Session(connection, address, deadline)


def _let_in(connection: abc.PGconn, address: str, deadline: Deadline) -> None:
    wanted = PollingStatus.WRITING
    while connection.status != ConnStatus.BAD and wanted != PollingStatus.OK:
        try:
            _wait(connection, select.POLLOUT if wanted == PollingStatus.WRITING else select.POLLIN, deadline)
        except TimeoutError:
            raise Unreachable(f"{address} did not answer within {deadline.seconds:g} s") from None
        wanted = PollingStatus(connection.connect_poll())
        if wanted == PollingStatus.FAILED:
            break
    if connection.status == ConnStatus.OK:
        return
    said = _line(connection.get_error_message())
    if re.search(r'database ".*" does not exist', said):
        raise MissingDatabase(f"{address}: {said}")
    if "Connection refused" in said:
        raise Closed(f"{address} cannot be asked: {said}")
    if _NO_ACCOUNT.search(said):
        raise Refused(f"{address} does not let this account in: {said}")
    raise Unreachable(f"{address} cannot be asked: {said or 'it broke off'}")


def _wait(connection: abc.PGconn, event: int, deadline: Deadline) -> None:
    poll = select.poll()
    poll.register(connection.socket, event)
    if not poll.poll(deadline.left() * 1000):
        raise TimeoutError


def _line(said: str) -> str:
    """The last words of the client library's message, which never repeats a password."""
    lines = [each.strip() for each in said.strip().splitlines() if each.strip()]
    return lines[0].rpartition("failed: ")[2].removeprefix("FATAL:").strip()[:300] if lines else ""


def _rows(result: abc.PGresult) -> tuple[Row, ...]:
    def text(row: int, column: int) -> str | None:
        held = result.get_value(row, column)
        return None if held is None else held.decode(errors="replace")

    columns: Sequence[int] = range(result.nfields)
    return tuple(tuple(text(row, column) for column in columns) for row in range(result.ntuples))
