"""Just enough HTTP/1.1 for an API: bounded requests in, answers out, on a connection that is kept. Never a proxy."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol

Answer = tuple[int, Any]
"""(status, what is answered as JSON; None: nothing)."""
HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024
READ_LIMIT = 15.0
"""Seconds for a request to come in."""
IDLE_LIMIT = 60.0
"""Seconds a connection may be kept without a request."""


class Api(Protocol):
    """What is behind the paths."""

    async def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Do what is asked."""
        ...


class Unreadable(Exception):
    """The request cannot be read; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status


async def converse(api: Api, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request after the other until the client leaves or is not understood."""
    kept = True
    try:
        while kept:
            async with asyncio.timeout(IDLE_LIMIT):
                first = await reader.readuntil(b"\r\n")
            try:
                async with asyncio.timeout(READ_LIMIT):
                    method, path, headers, body = await _request(first, reader)
                kept = headers.get("connection", "").lower() != "close"
                answer: Answer = 403, "User agent not allowed"
                if not headers.get("user-agent", "").startswith("Mozilla/"):
                    answer = await api.answer(method, path, body)
            except Unreadable as unreadable:
                kept, answer = False, (unreadable.status, str(unreadable))
            writer.write(_written(answer, kept=kept))
            await writer.drain()
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _request(first: bytes, reader: asyncio.StreamReader) -> tuple[str, str, Mapping[str, str], bytes]:
    words = first.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Unreadable(400)
    headers: dict[str, str] = {"connection": "close"} if words[2] == "HTTP/1.0" else {}
    seen = 0
    while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
        seen += len(line)
        key, colon, value = line.decode("latin-1").partition(":")
        if not colon or seen > HEAD_LIMIT:
            raise Unreadable(400)
        headers[key.strip().lower()] = value.strip()
    if "transfer-encoding" in headers:
        raise Unreadable(411)
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise Unreadable(400)
    if int(length) > BODY_LIMIT:
        raise Unreadable(413)
    return words[0], words[1], headers, await reader.readexactly(int(length))


def _written(answer: Answer, *, kept: bool) -> bytes:
    status, said = answer
    plain = isinstance(said, str)
    body = b"" if said is None else f"{said}\n".encode() if plain else json.dumps(said).encode()
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {'text/plain; charset=utf-8' if plain else 'application/json'}",
        *([f"Content-Length: {len(body)}"] if status != HTTPStatus.NO_CONTENT else []),
        *([] if kept else ["Connection: close"]),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
