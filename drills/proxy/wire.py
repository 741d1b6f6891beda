"""One end of a connection: bytes from and to a peer, read and written as HTTP/1.1 by h11. Every wait ends."""

import asyncio
import contextlib
import ssl
from typing import Any

import h11

from drills.proxy.faults import Headers
from drills.proxy.proxies import Upstream

CONNECT_LIMIT = 10.0
READ_LIMIT = 120.0
"""Seconds for the next bytes while something is under way."""
IDLE_LIMIT = 300.0
"""Seconds a connection may be kept without a request."""
HEAD_LIMIT = 64 * 1024
"""Bytes of one head."""
CHUNK = 64 * 1024
HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}


class Wire:
    """One connection, as a server or as a client."""

    def __init__(self, role: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.http = h11.Connection(role, max_incomplete_event_size=HEAD_LIMIT)
        self._reader = reader
        self._writer = writer

    async def next(self, limit: float = READ_LIMIT) -> Any:
        """The next event. Raises `h11.RemoteProtocolError`, `OSError` or `TimeoutError`."""
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA:
                return event
            async with asyncio.timeout(limit):
                self.http.receive_data(await self._reader.read(CHUNK))

    async def send(self, event: Any) -> None:
        """Send one event, as fast as the peer takes it."""
        data = self.http.send(event)
        if data:
            self._writer.write(data)
            async with asyncio.timeout(READ_LIMIT):
                await self._writer.drain()

    @property
    def left(self) -> bool:
        """Has the peer closed while nothing was under way?"""
        return self._reader.at_eof() or self._writer.transport.is_closing()

    def next_cycle(self) -> bool:
        """Make ready for another request; False: this connection has had its last."""
        if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
            return False
        self.http.start_next_cycle()
        return True

    def cut(self) -> None:
        """End at once: the peer must see that what it has is not whole."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """End in order."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECT_LIMIT):
                await self._writer.wait_closed()


async def dial(upstream: Upstream) -> Wire:
    """Connect to the dependency. Raises `OSError` or `TimeoutError`."""
    context = ssl.create_default_context() if upstream.secure else None
    async with asyncio.timeout(CONNECT_LIMIT):
        reader, writer = await asyncio.open_connection(upstream.host, upstream.port, ssl=context)
    return Wire(h11.CLIENT, reader, writer)


def end_to_end(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Without those that are about one connection alone, also the ones that `Connection` names."""
    named = {
        word.strip().lower() for name, value in headers if name.lower() == b"connection" for word in value.split(b",")
    }
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | named]
