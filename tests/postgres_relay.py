"""A real relay in front of a PostgreSQL server: counts the statements that pass, cuts or silences what a test says."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from typing import Self

WRITES = re.compile(
    rb"\b(ALTER|CREATE|DROP|COMMENT ON|LOCK|INSERT|UPDATE|DELETE|GRANT)\b"
    rb"|pg_(reload_conf\(\)\x00|terminate_backend|sleep_until)"
)
"""What changes something; the rights to do so are only asked for with the name in quotes."""
_PARSE = re.compile(rb"P....\x00([^\x00]+)\x00", re.DOTALL)


class PostgresRelay:
    """Passes bytes on; a statement is cut before it arrives, or after, when its answer comes back."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.silent = False
        self.statements: list[bytes] = []
        """The text of every statement that came in."""
        self._cut_in = 0
        self._reply_lost = False
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._ended = threading.Event()
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._open:
            self._close(each)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def cut_at(self, call: int, *, reply_lost: bool) -> None:
        """Cut the `call`-th statement from now, before it arrives or after; 0: none."""
        with self._lock:
            self._cut_in, self._reply_lost = call, reply_lost

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """Accept and say nothing, for a while."""
        self.silent = True
        try:
            yield
        finally:
            self.silent = False

    def writes(self) -> int:
        """Count the statements that asked for a change."""
        return sum(bool(WRITES.search(each + b"\x00")) for each in self.statements)

    def _start(self, work, *arguments) -> None:  # type: ignore[no-untyped-def]  # a test's own thread
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client = self._listener.accept()[0]
                self._open.append(client)
                if not self.silent:
                    self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.behind))
        except OSError:
            self._close(client)
            return
        self._open.append(server)
        lost = threading.Event()
        self._start(self._answers, server, client, lost)
        with contextlib.suppress(OSError):
            while held := client.recv(65536):
                for statement in _PARSE.findall(held):
                    self.statements.append(statement)
                    with self._lock:
                        self._cut_in -= 1
                        cut, reply_lost = self._cut_in == 0, self._reply_lost
                    if cut and reply_lost:
                        lost.set()
                    elif cut:
                        self._close(client)
                        held = b""
                server.sendall(held)
        self._close(server)
        self._close(client)

    def _answers(self, server: socket.socket, client: socket.socket, lost: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while held := server.recv(65536):
                if lost.is_set():
                    break
                client.sendall(held)
        self._close(server)
        self._close(client)

    @staticmethod
    def _close(each: socket.socket) -> None:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
