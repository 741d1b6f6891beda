"""Asks a web server one question within one total deadline. Follows no redirect, reads no proxy setting.

httpx has time limits per read only, and a server that drips bytes never ends; so its engine, httpcore, runs here over a
connection that knows the whole deadline. No header and no query appears in an error.
"""

import logging
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpcore

from drills.signals.contract import Unanswered
from drills.signals.dial import Deadline, NoAnswer, connect, reason, trust
from drills.signals.evidence import without
from drills.signals.site import Site
from injectors.values import MissingSecret, Secret

# Its lines for debugging hold the headers of answers, and an answer may repeat a secret.
logging.getLogger("httpcore").setLevel(logging.WARNING)
BODY_LIMIT = 1024 * 1024
"""Bytes of an answer that are kept to be judged; the rest is read and counted."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question."""

    method: str = "GET"
    path: str = ""
    """Appended to the site's address, with its query."""
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    body: bytes = b""
    limit: int = BODY_LIMIT


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole or cut at the request's limit."""

    status: int
    body: bytes = field(repr=False)
    length: int
    """Bytes of the whole body."""
    media_type: str
    seconds: float
    """From looking the name up to the last byte."""
    date: str = ""
    """Its own word on what time it is, as it wrote it."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What was sent with the question and is kept nowhere."""

    @property
    def evidence(self) -> bytes:
        """What may be kept: bounded, and without the secrets that were sent, should the server echo them."""
        return without(self.body, self.secrets)

    @property
    def cut(self) -> bool:
        """Is the body longer than what was kept?"""
        return self.length > len(self.body)


def ask(site: Site, request: Request, timeout: float) -> Answer:
    """Ask once. Raises `NoAnswer` for what the server did, `Unanswered` for what kept us from asking."""
    deadline = Deadline(timeout)
    parts = urlsplit(site.url + request.path)
    given = {"user-agent": "gameday", "accept": "*/*", **site.headers, **request.headers}
    headers, secrets = _revealed(given)
    where = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    try:
        answer = _ask(urlunsplit(parts), site, request, headers, deadline)
    except OSError as wrong:
        raise NoAnswer(reason(wrong, where, deadline)) from None
    except httpcore.LocalProtocolError:
        raise Unanswered(f"the request to {where} cannot be sent: a header holds what no header may") from None
    except (httpcore.NetworkError, httpcore.RemoteProtocolError):
        raise NoAnswer(f"{where} broke the connection off before its answer was whole") from None
    return replace(answer, secrets=tuple(secrets))


def _ask(url: str, site: Site, request: Request, headers: Mapping[str, str], deadline: Deadline) -> Answer:
    safe = trust(site.ca) if url.startswith("https:") else None
    sent = [(name.encode(), value.encode(errors="surrogateescape")) for name, value in headers.items()]
    pool = httpcore.ConnectionPool(ssl_context=safe, network_backend=_Bounded(deadline))
    content = request.body or None
    with pool, pool.stream(request.method, quote(url, safe=_SAFE), headers=sent, content=content) as response:
        kept, length = bytearray(), 0
        for chunk in response.iter_stream():
            length += len(chunk)
            kept += chunk[: request.limit - len(kept)]
        told = {name.lower(): value.decode("latin-1") for name, value in reversed(response.headers)}
        media_type = told.get(b"content-type", "application/octet-stream").partition(";")[0].strip()
        date = told.get(b"date", "")[:100]
        return Answer(response.status, bytes(kept), length, media_type[:100], deadline.passed, date)


_SAFE = "%/:?#[]@!$&'()*+,;=~"


def _revealed(headers: Mapping[str, str | Secret]) -> tuple[dict[str, str], list[str]]:
    try:
        secrets = {name: value.reveal() for name, value in headers.items() if isinstance(value, Secret)}
    except MissingSecret as missing:
        raise Unanswered(str(missing)) from None
    plain = {name: value for name, value in headers.items() if isinstance(value, str)}
    return plain | secrets, list(secrets.values())


class _Bounded(httpcore.NetworkBackend):
    """Opens connections that end at one deadline; what goes wrong stays an `OSError`."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return _Line(connect(host, port, self._deadline), self._deadline)


class _Line(httpcore.NetworkStream):
    """One connection; every wait on it ends at the deadline."""

    def __init__(self, line: socket.socket, deadline: Deadline) -> None:
        self._line = line
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline is the limit
        self._line.settimeout(self._deadline.left())
        return self._line.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline is the limit
        self._line.settimeout(self._deadline.left())
        try:
            self._line.sendall(buffer)
        except ConnectionError as wrong:
            # A server may answer (413) and close before it has read everything: httpcore then reads the answer.
            raise httpcore.WriteError(wrong) from wrong

    def close(self) -> None:
        self._line.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline is the limit
    ) -> httpcore.NetworkStream:
        try:
            self._line.settimeout(self._deadline.left())
        except TimeoutError:
            self._line.close()
            raise
        return _Line(ssl_context.wrap_socket(self._line, server_hostname=server_hostname), self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ARG002 - httpcore asks for details of HTTP/2 alone
        return None
