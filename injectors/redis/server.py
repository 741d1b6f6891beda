"""Commands to a Redis server, each connection opened for one call and bounded in time. It knows no fault.

redis-py's pools, retries and handshakes of its own are left out: each command below is sent once, and counted once.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator
from redis.backoff import NoBackoff
from redis.connection import Connection, SSLConnection
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    InvalidResponse,
    NoPermissionError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.retry import Retry

from injectors import writes
from injectors.contract import InjectorError, Json, Refused, Unreachable
from injectors.look_up import look_up
from injectors.values import AbsolutePath, Keys, Seconds, Secret

COMMANDS = 8
"""In one call of a fault that may each take the whole timeout, at most."""
NAME = "gameday"
"""What `CLIENT LIST` shows for a connection of ours."""


def _a_server(url: str) -> str:
    try:
        parts = urlsplit(url)
        there = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and (parts.port or 6379) > 0
    except ValueError:
        there = False
    if not there or parts.query or not re.fullmatch(r"(/[0-9]{0,5})?", parts.path):
        raise ValueError("write redis://HOST:PORT or rediss://HOST:PORT, with /DATABASE where it is not 0")
    if "@" in parts.netloc:
        raise ValueError("leave the account out of the address: write `user:` and `password:`")
    return url


class Settings(Keys):
    """Where the server is, and as whom it is asked."""

    url: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_a_server)]
    user: str | None = Field(default=None, min_length=1, max_length=200, description="Its ACL user.")
    password: Secret | None = None
    ca: AbsolutePath | None = Field(default=None, description="A PEM file; who signed the certificate of rediss://.")
    timeout: Annotated[Seconds, Field(ge=0.1, le=60)] = Field(default=2.0, description="For each command.")

    @model_validator(mode="after")
    def _whole_account(self) -> Self:
        if self.user is not None and self.password is None:
            raise ValueError("write `password:` beside `user:`")
        return self


@dataclass(frozen=True, slots=True)
class Asking:
    """One open connection."""

    line: Connection
    url: str

    def look(self, *words: str | int) -> Json:
        """Send a command that changes nothing; return its answer, with text as `str`.

        Raises `Refused` (no right to it), `Unreachable`, or an `InjectorError` with the server's word.
        """
        return self._said(" ".join(map(str, words[:2])), words)

    def look_at_all(self, questions: Sequence[tuple[str, ...]]) -> list[Json]:
        """Send many commands that change nothing in one go; return their answers. Raises as `look` does."""
        if not questions:
            return []
        with _told(self.url, " ".join(questions[0][:1])):
            self.line.send_packed_command(self.line.pack_commands(questions), check_health=False)
            return [self.line.read_response() for _ in questions]

    def change(self, *words: str | int) -> Json:
        """Send a command that changes something. Raises as `look` does."""
        writes.made()
        return self._said(" ".join(map(str, words[:2])), words)

    def send(self, *words: str) -> None:
        """Send a command that may be held, and do not wait for its answer."""
        with _told(self.url, words[0]):
            self.line.send_command(*words, check_health=False)

    def answered(self) -> bool:
        """Has what was sent been answered by now?"""
        with _told(self.url, "look"):
            return bool(self.line.can_read(timeout=0))

    def _said(self, asked: str, words: tuple[str | int, ...]) -> Json:
        with _told(self.url, asked):
            self.line.send_command(*words, check_health=False)
            return self.line.read_response()


@dataclass(frozen=True, slots=True)
class Server:
    """A server and the account it is asked with."""

    settings: Settings

    @property
    def call_limit(self) -> float:
        """Seconds for one call of a fault."""
        return COMMANDS * self.settings.timeout

    @property
    def address(self) -> str:
        """HOST:PORT: a server as a whole, whatever its database is called."""
        parts = urlsplit(self.settings.url)
        return f"{parts.hostname}:{parts.port or 6379}"

    @contextmanager
    def asking(self) -> Iterator[Asking]:
        """Open a connection of its own. Raises `Refused` (unknown account), `Unreachable`."""
        parts, limit = urlsplit(self.settings.url), self.settings.timeout
        host, port = str(parts.hostname), parts.port or 6379
        password = self.settings.password.reveal() if self.settings.password else None
        given: dict[str, Any] = {
            "host": host,
            "port": port,
            "db": int(parts.path.strip("/") or 0),
            "username": self.settings.user,
            "password": password,
            "client_name": NAME,
            "socket_timeout": limit,
            "socket_connect_timeout": limit,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,
            "driver_info": None,
            "decode_responses": True,
            "encoding_errors": "replace",
        }
        look_up(host, port, limit, f"the Redis server {self.settings.url}")
        tls = parts.scheme == "rediss"
        line = SSLConnection(ssl_ca_certs=self.settings.ca, **given) if tls else Connection(**given)
        try:
            with _told(self.settings.url, "let gameday in"):
                line.connect()
            yield Asking(line, self.settings.url)
        finally:
            line.disconnect()

    def holds(self, *words: str) -> bool:
        """Does it keep this command waiting, as `CLIENT PAUSE` makes it? Raises `Unreachable`."""
        with self.asking() as held, self.asking() as other:
            ours = held.look("CLIENT", "ID")
            held.send(*words)
            for _ in range(LOOKS):
                if held.answered():
                    return False
                found = re.search(r" flags=(\S+)", other.look("CLIENT", "LIST", "ID", ours) or "")
                if found and "b" in found[1]:
                    return not held.answered()
        raise Unreachable(f"the Redis server {self.settings.url} neither answers {words[0]} nor holds it")


LOOKS = 1000
"""At another connection's state until it must be held or answered; each takes one answer of the server."""


@contextmanager
def _told(url: str, asked: str) -> Iterator[None]:
    """Turn what the client raises into our errors. No word of the server's is repeated that could hold a secret."""
    try:
        yield
    except NoPermissionError:
        raise Refused(f"no right to {asked} on the Redis server {url}: see the ACL line in its page") from None
    except AuthenticationError:
        raise Refused(f"the Redis server {url} does not know this account") from None
    except ReadOnlyError:
        raise Refused(f"the Redis server {url} is a replica, which takes no {asked}: name its primary") from None
    except BusyLoadingError:
        raise Unreachable(f"the Redis server {url} is still loading what it stored") from None
    except InvalidResponse:
        raise Refused(f"{url} answers, but not as a Redis server does: check the url of the target") from None
    except ResponseError as wrong:
        said = str(wrong)[:200]
        if said.startswith("MOVED "):
            raise Refused(f"the Redis server {url} is a node of a cluster: gameday hurts single servers") from None
        raise InjectorError(f"the Redis server {url}, asked to {asked}, says: {said}") from None
    except (RedisError, OSError) as wrong:
        raise Unreachable(f"the Redis server {url} cannot be asked ({asked}): {type(wrong).__name__}") from None
