"""A real relay in front of a NATS server: counts the requests to JetStream, cuts or silences what a test says."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Self

WRITES = re.compile(rb"\.(STREAM\.(CREATE|UPDATE|DELETE|PURGE)|CONSUMER\.(CREATE|PAUSE|DELETE|DURABLE))\b")
_PUBLISH = re.compile(rb"PUB (\$JS\.API\.\S+) (\S+) (\d+)\r\n")


class NatsRelay:
    """Passes bytes on; a request is cut before it arrives, or after, when its answer comes back."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.silent = False
        self.requests: list[bytes] = []
        """The subject of every request that came in."""
        self.changes: Callable[[bytes], bytes] = bytes
        """What is done to the server's words on their way back."""
        self._cut_in = 0
        self._reply_lost = False
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._ended = threading.Event()
        self.url = f"nats://127.0.0.1:{self._listener.getsockname()[1]}"

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
        """Cut the `call`-th request from now, before it arrives or after; 0: none."""
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
        """Count the requests that asked for a change."""
        return sum(bool(WRITES.search(each)) for each in self.requests)

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
        lost: list[bytes] = []
        self._start(self._answers, server, client, lost)
        with contextlib.suppress(OSError):
            while held := client.recv(65536):
                for subject, reply, _ in _PUBLISH.findall(held):
                    self.requests.append(subject)
                    with self._lock:
                        self._cut_in -= 1
                        cut, reply_lost = self._cut_in == 0, self._reply_lost
                    if cut and reply_lost:
                        lost.append(reply)
                    elif cut:
                        self._close(client)
                        held = b""
                server.sendall(held)
        self._close(server)
        self._close(client)

    def _answers(self, server: socket.socket, client: socket.socket, lost: list[bytes]) -> None:
        with contextlib.suppress(OSError):
            while held := server.recv(65536):
                if any(b"MSG " + reply in held for reply in lost):
                    break
                client.sendall(self.changes(held))
        self._close(server)
        self._close(client)

    @staticmethod
    def _close(each: socket.socket) -> None:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
