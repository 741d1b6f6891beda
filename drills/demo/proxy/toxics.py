"""What each type of toxic does to a stream, and the numbers it takes. Milliseconds and kB, as in Toxiproxy."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass

from drills.demo.proxy.stream import Chunk, Pipe, Stage, passing

Numbers = Mapping[str, int]


async def latency(stage: Stage, numbers: Numbers) -> None:
    """Pass on late, counted from when it was read."""
    now = asyncio.get_running_loop().time
    while not stage.ended:
        chunk = await stage.take()
        if chunk.data:
            late = numbers["latency"] + _off_by(numbers["jitter"])
            wait = late / 1000 - (now() - chunk.at)
            await asyncio.sleep(max(wait, 0))
            chunk = Chunk(chunk.data, chunk.at + wait)
        await stage.send(chunk)


async def bandwidth(stage: Stage, numbers: Numbers) -> None:
    """Pass on so many kB a second, in steps of at most 100 ms; none at all with a rate of 0."""
    rate = numbers["rate"]
    owed = 0.0
    while not stage.ended:
        chunk = await stage.take()
        if chunk.data and rate <= 0:
            await asyncio.Event().wait()
        rest = chunk.data
        owed += len(rest) / max(rate, 1) / 1000
        while len(rest) > rate * 100 > 0:
            await asyncio.sleep(0.1)
            part, rest = rest[: rate * 100], rest[rate * 100 :]
            await stage.send(Chunk(part, chunk.at), rest)
            owed -= 0.1
        begun = asyncio.get_running_loop().time()
        await asyncio.sleep(max(owed, 0))
        owed -= asyncio.get_running_loop().time() - begun
        await stage.send(Chunk(rest, chunk.at) if rest else chunk)


async def timeout(stage: Stage, numbers: Numbers) -> None:
    """Drop everything; close after so long without data, or never."""
    limit = numbers["timeout"] / 1000
    while not stage.ended:
        try:
            async with asyncio.timeout(limit if limit > 0 else None):
                chunk = await stage.take()
        except TimeoutError:
            await stage.end()
            return
        if not chunk.data:
            await stage.end()
        stage.drop()


async def reset_peer(stage: Stage, numbers: Numbers) -> None:
    """Reset both ends some time after the first data."""
    await stage.take()
    await asyncio.sleep(max(numbers["timeout"], 0) / 1000)
    stage.link.reset_peers()
    await stage.end()


async def slicer(stage: Stage, numbers: Numbers) -> None:
    """Pass on in small pieces with a pause (microseconds) after each."""
    while not stage.ended:
        chunk = await stage.take()
        if not chunk.data:
            await stage.send(chunk)
            return
        rest = chunk.data
        for size in _pieces(len(rest), max(numbers["average_size"], 1), numbers["size_variation"]):
            piece, rest = rest[:size], rest[size:]
            await stage.send(Chunk(piece, chunk.at), rest)
            await asyncio.sleep(max(numbers["delay"], 0) / 1_000_000)


async def limit_data(stage: Stage, numbers: Numbers) -> None:
    """Close after so many bytes."""
    while not stage.ended:
        chunk = await stage.take()
        left = max(numbers["bytes"] - stage.passed, 0)
        if not chunk.data:
            await stage.send(chunk)
            return
        if left:
            await stage.send(Chunk(chunk.data[:left], chunk.at))
        if stage.passed >= numbers["bytes"]:
            await stage.end()


async def slow_close(stage: Stage, numbers: Numbers) -> None:
    """Pass everything on, but the end late."""
    while not stage.ended:
        chunk = await stage.take()
        if not chunk.data:
            await asyncio.sleep(max(numbers["delay"], 0) / 1000)
        await stage.send(chunk)


def _off_by(limit: int) -> int:
    return random.randrange(-limit, limit) if limit > 0 else 0  # noqa: S311  not a secret, a dice


def _pieces(length: int, average: int, variation: int) -> list[int]:
    """Halve, a little off the middle, until each piece is about as long as wanted."""
    if length - average <= variation or length < 2:
        return [length]
    middle = min(max(length // 2 + _off_by(variation), 1), length - 1)
    return _pieces(middle, average, variation) + _pieces(length - middle, average, variation)


@dataclass(frozen=True, slots=True)
class Type:
    """A type of toxic."""

    pipe: Pipe
    numbers: tuple[str, ...] = ()
    room: int = 1
    drops: bool = False
    """It drops data, so that a connection cannot go on once it is taken away."""


TYPES: Mapping[str, Type] = {
    "latency": Type(latency, ("latency", "jitter"), room=1024),
    "bandwidth": Type(bandwidth, ("rate",)),
    "timeout": Type(timeout, ("timeout",), drops=True),
    "reset_peer": Type(reset_peer, ("timeout",)),
    "slicer": Type(slicer, ("average_size", "size_variation", "delay")),
    "limit_data": Type(limit_data, ("bytes",)),
    "slow_close": Type(slow_close, ("delay",)),
    "noop": Type(passing),
}
