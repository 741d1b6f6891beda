"""What happens between one client and the dependency: each request is passed on, or gets what a fault says instead.

It adds nothing to what passes: the dependency sees the request, and the client the answer, as without a proxy between.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import h11

from drills.proxy.faults import Asked, Bent, Headers
from drills.proxy.proxies import Proxy
from drills.proxy.recording import BODY_LIMIT, Answer, may_be_kept
from drills.proxy.wire import HEAD_LIMIT, IDLE_LIMIT, Wire, dial, end_to_end

NO_UPGRADE = "no upgraded connection (websocket, h2c) passes this proxy: let it lead to the dependency itself"
_BROKEN = (h11.RemoteProtocolError, OSError, TimeoutError)


class _ClientLeft(Exception):
    """The client broke off, or sent what cannot be read."""


async def converse(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one client until it leaves."""
    client = Wire(h11.SERVER, reader, writer)
    exchange = Exchange(proxy, client)
    try:
        while await exchange.one() and client.next_cycle():
            pass
    except (_ClientLeft, OSError, TimeoutError):
        client.cut()
    finally:
        exchange.let_go()
        await client.close()


class Exchange:
    """A client, and the connection to the dependency that is kept for it."""

    def __init__(self, proxy: Proxy, client: Wire) -> None:
        self._proxy = proxy
        self._client = client
        self._far: Wire | None = None
        self._head_only = False

    async def one(self) -> bool:
        """Answer the next request; False: there was none, or the client must go."""
        try:
            request = await self._client.next(IDLE_LIMIT)
        except h11.RemoteProtocolError as wrong:
            return await self._refuse(wrong.error_status_hint, "this request cannot be read")
        except TimeoutError:
            return False
        if not isinstance(request, h11.Request):
            return False
        self._proxy.counted.requests += 1
        self._head_only = request.method == b"HEAD"
        asked = _asked(request)
        if request.method == b"CONNECT" or any(name == b"upgrade" for name, _ in request.headers):
            return await self._refuse(501, NO_UPGRADE)
        return await self._bent(asked) or await self._pass_on(request, asked)

    def let_go(self) -> None:
        """Cut the connection to the dependency."""
        if self._far is not None:
            self._far.cut()
            self._far = None

    async def _bent(self, asked: Asked) -> bool:
        """Give the client what a fault says; False: it gets the real answer."""
        found = self._proxy.bend(asked)
        if found is None:
            return False
        fault, bent = found
        if bent.delay:
            self._proxy.counted.bent += 1
            await self._proxy.hold(fault, bent.delay)
            return False
        answer = self._proxy.recording.find(asked) if bent.recorded else _said(bent)
        if answer is None:
            return False
        self._proxy.counted.bent += 1
        await self._answer(bent.status or 200, answer)
        return True

    async def _answer(self, status: int, answer: Answer) -> None:
        """Answer, then take in what the client still sends, if it is short: a longer one must come back."""
        waiting = self._client.http.they_are_waiting_for_100_continue
        await self._client.send(h11.Response(status_code=status, headers=list(answer.headers)))
        if not self._head_only:
            await self._client.send(h11.Data(data=answer.body))
        await self._client.send(h11.EndOfMessage())
        taken = 0
        while self._client.http.their_state is h11.SEND_BODY and not waiting:
            event = await self._from_client()
            taken += len(event.data) if isinstance(event, h11.Data) else 0
            if taken > HEAD_LIMIT:
                return

    async def _refuse(self, status: int, why: str) -> bool:
        """Answer in the proxy's own words, and close."""
        if self._client.http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            answer = _said(Bent(status, (("Connection", "close"),), why))
            await self._client.send(h11.Response(status_code=status, headers=list(answer.headers)))
            if not self._head_only:
                await self._client.send(h11.Data(data=answer.body))
            await self._client.send(h11.EndOfMessage())
        return False

    async def _pass_on(self, request: h11.Request, asked: Asked) -> bool:
        try:
            far, fresh = await self._dependency()
        except OSError as wrong:  # TimeoutError is one too
            self._proxy.counted.failed += 1
            late = isinstance(wrong, TimeoutError)
            await self._answer(504 if late else 502, _said(Bent(0, (), "the dependency could not be reached")))
            return True
        sending = asyncio.create_task(self._send(far, request, asked))
        try:
            return await self._answer_of(far, asked, sending, fresh=fresh)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, _ClientLeft, *_BROKEN):
                await sending

    async def _dependency(self) -> tuple[Wire, bool]:
        """The connection kept for this client, or a new one: (it, is it new?)."""
        if self._far is not None and not self._far.left and self._far.next_cycle():
            return self._far, False
        self.let_go()
        self._far = await dial(self._proxy.leads_to)
        return self._far, True

    async def _send(self, far: Wire, request: h11.Request, asked: Asked) -> None:
        """The request and its body, as it comes."""
        try:
            await far.send(h11.Request(method=request.method, target=asked.path, headers=self._headers(request)))
            if self._client.http.they_are_waiting_for_100_continue:
                await self._client.send(h11.InformationalResponse(status_code=100, headers=[]))
            while isinstance(event := await self._from_client(), h11.Data):
                await far.send(h11.Data(data=event.data))
            await far.send(h11.EndOfMessage())
        except h11.LocalProtocolError as wrong:
            raise OSError(str(wrong)) from wrong

    def _headers(self, request: h11.Request) -> list[tuple[bytes, bytes]]:
        kept = [each for each in end_to_end(list(request.headers)) if each[0] not in {b"host", b"expect"}]
        chunked = any(name == b"transfer-encoding" for name, _ in request.headers)
        host = (b"host", self._proxy.leads_to.authority.encode("ascii", "replace"))
        return [host, *kept, *([(b"transfer-encoding", b"chunked")] if chunked else [])]

    async def _from_client(self) -> object:
        try:
            event = await self._client.next()
        except _BROKEN as wrong:
            raise _ClientLeft from wrong
        if not isinstance(event, h11.Data | h11.EndOfMessage):
            raise _ClientLeft
        return event

    async def _answer_of(self, far: Wire, asked: Asked, sending: "asyncio.Task[None]", *, fresh: bool) -> bool:
        """Hand the dependency's answer on while it comes."""
        try:
            response = await _first(far, sending)
        except _BROKEN as wrong:
            self._proxy.counted.failed += 1
            self.let_go()
            if not fresh:
                raise _ClientLeft from wrong  # a kept connection ended: the client sees that, and may ask again
            late = isinstance(wrong, TimeoutError)
            return await self._refuse(504 if late else 502, "the dependency broke off before it answered")
        headers = end_to_end(list(response.headers))
        await self._client.send(h11.Response(status_code=response.status_code, headers=headers, reason=response.reason))
        kept = bytearray() if may_be_kept(asked, response.status_code, headers) else None
        try:
            async for data in _body(far):
                await self._client.send(h11.Data(data=data))
                if kept is not None:
                    kept = kept + data if len(kept) + len(data) <= BODY_LIMIT else None
        except _BROKEN as wrong:
            self._proxy.counted.failed += 1
            raise _ClientLeft from wrong
        await self._client.send(h11.EndOfMessage())
        self._proxy.counted.passed += 1
        if kept is not None:
            self._keep(asked, headers, bytes(kept))
        return True

    def _keep(self, asked: Asked, headers: Headers, body: bytes) -> None:
        length = (b"content-length", str(len(body)).encode())
        whole = [each for each in headers if each[0] != b"content-length"]
        self._proxy.recording.keep(asked, Answer([*whole, length], body), overwrites=not self._proxy.is_stale)


