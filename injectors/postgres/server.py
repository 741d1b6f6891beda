"""Where a PostgreSQL server is, as whom it is asked, and one session with it. It knows no fault."""

import queue
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from psycopg.conninfo import make_conninfo
from pydantic import AfterValidator, Field

from injectors.contract import Change, Json, Refused, Undo, Unreachable
from injectors.postgres.session import Deadline, Session, opened
from injectors.values import AbsolutePath, Keys, Seconds, Secret

SPARE = 2.0
"""Seconds for everything in a call but the session."""


def _a_host(host: str) -> str:
    if "@" in host or "://" in host or "=" in host:
        raise ValueError("write the host alone: the account is `user:` with `password: {env: NAME}`")
    if not re.fullmatch(r"[^\s,\x00-\x1f]+", host):
        raise ValueError("write one host: a name, an address, or the folder of a socket")
    return host


Host = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_a_host)]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[^\x00-\x1f]+$")]
"""What PostgreSQL calls an identifier, as it is, without quotes."""


class Account(Keys):
    """As whom a server is asked, and how long it may take."""

    user: Name
    password: Secret | None = None
    database: Name = Field(default="postgres", description="The one that gameday itself connects to.")
    ca: AbsolutePath | None = Field(
        default=None, description="A PEM file; the server's certificate must be signed by it and be for its name."
    )
    timeout: Annotated[Seconds, Field(ge=0.1, le=60)] = Field(
        default=5.0, description="For each look or change: connecting and all its statements together."
    )


class Settings(Account):
    """Where the server is; connect to itself, not to a pooler in front of it."""

    host: Host
    port: Port = 5432


@dataclass(frozen=True, slots=True)
class Server:
    """A server and the account it is asked with."""

    account: Account
    host: str
    port: int

    @property
    def address(self) -> str:
        """For people and for owners."""
        return f"postgres {self.host}:{self.port}"

    @property
    def call_limit(self) -> float:
        """Seconds for one call of a fault."""
        return self.account.timeout + SPARE

    @contextmanager
    def session(self, *, database: str | None = None, called: str = "gameday") -> Iterator[Session]:
        """Connect, and disconnect at the end; all of it within the timeout.

        Raises `MissingDatabase`, `Refused` or `Unreachable`.
        """
        deadline = Deadline(self.account.timeout)
        session = opened(self._way_in(database, called, deadline), self.address, deadline)
        try:
            yield session
        finally:
            session.close()

    def _way_in(self, database: str | None, called: str, deadline: Deadline) -> str:
        limit = max(1, round(self.account.timeout * 1000))
        bounds = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        addresses = [] if self.host.startswith("/") else _addresses(self.host, self.port, deadline)
        told = {
            "host": ",".join([self.host] * max(1, len(addresses))),
            "hostaddr": ",".join(addresses) or None,
            "port": self.port,
            "dbname": database or self.account.database,
            "user": self.account.user,
            "password": self.account.password.reveal() if self.account.password else None,
            "application_name": called,
            "connect_timeout": 60,  # a net below our own deadline
            "tcp_user_timeout": limit,
            "gssencmode": "disable",
            "sslmode": "verify-full" if self.account.ca else "prefer",
            "sslrootcert": self.account.ca,
            "options": " ".join(f"-c {each}={limit}" for each in bounds),
        }
        return make_conninfo("", **{key: each for key, each in told.items() if each is not None})


def at(settings: Settings) -> Server:
    """The server of a target."""
    return Server(settings, settings.host, settings.port)


def _addresses(host: str, port: int, deadline: Deadline) -> list[str]:
    """Resolve the name within the limit: the client's own look-up has none. Raises `Unreachable`."""
    answers: queue.Queue[list[str] | str] = queue.Queue()

    def work() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as wrong:
            answers.put(f"the name {host!r} does not resolve here: {type(wrong).__name__}")
        else:
            answers.put(list(dict.fromkeys(str(each[4][0]) for each in found))[:5])

    # The system's resolver takes no timeout: one that takes too long is left behind in its thread.
    threading.Thread(target=work, name="look up a PostgreSQL server", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.left())
    except (queue.Empty, TimeoutError):
        raise Unreachable(f"the name {host!r} was not resolved within {deadline.seconds:g} s") from None
    if isinstance(found, str):
        raise Unreachable(found)
    return found


def facts(undo: Undo) -> dict[str, Json]:
    """What was written down. Raises when a newer gameday wrote it."""
    return dict(undo.of_version(1))


def system(session: Session) -> str:
    """The server's own number: another one at the same address is another server."""
    return session.one("SELECT system_identifier FROM pg_control_system()")


def named(change: Change, where: str, names: Sequence[str]) -> None:
    """See that the target's `consent:` list, where there is one, has these. Raises `Refused`."""
    lacking = [each for each in names if change.consent and each not in change.consent]
    if lacking:
        wanted = ", ".join([*change.consent, *lacking])
        raise Refused(
            f"{where} is not in the `consent:` list of its target in gameday.yaml: write `consent: [{wanted}]`"
        )
