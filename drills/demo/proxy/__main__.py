"""`python -m drills.demo.proxy --port 8474`: serve until told to end. It prints its address once it listens."""

import argparse
import asyncio
import contextlib
import signal
import sys
from functools import partial
from pathlib import Path

from drills.demo.proxy.api import Api
from drills.proxy.web import converse


async def serve(host: str, port: int, config: bytes | None) -> int:
    """Listen for the API; 0 once told to end, 1 if it could not begin."""
    api = Api()
    ended = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    try:
        if config is not None:
            status, said = await api.answer("POST", "/populate", config)
            if status != 201:
                print(f"cannot begin: {said['error']}", file=sys.stderr)
                return 1
        server = await asyncio.start_server(partial(converse, api), host, port)
    except OSError as wrong:
        print(f"cannot begin: {wrong}", file=sys.stderr)
        return 1
    bound = server.sockets[0].getsockname()[1]
    print(f"listening on http://{host}:{bound}", flush=True)
    await ended.wait()
    server.close()
    for proxy in api.proxies.by_name.values():
        proxy.stop()
    return 0


def main() -> int:
    """Read the arguments, those of the real server, and serve."""
    parser = argparse.ArgumentParser(prog="python -m drills.demo.proxy", description=__doc__)
    parser.add_argument("--host", "-host", default="127.0.0.1")
    parser.add_argument("--port", "-port", type=int, default=8474, help="0: any free port")
    parser.add_argument("--config", "-config", type=Path, help="a JSON list of proxies to begin with")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(serve(given.host, given.port, given.config and given.config.read_bytes()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
