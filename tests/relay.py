"""A real HTTP relay in front of a server: it counts what passes, and cuts, silences or fails what a test says."""

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

READS = ("GET", "HEAD")
PASSED = ("Accept", "Authorization", "Content-Type", "User-Agent")


class Relay:
    """Passes each request on to a port of 127.0.0.1 and its answer back."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.silent = False
        self.calls: list[tuple[str, str]] = []
        """(method, path) of each call that came in."""
        self.fails: Callable[[str, str], int | None] = lambda _method, _path: None
        """(method, path) -> the status to answer with instead of passing it on."""
        self._cut_in = 0
        self._reply_lost = False
        self._lock = threading.Lock()
        self._server = _Listener(("127.0.0.1", 0), _bound_to(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def cut_at(self, call: int, *, reply_lost: bool) -> None:
        """Cut the `call`-th call from now, before it arrives or after; 0: none."""
        with self._lock:
            self._cut_in, self._reply_lost = call, reply_lost

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """Close every connection without an answer, for a while."""
        self.silent = True
        try:
            yield
        finally:
            self.silent = False

    def writes(self) -> int:
        """Count the calls that asked for a change."""
        return sum(method not in READS for method, _ in self.calls)

    def verdict(self, method: str, path: str) -> tuple[bool, bool, int | None]:
        """(pass it on, answer, the status to answer with instead)."""
        with self._lock:
            self.calls.append((method, path))
            self._cut_in -= 1
            cut = self._cut_in == 0
            status = self.fails(method, path)
            arrives = not self.silent and not (cut and not self._reply_lost) and status is None
            return arrives, not self.silent and not cut, status

    def pass_on(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Ask the server behind."""
        behind = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=10)
        with contextlib.closing(behind):
            behind.request(method, path, body, headers)
            answer = behind.getresponse()
            return answer.status, answer.read()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a client or a server that is gone is what these tests are about."""


def _bound_to(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Passing(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            arrives, answers, status = relay.verdict(self.command, self.path)
            said = b'{"error": "the relay says so"}\n'
            if arrives:
                kept = {key: self.headers[key] for key in PASSED if key in self.headers}
                status, said = relay.pass_on(self.command, self.path, body, kept)
            if answers and status is not None:
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815  named by the library

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Passing
