"""A small HTTP server on a table of routes, with TLS that follows its certificate's file. Holds no rule of the shop."""

import json
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from urllib.parse import parse_qsl, urlsplit

BODY_LIMIT = 64 * 1024
SILENCE_LIMIT = 10.0
"""Seconds a client may stay silent before its connection is closed."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a route is given."""

    path: str
    query: Mapping[str, str]
    body: Any
    """Parsed JSON, or None."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route gives back: JSON, unless `media_type` says otherwise."""

    status: int
    body: Any
    media_type: str = "application/json"

    def content(self) -> bytes:
        """The bytes on the wire."""
        if self.media_type == "application/json":
            return (json.dumps(self.body) + "\n").encode()
        return str(self.body).encode()


Routes = Mapping[tuple[str, str], Callable[[Request], Answer]]
"""(method, path) -> what answers; a path that ends in `/*` takes everything below it."""


class _Files:
    """The server's half of TLS; read again as soon as one of the files is another."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._seen: object = None
        self._context: ssl.SSLContext | None = None

    def wrap(self, connection: socket.socket) -> ssl.SSLSocket:
        stamps = [(f.st_mtime_ns, f.st_size, f.st_ino) for f in (self._certificate.stat(), self._key.stat())]
        if self._context is None or stamps != self._seen:
            try:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self._certificate, self._key)
                self._context, self._seen = context, stamps
            except ssl.SSLError as error:  # between the two writes of a renewal the pair does not match
                if self._context is None:
                    raise
                print(f"keeps the old certificate: {error}", file=sys.stderr, flush=True)
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)


class _Server(ThreadingMixIn, TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    tls: _Files | None = None

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.settimeout(SILENCE_LIMIT)
        if self.tls is None:
            return connection, address
        try:
            return self.tls.wrap(connection), address
        except OSError:
            connection.close()
            raise

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address
        print(f"a connection ended: {sys.exc_info()[1]!r}", file=sys.stderr, flush=True)


def _handler(routes: Routes) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = min(int(self.headers.get("Content-Length") or 0), BODY_LIMIT)
            raw = self.rfile.read(length) if length else b""
            below = parts.path.rpartition("/")[0] + "/*"
            route = routes.get((self.command, parts.path)) or routes.get((self.command, below))
            if route is None:
                answer = Answer(404, {"error": f"no {self.command} {parts.path} here"})
            else:
                answer = route(Request(parts.path, dict(parse_qsl(parts.query)), _parsed(raw)))
            content = answer.content()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer  # noqa: N815 - the standard library calls them so

        def log_message(self, *_: object) -> None:
            """One line per request would drown what a person looks for in the log."""

    return Answering


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None


def server(port: int, routes: Routes, certificate: tuple[Path, Path] | None = None) -> TCPServer:
    """A server bound to 127.0.0.1; call its `serve_forever`."""
    made = _Server(("127.0.0.1", port), _handler(routes))
    if certificate is not None:
        made.tls = _Files(*certificate)
    return made
