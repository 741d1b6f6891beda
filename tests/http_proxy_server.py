"""`gameday proxy` and a dependency behind it, for the tests: real processes and sockets, on free ports."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from servers import Running, ask, free_port


class HttpProxy(Running):
    """The proxy by its command, and what a test asks of its API by plain HTTP."""

    program = (sys.executable, "-m", "drills.cli", "proxy")

    def __init__(self) -> None:
        super().__init__("gameday proxy")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = self.folder / "proxies.json"
        self.config.write_text("[]")

    def begins_with(self, *proxies: tuple[str, int, str]) -> None:
        """Write its config: (name, port to listen on, upstream)."""
        rows = [{"name": name, "listen": f"127.0.0.1:{port}", "upstream": url} for name, port, url in proxies]
        self.config.write_text(json.dumps(rows))

    def start(self) -> None:
        """Start it (again), on the same port and with the proxies of its config alone."""
        command = [*self.program, str(self.config), "--port", str(self.port)]
        self.run(command, lambda: self.holds(self.port))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return (status, the answer's JSON or text); no failure is raised."""
        return ask(method, self.url + path, body)

    def reset(self) -> None:
        """Delete every proxy."""
        for name in self.ask("GET", "/proxies")[1]:
            assert self.ask("DELETE", f"/proxies/{name.replace(' ', '%20')}")[0] == 204

    def create(self, name: str, upstream: str, listen: str = "127.0.0.1:0") -> int:
        """Create a proxy; return its port."""
        status, made = self.ask("POST", "/proxies", {"name": name, "listen": listen, "upstream": upstream})
        assert status == 201, made
        return int(made["listen"].rpartition(":")[2])

    def shown(self, name: str) -> Any:
        """The proxy as the API shows it."""
        status, found = self.ask("GET", f"/proxies/{name}")
        assert status == 200, found
        return found


class Dependency:
    """A real HTTP/1.1 server: what it was asked, and answers of every shape by path."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        self.stock = 1
        self.go_on = threading.Event()
        self._server = _Listener(("127.0.0.1", 0), _answering(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a client that is gone is what these tests are about."""


def _answering(dependency: Dependency) -> type[BaseHTTPRequestHandler]:
    return type("Answering", (_Answering,), {"dependency": dependency})


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    dependency: Dependency

    def setup(self) -> None:
        super().setup()
        self.dependency.connections += 1

    def _take(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionError("the client left")
            return body
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _answer(self) -> None:
        body = self._take()
        self.dependency.asked.append((self.command, self.path))
        self.dependency.headers.append({name.lower(): value for name, value in self.headers.items()})
        word = self.path.partition("?")[0][1:]
        if word.isdigit():
            self._say(int(word))
            return
        getattr(self, f"_{word}")(body)

    def _stock(self, _: bytes) -> None:
        said = {"stock": self.dependency.stock, "of": self.headers.get("x-tenant", "")}
        self._say(200, json.dumps(said).encode(), Content_Type="text/json")

    def _echo(self, body: bytes) -> None:
        self._say(200, body, X_Length=str(len(body)))

    def _drip(self, _: bytes) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nfirst\r\n")
        self.dependency.go_on.wait(10)
        self.wfile.write(b"6\r\nsecond\r\n0\r\n\r\n")

    def _close(self, _: bytes) -> None:
        """An answer without a length, which ends with its connection."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"until the end")

    def _broken(self, _: bytes) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")

    def _gone(self, _: bytes) -> None:
        self.close_connection = True

    def _hop(self, _: bytes) -> None:
        self._say(200, b"{}", Connection="x-private", X_Private="1", Keep_Alive="timeout=5", X_Public="2")

    def _big(self, _: bytes) -> None:
        self._say(200, b"x" * 1_000_000)

    def _session(self, _: bytes) -> None:
        self._say(200, str(self.dependency.stock).encode(), Set_Cookie="id=secret")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815  named by the library

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
