"""One request to RabbitMQ's management API, on a connection of its own, bounded in time. It knows no fault."""

import base64
import json
import logging
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Self
from urllib.parse import quote, urlsplit

import httpcore
from pydantic import AfterValidator, Field, model_validator

from injectors import writes
from injectors.contract import InjectorError, Json, Refused, Unreachable
from injectors.look_up import look_up
from injectors.values import AbsolutePath, Keys, Seconds, Secret

# Its lines for debugging hold the headers.
logging.getLogger("httpcore").setLevel(logging.WARNING)
REQUESTS = 6
"""In one call of a fault that may each take the whole timeout, at most."""
ANSWER_LIMIT = 16 * 1024 * 1024
"""Bytes of an answer."""


def _address(url: str, schemes: Mapping[str, int], example: str) -> str:
    try:
        parts = urlsplit(url)
        there = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        there = False
    if not there or parts.path.strip("/") or parts.query:
        raise ValueError(f"write {example}")
    if "@" in parts.netloc:
        raise ValueError("leave the account out of the address: write `user:` and `password:`")
    return url.rstrip("/")


WEB = {"http": 15672, "https": 15671}
AMQP = {"amqp": 5672, "amqps": 5671}


def _management(url: str) -> str:
    return _address(url, WEB, "http://HOST:PORT or https://HOST:PORT of the management API")


def _broker(url: str) -> str:
    return _address(url, AMQP, "amqp://HOST:PORT or amqps://HOST:PORT")


class Settings(Keys):
    """Where the broker is, and as whom it is asked."""

    url: Annotated[
        str,
        AfterValidator(_management),
        Field(max_length=500, description="The management API, such as http://mq:15672"),
    ]
    amqp: Annotated[str, AfterValidator(_broker), Field(max_length=500)] | None = Field(
        default=None, description="The broker itself, such as amqp://mq:5672: the probes ask there."
    )
    vhost: str = Field(default="/", min_length=1, max_length=200)
    user: str = Field(min_length=1, max_length=200)
    password: Secret
    ca: AbsolutePath | None = Field(default=None, description="A PEM file; who signed the broker's certificate.")
    timeout: Annotated[Seconds, Field(ge=0.1, le=60)] = Field(default=3.0, description="For each request.")

    @model_validator(mode="after")
    def _printable(self) -> Self:
        if not self.vhost.isprintable() or ":" in self.user:
            raise ValueError("a vhost's name is printable, and a user's name has no colon")
        return self


class Missing(InjectorError):
    """The broker has no such vhost, queue, policy, user or connection."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker and the account it is asked with."""

    settings: Settings

    @property
    def call_limit(self) -> float:
        """Seconds for one call of a fault."""
        return REQUESTS * 2 * self.settings.timeout

    @property
    def address(self) -> str:
        """The API's address and the vhost, for people."""
        return f"{self.settings.url} vhost {self.settings.vhost}"

    def look(self, *path: str) -> Json:
        """Read what is at this place. Raises `Missing`, `Refused`, `Unreachable`, or an `InjectorError`."""
        return self._ask("GET", path, None)

    def put(self, *path: str, body: Mapping[str, Json]) -> None:
        """Write it. Raises as `look` does."""
        writes.made()
        self._ask("PUT", path, body)

    def delete(self, *path: str) -> None:
        """Take it away. Raises as `look` does."""
        writes.made()
        self._ask("DELETE", path, None)

    def _ask(self, method: str, path: tuple[str, ...], body: Mapping[str, Json] | None) -> Json:
        parts, limit = urlsplit(self.settings.url), self.settings.timeout
        what = f"the RabbitMQ broker {self.settings.url}"
        look_up(str(parts.hostname), parts.port or WEB[parts.scheme], limit, what)
        url = f"{self.settings.url}/api/{'/'.join(quote(each, safe='') for each in path)}"
        account = f"{self.settings.user}:{self.settings.password.reveal()}".encode()
        headers: Mapping[bytes | str, bytes | str] = {
            "authorization": f"Basic {base64.b64encode(account).decode()}",
            "content-type": "application/json",
            "user-agent": "gameday",
        }
        safe = _trusting(self.settings.ca) if parts.scheme == "https" else None
        times = dict.fromkeys(("connect", "read", "write", "pool"), limit)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=safe) as pool,
                pool.stream(
                    method,
                    url,
                    headers=headers,
                    content=None if body is None else json.dumps(dict(body)).encode(),
                    extensions={"timeout": times},
                ) as answer,
            ):
                held = bytearray()
                for chunk in answer.iter_stream():
                    held += chunk
                    if len(held) > ANSWER_LIMIT:
                        raise InjectorError(f"{what} answers {path[0]} with more than {ANSWER_LIMIT} bytes")
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as wrong:
            raise Unreachable(f"{what} cannot be asked: {type(wrong).__name__}") from None
        return self._understood(f"{method} {'/'.join(path[:1])}", answer.status, bytes(held))

    def _understood(self, asked: str, status: int, held: bytes) -> Json:
        what = f"the RabbitMQ broker {self.settings.url}"
        try:
            told: Json = json.loads(held) if held else None
        except ValueError:
            raise Refused(f"{what} answers, but not as its management API does: check the url of the target") from None
        if status < 300:
            return told
        said = str(told.get("reason", ""))[:200] if isinstance(told, dict) else ""
        if status == 404:
            raise Missing(f"{what} has nothing there ({asked})")
        if status in (401, 403):
            if re.search("login failed|not_authorized", said, re.IGNORECASE):
                raise Refused(f"{what} does not know this account")
            raise Refused(f"no right to ask {what} to {asked}: see the permissions on its page")
        family = Unreachable if status >= 500 else InjectorError
        raise family(f"{what} answers {asked} with {status}: {said}")


def _trusting(ca: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError:  # also what ssl raises for a file that holds no certificate
        raise Refused(f"the file {ca} (`ca:`) cannot be read, or holds no certificate") from None
