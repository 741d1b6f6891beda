"""One request to a NATS server's JetStream, on a connection of its own, bounded in time. It knows no fault."""

import asyncio
import json
import os
import re
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from nats.aio.client import Client
from nats.errors import ConnectionClosedError, NoRespondersError
from nats.errors import Error as NatsError
from pydantic import AfterValidator, Field, model_validator

from injectors import writes
from injectors.contract import InjectorError, Json, Refused, Unreachable
from injectors.look_up import look_up
from injectors.values import AbsolutePath, Keys, Seconds, Secret

REQUESTS = 3
"""In one call of a fault, at most."""
CLOSE_LIMIT = 0.5
"""Seconds until a connection must be closed."""
_LOOKS = re.compile(r"^(STREAM|CONSUMER)\.(INFO|NAMES|LIST)\b")
"""The requests that change nothing."""
_NO_JETSTREAM = 10039
"""The server's number for an account that has no JetStream: asking again does not help."""


def _a_server(url: str) -> str:
    try:
        parts = urlsplit(url)
        there = parts.scheme in ("nats", "tls") and bool(parts.hostname) and (parts.port or 4222) > 0
    except ValueError:
        there = False
    if not there or parts.path.strip("/") or parts.query:
        raise ValueError("write nats://HOST:PORT or tls://HOST:PORT")
    if "@" in parts.netloc:
        raise ValueError("leave the account out of the address: write `user:` and `password:`, or `token:`")
    return url


def _a_name(name: str) -> str:
    if not re.fullmatch(r"[^\s.*>/\\\x00-\x1f]{1,255}", name):
        raise ValueError("a name has no spaces, dots, slashes, * or >")
    return name


Name = Annotated[str, AfterValidator(_a_name)]


class Settings(Keys):
    """Where the server is, and as whom it is asked."""

    url: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_a_server)]
    user: str | None = Field(default=None, min_length=1, max_length=200)
    password: Secret | None = None
    token: Secret | None = None
    credentials: AbsolutePath | None = Field(default=None, description="A .creds file; it needs the package nkeys.")
    ca: AbsolutePath | None = Field(
        default=None, description="A PEM file; who signed the certificate of a tls:// server."
    )
    timeout: Annotated[Seconds, Field(ge=0.1, le=60)] = Field(default=3.0, description="For each request.")

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        ways = [self.user is not None, self.token is not None, self.credentials is not None]
        if sum(ways) > 1 or (self.password is None) != (self.user is None):
            raise ValueError("write `user:` with `password:`, or `token:`, or `credentials:`, or none of them")
        return self


class Missing(InjectorError):
    """The stream or the consumer is not there."""


