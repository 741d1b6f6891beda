"""A real Redis server for the tests, and a real relay in front of it that counts, cuts or silences its commands."""

import contextlib
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from typing import Any, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from servers import Running, free_port, listening, missing

WRITES = {"SET", "DEL", "EVAL", "CONFIG SET", "CLIENT PAUSE", "CLIENT UNPAUSE", "CLIENT KILL"}


class RedisServer(Running):
    """The real server; `more` are further words of its command line."""

    def __init__(self, *more: str) -> None:
        super().__init__("redis-server")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.more = more

    def start(self) -> None:
        """Start it (again), on the same port; what it held is gone unless `more` says otherwise."""
        found = shutil.which("redis-server")
        if not found:
            missing("redis-server", "apt-get install redis-server")
        told = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        self.run([found, *told, *self.more], lambda: listening(self.port))

    def client(self, **more: Any) -> redis.Redis:
        """Connect as anybody would; close it by `with`."""
        once = Retry(NoBackoff(), 0)
        return redis.Redis(port=self.port, decode_responses=True, retry=once, socket_timeout=10, **more)

    def do(self, *words: str | int) -> Any:
        """Let it run one command."""
        with self.client() as client:
            return client.execute_command(*words)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class RedisRelay:
    """Passes commands on one by one; one is cut before it arrives, or after, when its answer comes back."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.silent = False
        self.commands: list[str] = []
        """The first words of every command that came in."""
        self._cut_in = 0
        self._reply_lost = False
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._ended = threading.Event()
        self.port = self._listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._open:
            _close(each)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def cut_at(self, call: int, *, reply_lost: bool) -> None:
        """Cut the `call`-th command from now, before it arrives or after; 0: none."""
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
        """Count the commands that asked for a change."""
        return sum(each in WRITES or each.split(" ")[0] in WRITES for each in self.commands)

    def _start(self, work, *arguments) -> None:  # type: ignore[no-untyped-def]  # a test's own thread
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client = self._listener.accept()[0]
                if self.silent:
                    client.close()
                else:
                    self._open.append(client)
                    self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.behind))
        except OSError:
            _close(client)
            return
        self._open.append(server)
        lost = threading.Event()
        self._start(self._answers, server, client, lost)
        with contextlib.suppress(OSError):
            while held := client.recv(65536):
                for words in re.findall(rb"\*\d+\r\n\$\d+\r\n(\S+)\r\n(?:\$\d+\r\n(\S+)\r\n)?", held):
                    self.commands.append(b" ".join(words).decode(errors="replace").strip().upper())
                    with self._lock:
                        self._cut_in -= 1
                        cut, reply_lost = self._cut_in == 0, self._reply_lost
                    if cut and reply_lost:
                        lost.set()
                    elif cut:
                        _close(client)
                        held = b""
                server.sendall(held)
        _close(server)
        _close(client)

    def _answers(self, server: socket.socket, client: socket.socket, lost: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while (held := server.recv(65536)) and not lost.is_set():
                client.sendall(held)
        _close(server)
        _close(client)


def _close(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