async def _first(far: Wire, sending: "asyncio.Task[None]") -> h11.Response:
    """The head of the answer, which may come before the request is whole; what goes wrong with sending is raised."""
    getting = asyncio.create_task(_head(far))
    try:
        await asyncio.wait({getting, sending}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done() and not getting.done() and isinstance(sending.exception(), _ClientLeft):
            sending.result()
        return await getting
    finally:
        getting.cancel()


async def _head(far: Wire) -> h11.Response:
    while True:
        event = await far.next()
        if isinstance(event, h11.Response):
            return event
        if not isinstance(event, h11.InformationalResponse):
            raise ConnectionResetError


async def _body(far: Wire) -> AsyncIterator[bytes]:
    while isinstance(event := await far.next(), h11.Data):
        yield bytes(event.data)
    if not isinstance(event, h11.EndOfMessage):
        raise ConnectionResetError


def _asked(request: h11.Request) -> Asked:
    target = request.target.decode("latin-1")
    if "://" in target.partition("?")[0]:
        parts = urlsplit(target)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Asked(request.method.decode("latin-1"), target, list(request.headers))


def _said(bent: Bent) -> Answer:
    body = json.dumps({"error": bent.said}).encode() + b"\n"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *bent.headers]
    return Answer([(name.encode(), value.encode()) for name, value in headers], body)
