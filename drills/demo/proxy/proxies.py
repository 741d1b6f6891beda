"""Named proxies: each listens, leads somewhere, and bends what passes by its toxics. Never HTTP."""

import asyncio
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drills.demo.proxy.stream import Link, passing
from drills.demo.proxy.toxics import TYPES

CONNECT_LIMIT = 30.0
CONNECTIONS_LIMIT = 1000
"""Connections through one proxy at a time; further ones are closed at once."""
STREAMS = ("upstream", "downstream")


class Trouble(Exception):
    """What the API answers with instead."""

    def __init__(self, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Toxic:
    """A toxic on a proxy, as the API shows it."""

    name: str
    type: str
    stream: str
    toxicity: float
    attributes: Mapping[str, int]

    def shown(self) -> dict[str, Any]:
        return {
            "attributes": dict(self.attributes),
            "name": self.name,
            "type": self.type,
            "stream": self.stream,
            "toxicity": self.toxicity,
        }


@dataclass(eq=False, slots=True)
class Connection:
    """A client, where it leads, and both directions between them."""

    links: dict[str, Link]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def run(self) -> None:
        self.tasks = [asyncio.ensure_future(link.run()) for link in self.links.values()]
        await asyncio.wait(self.tasks)

    def cut(self) -> None:
        for task in self.tasks:
            task.cancel()
        for link in self.links.values():
            link.sink.transport.abort()


@dataclass(eq=False, slots=True)
class Proxy:
    """One proxy; `lock` lets one change of it happen at a time."""

    name: str
    listen: str
    upstream: str
    enabled: bool = False
    toxics: dict[str, Toxic] = field(default_factory=dict)
    connections: set[Connection] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    server: asyncio.Server | None = None

    def shown(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        shown: dict[str, Any] = {key: getattr(self, key) for key in ("name", "listen", "upstream", "enabled")}
        return shown | {"toxics": self.shown_toxics()}

    def shown_toxics(self) -> list[dict[str, Any]]:
        return [each.shown() for stream in STREAMS for each in self.toxics.values() if each.stream == stream]

    async def start(self) -> None:
        """Listen; started already is no trouble."""
        if self.enabled:
            return
        host, port = _split(self.listen)
        try:
            self.server = await asyncio.start_server(self._accept, host or None, port)
        except OSError as wrong:
            said = os.strerror(wrong.errno).lower() if wrong.errno and wrong.errno > 0 else str(wrong)
            raise Trouble(f"listen tcp {self.listen}: bind: {said}") from wrong
        bound = self.server.sockets[0].getsockname()[1]
        self.listen = f"{host or '[::]'}:{bound}"
        self.enabled = True

    def stop(self) -> None:
        """Refuse new connections and cut those there are."""
        self.enabled = False
        if self.server is not None:
            self.server.close()
            self.server = None
        for connection in list(self.connections):
            connection.cut()

    def leads_elsewhere(self, listen: str, upstream: str) -> bool:
        host, port = _split(listen)
        return f"{'127.0.0.1' if host == 'localhost' else host or '[::]'}:{port}" != self.listen or (
            upstream != self.upstream
        )

    async def update(self, *, listen: str, upstream: str, enabled: bool) -> None:
        """Lead elsewhere, switch on or off."""
        if self.leads_elsewhere(listen, upstream):
            self.stop()
            self.listen, self.upstream = listen, upstream
        if enabled:
            await self.start()
        else:
            self.stop()

    async def add(self, toxic: Toxic) -> None:
        """Put a toxic on, for the connections there are and those to come."""
        self.toxics[toxic.name] = toxic
        for link in self._links(toxic.stream):
            await _put(link, toxic)

    async def change(self, toxic: Toxic) -> None:
        """Give a toxic other numbers."""
        self.toxics[toxic.name] = toxic
        for link in self._links(toxic.stream):
            pipe = TYPES[toxic.type].pipe if _chosen(toxic) else passing
            await link.change(toxic.name, pipe, toxic.attributes)

    async def remove(self, toxic: Toxic) -> None:
        """Take a toxic off."""
        del self.toxics[toxic.name]
        for link in self._links(toxic.stream):
            await link.remove(toxic.name, closes=TYPES[toxic.type].drops)

    def _links(self, stream: str) -> list[Link]:
        return [connection.links[stream] for connection in self.connections]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self.connections) >= CONNECTIONS_LIMIT:
            writer.transport.abort()
            return
        try:
            host, port = _split(self.upstream)
            async with asyncio.timeout(CONNECT_LIMIT):
                far_reader, far_writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError, Trouble):
            writer.close()
            return
        async with self.lock:
            links = {"upstream": Link(reader, writer, far_writer), "downstream": Link(far_reader, far_writer, writer)}
            connection = Connection(links)
            self.connections.add(connection)
            for toxic in self.toxics.values():
                await _put(links[toxic.stream], toxic)
        try:
            if self.enabled:
                await connection.run()
        finally:
            self.connections.discard(connection)
            if not self.enabled:
                connection.cut()


async def _put(link: Link, toxic: Toxic) -> None:
    kind = TYPES[toxic.type]
    await link.add(toxic.name, kind.pipe if _chosen(toxic) else passing, toxic.attributes, kind.room)


def _chosen(toxic: Toxic) -> bool:
    return random.random() < toxic.toxicity  # noqa: S311  not a secret, a dice


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon:
        raise Trouble(f"listen tcp: address {address}: missing port in address")
    if not port.isdigit() or int(port) > 65535:
        raise Trouble(f"listen tcp: address {address}: invalid port")
    return host.strip("[]"), int(port)


@dataclass(eq=False, slots=True)
class Proxies:
    """All proxies of one server, by name."""

    by_name: dict[str, Proxy] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def get(self, name: str) -> Proxy:
        if name not in self.by_name:
            raise Trouble("proxy not found", 404)
        return self.by_name[name]

    async def create(self, proxy: Proxy, *, enabled: bool) -> Proxy:
        """Add a new one."""
        async with self.lock:
            if proxy.name in self.by_name:
                raise Trouble("proxy already exists", 409)
            if enabled:
                await proxy.start()
            self.by_name[proxy.name] = proxy
            return proxy

    async def put(self, proxy: Proxy, *, enabled: bool) -> Proxy:
        """Add it, or put it in the place of one that leads elsewhere."""
        async with self.lock:
            there = self.by_name.get(proxy.name)
            if there is not None:
                if not there.leads_elsewhere(proxy.listen, proxy.upstream):
                    return there
                there.stop()
            if enabled:
                await proxy.start()
            self.by_name[proxy.name] = proxy
            return proxy

    def delete(self, name: str) -> None:
        """Stop it and forget it."""
        self.get(name).stop()
        del self.by_name[name]

    async def reset(self) -> None:
        """Start every proxy and take every toxic off."""
        for proxy in list(self.by_name.values()):
            async with proxy.lock:
                await proxy.start()
                for toxic in list(proxy.toxics.values()):
                    await proxy.remove(toxic)
