"""A small HTTP listener for one kind of POST: bounded in size, time and number. Stamps when the last byte is in."""

import contextlib
import errno
import io
import json
import socket
import socketserver
import sys
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol

from drills.signals.contract import SignalError
from drills.signals.dial import Deadline

BODY_LIMIT = 1024 * 1024
"""Bytes of a body."""
DRAIN_LIMIT = 16 * BODY_LIMIT
"""Bytes of a refused body that are read all the same, so that its sender gets to read why."""
PATIENCE = 10.0
"""Seconds that one request may take in all, however slowly it drips in."""
AT_ONCE = 64
"""Requests at the same time."""
LOOK_EVERY = 0.2
"""Seconds between two looks whether to end."""
LONGEST_NUMBER = 20
_SHOWN = ("Authorization", "X-PagerDuty-Signature")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a sender shows of itself, as the bytes that came; repeated nowhere."""

    authorization: bytes = field(default=b"", repr=False)
    signatures: bytes = field(default=b"", repr=False)
    """The `X-PagerDuty-Signature`: several, with commas between, while a secret is changed."""


class Refusal(Exception):
    """The request gets this status and this sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Taker(Protocol):
    """Who gets the bodies."""

    def admits(self, shown: Shown) -> Refusal | None:
        """Why this sender may not send, known before its body is; None when it may."""
        ...

    def take(self, body: bytes, shown: Shown, wall: int, mono: int) -> None:
        """Take a whole body. Raises `Refusal`."""
        ...

    def turned_away(self, at: int, why: str) -> None:
        """A body was refused."""
        ...


class Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens from the moment it is made."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = AT_ONCE

    def __init__(self, name: str, host: str, port: int, taker: Taker, patience: float = PATIENCE) -> None:
        """Bind and listen. Raises `SignalError`."""
        self.taker = taker
        self.patience = patience
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._room = threading.BoundedSemaphore(AT_ONCE)
        try:
            super().__init__((host, port), _Post)
        except OSError as wrong:
            raise SignalError(cannot_listen(name, joined(host, port), port, wrong)) from None
        self.address = joined(host, int(self.server_address[1]))
        thread = threading.Thread(target=self.serve_forever, args=(LOOK_EVERY,), name=f"webhook {name}", daemon=True)
        thread.start()

    def close(self) -> None:
        """Listen no more; idempotent."""
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the request a thread of its own, if there is room."""
        if not self._room.acquire(blocking=False):
            with contextlib.suppress(OSError):
                request.setblocking(False)
                request.sendall(b"HTTP/1.0 503 Service Unavailable\r\n\r\n")
            self.shutdown_request(request)
            self.taker.turned_away(time.time_ns(), f"{AT_ONCE} requests at once")
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one request and make room again."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - socketserver's signature
        """Note that an alert was lost in here, unlike one that never came; print nothing: it may hold a secret."""
        wrong = sys.exc_info()[1]
        if not isinstance(wrong, OSError):
            self.taker.turned_away(time.time_ns(), f"its alert could not be passed on ({type(wrong).__name__})")


class _Post(BaseHTTPRequestHandler):
    """One request on one connection."""

    server: Listener

    def setup(self) -> None:
        super().setup()
        self._deadline = Deadline(self.server.patience)
        self.rfile = io.BufferedReader(_Dripping(self.connection, self._deadline))

    def do_POST(self) -> None:
        try:
            body = self._body()
            wall, mono = time.time_ns(), time.monotonic_ns()
            self.server.taker.take(body, self._shown(), wall, mono)
        except Refusal as refusal:
            self.server.taker.turned_away(time.time_ns(), f"{refusal.status}, {refusal}")
            self._answer(refusal.status, str(refusal))
        except OSError as wrong:
            self.server.taker.turned_away(time.time_ns(), f"its request broke off ({type(wrong).__name__})")
        else:
            self._answer(200, "taken")

    def _wrong_method(self) -> None:
        self._answer(405, "POST alerts here", allow="POST")

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _wrong_method  # noqa: N815 - http.server's names

    def _body(self) -> bytes:
        told = self.headers.get("Content-Length", "")
        length = int(told) if told.isascii() and told.isdecimal() and len(told) < LONGEST_NUMBER else None
        refusal = self._refused(length)
        if refusal is None and length is not None:
            try:
                body = self.rfile.read(length)
            except TimeoutError:
                raise Refusal(408, f"the body was not here within {self.server.patience:g} s") from None
            if len(body) == length:
                return body
            raise Refusal(400, "the body is shorter than its Content-Length")
        self._drain(length or 0)
        raise refusal or Refusal(411, "send a Content-Length")

    def _refused(self, length: int | None) -> Refusal | None:
        if refusal := self.server.taker.admits(self._shown()):
            return refusal
        if length is not None and length > BODY_LIMIT:
            return Refusal(413, f"the body is longer than {BODY_LIMIT} bytes")
        return None

    def _shown(self) -> Shown:
        # http.server reads a head as Latin-1, byte for byte; written so again it is what the sender wrote.
        told = {name: ",".join(self.headers.get_all(name, [])).encode("latin-1") for name in _SHOWN}
        return Shown(*told.values())

    def _drain(self, length: int) -> None:
        """Read what will not be used: a sender that is cut off while it sends never reads why."""
        left = min(length, DRAIN_LIMIT)
        with contextlib.suppress(OSError):
            while left > 0 and (piece := self.rfile.read1(min(left, 65536))):
                left -= len(piece)

    def _answer(self, status: int, why: str, **headers: str) -> None:
        text = json.dumps({"status": status, "message": why}).encode()
        self.connection.settimeout(1)
        self.send_response(status, HTTPStatus(status).phrase)
        for name, value in {**headers, "content-type": "application/json", "content-length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def version_string(self) -> str:
        return "gameday"

    def log_message(self, *_: Any) -> None:
        """Log nothing: a request may hold a secret."""


class _Dripping(io.RawIOBase):
    """A connection's bytes, until the deadline."""

    def __init__(self, line: socket.socket, deadline: Deadline) -> None:
        self._line = line
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(self._deadline.left())
        return self._line.recv_into(buffer)


def joined(host: str, port: int) -> str:
    """Both as one address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def cannot_listen(name: str, where: str, port: int, wrong: OSError) -> str:
    """Why it cannot, and what to do."""
    said = f"the webhook {name} cannot listen on {where}"
    if wrong.errno == errno.EADDRINUSE:
        # What is sent once reaches one drill: a port shared by two would make one of them deaf by chance.
        told = f"{said}: the port is in use; see who holds it with `ss -ltnp sport = :{port}`, or change its `listen:`"
        return f"{told}; if another drill does (`gameday status`), wait for its end: one sender is heard by one drill"
    if wrong.errno == errno.EADDRNOTAVAIL:
        return f"{said}: this machine has no such address; write one of its own, such as 127.0.0.1:{port}"
    if wrong.errno == errno.EACCES:
        return f"{said}: ports below 1024 are not for everybody; write a higher one"
    return f"{said}: {wrong.strerror}"
