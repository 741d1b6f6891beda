"""Finds ports that are free now, away from those the kernel gives to outgoing connections. Reserves nothing."""

import contextlib
import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
TRIES = 500


def free_ports(count: int) -> list[int]:
    """Different ports on 127.0.0.1 that nobody listens on. Raises `OSError` when there are not enough."""
    found: list[int] = []
    with contextlib.ExitStack() as open_sockets:
        for port in random.SystemRandom().sample(range(LOWEST, HIGHEST), TRIES):
            if len(found) == count:
                return found
            probe = open_sockets.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    raise OSError(f"fewer than {count} free ports between {LOWEST} and {HIGHEST} on 127.0.0.1")
