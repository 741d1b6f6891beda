"""The shop's way to NATS for code that waits: publish, look, close. Keeps one connection and its loop in a thread."""

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import StreamState
from nats.js.errors import NotFoundError

T = TypeVar("T")
TIMEOUT = 2.0
LOOKS = 5


class BrokerError(Exception):
    """The broker refused, or did not answer in time."""


async def connect(url: str, patience: float = 20.0) -> Client:
    """A connection that comes back by itself; waits for a broker that is still starting. Raises `BrokerError`."""
    said = ""

    async def note(error: Exception) -> None:
        nonlocal said
        if repr(error) != said:  # it is tried again five times a second
            said = repr(error)
            print(f"broker: {said}", file=sys.stderr, flush=True)

    try:
        async with asyncio.timeout(patience):
            await _listening(url)
            return await nats.connect(
                url, connect_timeout=2, max_reconnect_attempts=-1, reconnect_time_wait=0.2, error_cb=note
            )
    except (OSError, NatsError, TimeoutError) as error:
        raise BrokerError(f"no broker at {url} within {patience:.0f} s: {error}") from error


async def _listening(url: str) -> None:
    parts = urlsplit(url)
    while True:
        try:
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return


class Broker:
    """Blocking calls to one NATS server, each at most `TIMEOUT` seconds."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="broker", daemon=True)
        self._thread.start()
        self._connection = self._wait(connect(url), 25.0)
        self._streams = self._connection.jetstream(timeout=TIMEOUT)

    def publish(self, stream: str, subject: str, body: bytes) -> None:
        """Keep a message in a stream; returns once the stream has it."""
        self._wait(self._streams.publish(subject, body, stream=stream, timeout=TIMEOUT))

    def state(self, stream: str) -> StreamState:
        """How many messages a stream keeps, and the first and last of them."""
        state: StreamState = self._wait(self._streams.stream_info(stream)).state
        return state

    def subjects(self, stream: str) -> set[str]:
        """Every subject that has a message in the stream."""
        return set(self._wait(self._streams.stream_info(stream, subjects_filter=">")).state.subjects or {})

    def waiting(self, stream: str, consumer: str) -> int:
        """Messages not yet acknowledged: those nobody has, and those somebody is working on."""
        info = self._wait(self._streams.consumer_info(stream, consumer))
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    def oldest(self, stream: str) -> float:
        """Seconds since the oldest message in the stream was put there; 0 when it is empty."""
        for _ in range(LOOKS):  # the oldest may be acknowledged between the two questions
            state = self.state(stream)
            if not state.messages:
                return 0.0
            with contextlib.suppress(NotFoundError):
                message = self._wait(self._streams.get_msg(stream, state.first_seq))
                return max(0.0, time.time() - message.time.timestamp()) if message.time else 0.0
        return 0.0

    def close(self) -> None:
        """Let go of connection and thread."""
        self._wait(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT)
        self._loop.close()

    def _wait(self, call: Coroutine[Any, Any, T], timeout: float = TIMEOUT + 1) -> T:
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return future.result(timeout)
        except NotFoundError:
            raise
        except (OSError, NatsError, TimeoutError) as error:
            future.cancel()
            raise BrokerError(str(error) or type(error).__name__) from error
