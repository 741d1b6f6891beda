"""One direction of one connection: read, through a chain of stages, write. Stages come and go while data flows.

A stage that is taken out hands on whatever it held: no byte is lost by a change of the chain.
"""

import asyncio
import contextlib
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

READ_SIZE: Final = 32 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes, and when they were read (the loop's clock); no bytes: the end."""

    data: bytes
    at: float = 0.0


END: Final = Chunk(b"")
Pipe = Callable[["Stage", Mapping[str, int]], Awaitable[None]]


class Channel:
    """A short queue from one stage to the next."""

    def __init__(self, room: int = 1) -> None:
        self._room = room
        self._held: deque[Chunk] = deque()
        self._moved = asyncio.Event()

    async def put(self, chunk: Chunk) -> None:
        """Wait for room."""
        while len(self._held) >= self._room:
            self._moved.clear()
            await self._moved.wait()
        self.push(chunk)

    def push(self, chunk: Chunk) -> None:
        """Put it in at once, room or not: a change of the chain never waits for a slow reader."""
        self._held.append(chunk)
        self._moved.set()

    async def get(self) -> Chunk:
        """Wait for a chunk."""
        while not self._held:
            self._moved.clear()
            await self._moved.wait()
        self._moved.set()
        return self._held.popleft()

    def drain(self) -> list[Chunk]:
        """Take out all that is in it."""
        held = list(self._held)
        self._held.clear()
        self._moved.set()
        return held


class Stage:
    """One toxic at work in one direction of one connection."""

    def __init__(self, link: "Link", source: Channel, sink: Channel) -> None:
        self.link = link
        self.source = source
        self.sink = sink
        self.passed = 0
        self.ended = False
        self._held: Chunk | None = None
        self._task: asyncio.Task[None] | None = None

    async def take(self) -> Chunk:
        """Wait for the next chunk; it is held until it is sent or dropped."""
        self._held = await self.source.get()
        return self._held

    async def send(self, chunk: Chunk, rest: bytes = b"") -> None:
        """Pass a chunk on; `rest` is what is still held afterwards."""
        self._held = replace(chunk, data=chunk.data + rest)
        await self.sink.put(chunk)
        self._held = Chunk(rest, chunk.at) if rest else None
        self.passed += len(chunk.data)
        self.ended = self.ended or not chunk.data

    def drop(self) -> None:
        """Forget what is held."""
        self._held = None

    async def end(self) -> None:
        """Close the stream behind this stage."""
        self._held = None
        await self.send(END)

    def start(self, pipe: Pipe, numbers: Mapping[str, int]) -> None:
        """Set to work."""
        self._task = asyncio.ensure_future(pipe(self, numbers))

    async def pause(self) -> None:
        """Stop working, between two chunks or in the middle of one."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    def hand_on(self, *chunks: Chunk) -> None:
        """Pass on what is held, then these, without waiting."""
        for chunk in ([self._held] if self._held is not None else []) + list(chunks):
            if not self.ended:
                self.sink.push(chunk)
                self.ended = chunk.data == b""
        self._held = None


class Link:
    """One direction: stages by toxic name, the first one always there and without effect."""

    def __init__(self, reader: asyncio.StreamReader, source: asyncio.StreamWriter, sink: asyncio.StreamWriter) -> None:
        self.source = source
        self.sink = sink
        self._reader = reader
        self._input = Channel()
        self._output = Channel()
        self._reset = False
        head = Stage(self, self._input, self._output)
        self._stages: dict[str, tuple[Stage, Pipe, Mapping[str, int]]] = {"": (head, passing, {})}
        head.start(passing, {})

    async def run(self) -> None:
        """Carry data until the stream ends, then close what it leads to."""
        reading = asyncio.ensure_future(self._read())
        try:
            await self._write()
        finally:
            reading.cancel()
            for stage, _, _ in list(self._stages.values()):
                await stage.pause()
            self._close()

    def reset_peers(self) -> None:
        """Let both ends see a reset, not an end, once this closes."""
        self._reset = True
        for end in (self.source, self.sink):
            with contextlib.suppress(OSError):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def add(self, name: str, pipe: Pipe, numbers: Mapping[str, int], room: int) -> None:
        """Put a stage at the end of the chain."""
        last, last_pipe, last_numbers = next(reversed(self._stages.values()))
        await last.pause()
        between = Channel(room)
        stage = Stage(self, between, last.sink)
        last.hand_on()
        stage.ended = last.ended
        last.sink = between
        self._stages[name] = (stage, pipe, numbers)
        for each, its_pipe, its_numbers in ((last, last_pipe, last_numbers), (stage, pipe, numbers)):
            if not each.ended:
                each.start(its_pipe, its_numbers)

    async def change(self, name: str, pipe: Pipe, numbers: Mapping[str, int]) -> None:
        """Let a stage work with other numbers."""
        if name not in self._stages:
            return
        stage = self._stages[name][0]
        await stage.pause()
        stage.hand_on()
        self._stages[name] = (stage, pipe, numbers)
        if not stage.ended:
            stage.start(pipe, numbers)

    async def remove(self, name: str, *, closes: bool) -> None:
        """Take a stage out; what it and its queue held goes on at once. `closes`: it had dropped data, so end here."""
        if name not in self._stages:
            return
        names = list(self._stages)
        stage = self._stages.pop(name)[0]
        before, pipe, numbers = self._stages[names[names.index(name) - 1]]
        await stage.pause()
        await before.pause()
        stage.hand_on(*([END] if closes else stage.source.drain()))
        before.sink = stage.sink
        before.ended = before.ended or stage.ended
        before.hand_on()
        if not before.ended:
            before.start(pipe, numbers)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while data := await self._reader.read(READ_SIZE):
                await self._input.put(Chunk(data, loop.time()))
        await self._input.put(END)

    async def _write(self) -> None:
        with contextlib.suppress(OSError):
            while (chunk := await self._output.get()).data:
                self.sink.write(chunk.data)
                await self.sink.drain()

    def _close(self) -> None:
        if self._reset:
            self.sink.transport.abort()
        else:
            self.sink.close()


async def passing(stage: Stage, _: Mapping[str, int]) -> None:
    """Pass everything on."""
    while not stage.ended:
        await stage.send(await stage.take())
