"""A real server that a test scripts byte by byte: what it answers, how slowly, where it breaks off."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any, Self

Script = Callable[[socket.socket, "Server"], None]


def answer(body: bytes | str | Any = b"", status: int = 200, *headers: str) -> Script:
    """Answer this whole; what is no text is sent as JSON."""
    sent = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} said", f"content-length: {len(sent)}", *headers]

    def script(line: socket.socket, _: "Server") -> None:
        line.sendall("\r\n".join([*head, "", ""]).encode() + sent)

    return script


def raw(*pieces: bytes) -> Script:
    """Send these bytes and close."""

    def script(line: socket.socket, _: "Server") -> None:
        for piece in pieces:
            line.sendall(piece)

    return script


def dripping(head: bytes, drop: bytes, pause: float) -> Script:
    """Send the head, then one drop after the other without end, until the server is closed or nobody listens."""

    def script(line: socket.socket, server: "Server") -> None:
        line.sendall(head)
        while not server.over.wait(pause):
            line.sendall(drop)

    return script


def silent(_: socket.socket, server: "Server") -> None:
    """Take the request and never answer."""
    server.over.wait(60)


def reset(line: socket.socket, _: "Server") -> None:
    """Break the connection off without a word."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


class Server:
    """Listens on a free port; on each connection it reads a request, or just its first bytes, and plays the script."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None, *, reads: bool = True) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.over = threading.Event()
        self._context = context
        self._reads = reads
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._serve, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._play, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _play(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), plain:
            plain.settimeout(10)
            line = self._context.wrap_socket(plain, server_side=True) if self._context else plain
            with line:
                self.requests.append(_request(line) if self._reads else line.recv(65536))
                self.script(line, self)


def _request(line: socket.socket) -> bytes:
    held = b""
    while b"\r\n\r\n" not in held and (piece := line.recv(65536)):
        held += piece
    head, _, body = held.partition(b"\r\n\r\n")
    lengths = [each.split(b":")[1] for each in head.lower().split(b"\r\n") if each.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]) and (piece := line.recv(65536)):
        body += piece
    return head + b"\r\n\r\n" + body
