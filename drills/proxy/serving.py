"""Runs the proxy: its API on one port, each proxy on its own, until it is told to end. Starts no fault."""

import asyncio
import json
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from drills.proxy import web
from drills.proxy.api import Api
from drills.proxy.exchange import converse
from drills.proxy.faults import Trouble
from drills.proxy.proxies import Proxies


def run(host: str, port: int, proxies: Sequence[Mapping[str, Any]], say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. Raises `Trouble` or `OSError` when it cannot begin."""
    asyncio.run(_serve(host, port, proxies, say))


async def _serve(host: str, port: int, wanted: Sequence[Mapping[str, Any]], say: Callable[[str], None]) -> None:
    ended = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    proxies = Proxies(converse)
    try:
        for given in wanted:
            made = await proxies.create(given)
            say(f"{made.name} listens on {made.listen} and leads to {made.upstream}")
        server = await asyncio.start_server(partial(web.converse, Api(proxies)), host, port)
        say(f"its API listens on http://{host}:{server.sockets[0].getsockname()[1]}")
        await ended.wait()
        server.close()
    finally:
        for proxy in proxies.by_name.values():
            proxy.stop()


def read_config(content: bytes) -> list[Mapping[str, Any]]:
    """The proxies to begin with: a JSON list of `{name, listen, upstream}`. Raises `Trouble`."""
    try:
        held = json.loads(content)
    except (ValueError, RecursionError):
        raise Trouble("this is no JSON: write a list of {name, listen, upstream}") from None
    if not isinstance(held, list) or not all(isinstance(each, dict) for each in held):
        raise Trouble("write a JSON list of {name, listen, upstream}")
    return held