class Unserved(Unreachable):
    """Nobody serves this request: JetStream is off, or the server is too old for it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server and the account it is asked with."""

    settings: Settings

    @property
    def call_limit(self) -> float:
        """Seconds for one call of a fault."""
        return REQUESTS * (self.settings.timeout + 2 * CLOSE_LIMIT)

    def ask(self, request: str, body: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Send `$JS.API.<request>` and return the answer.

        Raises `Missing`, `Refused` (no right to ask this), `Unreachable`, or an `InjectorError` with the server's word.
        """
        if not _LOOKS.search(request):
            writes.made()
        payload = b"" if body is None else json.dumps(dict(body)).encode()
        account, began = self._account(), time.monotonic()
        parts = urlsplit(self.settings.url)
        what = f"the NATS server {self.settings.url}"
        look_up(str(parts.hostname), parts.port or 4222, self.settings.timeout, what)
        left = self.settings.timeout - (time.monotonic() - began)
        answer = asyncio.run(self._bounded(f"$JS.API.{request}", payload, account, left))
        if wrong := answer.get("error"):
            raise self._said_no(request, wrong)
        return answer

    async def _bounded(self, subject: str, payload: bytes, account: Mapping[str, Any], left: float) -> dict[str, Json]:
        url, limit = self.settings.url, self.settings.timeout
        try:
            async with asyncio.timeout(left):
                return await self._asked(subject, payload, account)
        except TimeoutError:
            raise Unreachable(f"the NATS server {url} did not answer within {limit:g} s") from None
        except NoRespondersError:
            raise Unserved(
                f"nobody at {url} serves {subject}: is JetStream on, and is the server 2.11 or newer?"
            ) from None
        except (NatsError, OSError, ValueError) as wrong:
            # While connecting the client repeats the server's words instead of raising its AuthorizationError.
            if isinstance(wrong, NatsError) and re.search("authori[sz]ation|authentication", str(wrong), re.IGNORECASE):
                raise Refused(f"the NATS server {url} does not know this account") from None
            raise Unreachable(f"the NATS server {url} cannot be asked: {type(wrong).__name__}") from wrong

    async def _asked(self, subject: str, payload: bytes, account: Mapping[str, Any]) -> dict[str, Json]:
        trouble: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

        async def on_error(wrong: Exception) -> None:
            # The server tells a missing right apart from the request it belongs to, which is never answered; the
            # client tells why it cannot connect, and tries again for longer than anybody here wants to wait.
            denied = "permissions violation" in str(wrong).lower()
            if not trouble.done() and (denied or not client.is_connected):
                trouble.set_result(Refused(f"no right to ask {self.settings.url} for {subject}") if denied else wrong)

        async def on_close() -> None:
            if not trouble.done():
                trouble.set_result(ConnectionClosedError())

        async def conversation() -> bytes:
            await client.connect(
                self.settings.url,
                name="gameday",
                allow_reconnect=False,
                error_cb=on_error,
                closed_cb=on_close,
                **account,
            )
            answer = await client.request(subject, payload, timeout=self.settings.timeout)
            return bytes(answer.data)

        client = Client()
        talking = asyncio.ensure_future(conversation())
        try:
            await asyncio.wait((talking, trouble), return_when=asyncio.FIRST_COMPLETED)
            if not talking.done():
                raise trouble.result()
            answer: dict[str, Json] = json.loads(talking.result())
            return answer
        finally:
            talking.cancel()
            trouble.cancel()
            await _closed(client)

    def _account(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if self.settings.user is not None and self.settings.password is not None:
            given = {"user": self.settings.user, "password": self.settings.password.reveal()}
        if self.settings.token is not None:
            given = {"token": self.settings.token.reveal()}
        if self.settings.credentials is not None:
            _readable(self.settings.credentials)
            given = {"user_credentials": self.settings.credentials}
        if self.settings.url.startswith("tls:"):
            given["tls"] = _trusting(self.settings.ca)
        return given

    def _said_no(self, request: str, wrong: Mapping[str, Json]) -> InjectorError:
        code, said = wrong.get("code"), str(wrong.get("description", ""))[:200]
        what = f"the NATS server {self.settings.url} answers {request} with {code}: {said}"
        if code == 404:
            return Missing(what)
        return Unreachable(what) if code == 503 and wrong.get("err_code") != _NO_JETSTREAM else InjectorError(what)


def _readable(credentials: str) -> None:
    """Raise `Refused` when the file or the package for it is missing: the client would say neither."""
    if find_spec("nkeys") is None:
        raise Refused(f"the credentials {credentials} need the package 'nkeys': pip install nkeys")
    if not os.access(credentials, os.R_OK):
        raise Refused(f"the credentials {credentials} cannot be read")


def _trusting(ca: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError:  # also what ssl raises for a file that holds no certificate
        raise Refused(f"the file {ca} (`ca:`) cannot be read, or holds no certificate") from None


async def _closed(client: Client) -> None:
    """Close it, and wait for the tasks that it has left running: nothing of it outlives the request."""
    with suppress(NatsError, OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_LIMIT):
            await client.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        await asyncio.wait(left, timeout=CLOSE_LIMIT)
