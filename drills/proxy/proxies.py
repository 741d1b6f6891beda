"""Named proxies: where each listens and leads, the faults on it, what it counted. Never a byte of HTTP."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from drills.proxy.faults import NAME, Asked, Bent, Fault, Trouble
from drills.proxy.recording import Recording

CONNECTIONS_LIMIT = 1000
"""Clients of one proxy at a time; further ones are closed at once."""
PROXIES_LIMIT = 200
FAULTS_LIMIT = 100
"""Faults on one proxy."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a proxy leads."""

    secure: bool
    host: str
    port: int
    authority: str
    """What the dependency finds as `Host`, as if it were asked directly."""


@dataclass(slots=True)
class Counted:
    """What passed since this proxy began; each number only grows."""

    requests: int = 0
    """Requests that came, whatever became of them: calls at the dependency."""
    passed: int = 0
    """Answered by the dependency."""
    bent: int = 0
    """Answered otherwise, or later, because of a fault."""
    failed: int = 0
    """The dependency could not be asked, or broke off."""

    def shown(self) -> dict[str, int]:
        """As the API shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(eq=False, slots=True)
class Proxy:
    """One proxy."""

    name: str
    listen: str
    upstream: str
    leads_to: Upstream
    counted: Counted = field(default_factory=Counted)
    recording: Recording = field(default_factory=Recording)
    server: asyncio.Server | None = None
    clients: set["asyncio.Task[None]"] = field(default_factory=set)
    _faults: dict[str, Fault] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def faults(self) -> Mapping[str, Fault]:
        """Those that are in force: what is past its end is gone, though nobody took it."""
        now = time.time()
        for name in [name for name, fault in self._faults.items() if fault.expires_at <= now]:
            del self._faults[name]
        return self._faults

    def add(self, fault: Fault) -> None:
        """Put a fault on; requests that come from now on feel it."""
        faults = self.faults
        if fault.name in faults:
            raise Trouble(f"the proxy {self.name} has a fault {fault.name} already", 409)
        if len(faults) >= FAULTS_LIMIT:
            raise Trouble(f"the proxy {self.name} has {FAULTS_LIMIT} faults: take one off first", 409)
        self._faults[fault.name] = fault

    def take_off(self, name: str) -> None:
        """Take a fault off; requests that it holds back go on at once."""
        if name not in self.faults:
            raise Trouble(f"the proxy {self.name} has no fault {name}", 404)
        del self._faults[name]
        self._changed.set()
        self._changed = asyncio.Event()

    def bend(self, asked: Asked) -> tuple[Fault, Bent] | None:
        """The first fault that this request feels, and what it does."""
        for fault in self.faults.values():
            bent = fault.bend(asked)
            if bent is not None:
                return fault, bent
        return None

    async def hold(self, fault: Fault, seconds: float) -> None:
        """Wait for so long, or until the fault is over."""
        ends = time.monotonic() + seconds
        while fault.name in self.faults:
            left = min(ends - time.monotonic(), fault.expires_at - time.time())
            if left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                return

    @property
    def is_stale(self) -> bool:
        """Is some reader shown what was true before?"""
        return any(fault.type == "stale" for fault in self.faults.values())

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "name": self.name,
            "listen": self.listen,
            "upstream": self.upstream,
            "faults": [fault.shown() for fault in self.faults.values()],
            "counted": self.counted.shown(),
            "recorded": len(self.recording),
        }

    def stop(self) -> None:
        """Listen no more, and let every client go."""
        if self.server is not None:
            self.server.close()
        for client in list(self.clients):
            client.cancel()


Serve = Callable[[Proxy, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Proxies:
    """All proxies of one process, by name."""

    serve: Serve
    by_name: dict[str, Proxy] = field(default_factory=dict)

    def get(self, name: str) -> Proxy:
        """The proxy of this name."""
        if name not in self.by_name:
            raise Trouble(f"there is no proxy {name[:200]}", 404)
        return self.by_name[name]

    async def create(self, given: Mapping[str, Any]) -> Proxy:
        """Add a new one and let it listen. Raises `Trouble`."""
        proxy = proxy_of(given)
        if proxy.name in self.by_name:
            raise Trouble(f"there is a proxy {proxy.name} already", 409)
        if len(self.by_name) >= PROXIES_LIMIT:
            raise Trouble(f"there are {PROXIES_LIMIT} proxies already", 409)
        host, port = _split(proxy.listen)
        self.by_name[proxy.name] = proxy

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._take(proxy, reader, writer)

        try:
            proxy.server = await asyncio.start_server(take, host or None, port)
        except OSError as wrong:
            del self.by_name[proxy.name]
            raise Trouble(f"listen: {proxy.listen} cannot be listened on: {wrong.strerror or wrong}", 409) from wrong
        proxy.listen = f"{host or '[::]'}:{proxy.server.sockets[0].getsockname()[1]}"
        return proxy

    def delete(self, name: str) -> None:
        """Stop it and forget it."""
        self.get(name).stop()
        del self.by_name[name]

    async def _take(self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(proxy.clients) >= CONNECTIONS_LIMIT:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        if task is not None:
            proxy.clients.add(task)
            task.add_done_callback(proxy.clients.discard)
        await self.serve(proxy, reader, writer)


def proxy_of(given: Mapping[str, Any]) -> Proxy:
    """Read one from JSON. Raises `Trouble`."""
    unknown = sorted(set(given) - {"name", "listen", "upstream"})
    if unknown:
        raise Trouble(f"a proxy has no {unknown[0][:50]!r}; it has name, listen, upstream")
    name, listen, upstream = (given.get(key) for key in ("name", "listen", "upstream"))
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Trouble("name: send 1 to 200 letters, digits, spaces, dots, hyphens or underscores")
    if not isinstance(listen, str):
        raise Trouble("listen: send HOST:PORT")
    _split(listen)
    if not isinstance(upstream, str):
        raise Trouble("upstream: send an address such as http://payments.staging:8080")
    return Proxy(name, listen, upstream.rstrip("/"), _upstream(upstream))


def _upstream(address: str) -> Upstream:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Trouble("upstream: send an address such as http://payments.staging:8080") from None
    plain = not parts.path.strip("/") and not parts.query and not parts.fragment and not parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not plain:
        raise Trouble("upstream: send an address such as http://payments.staging:8080, without a path or an account")
    secure = parts.scheme == "https"
    return Upstream(secure, parts.hostname, port or (443 if secure else 80), parts.netloc)


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise Trouble("listen: send HOST:PORT, such as 127.0.0.1:8080; port 0 is any free one")
    return host.strip("[]"), int(port)
