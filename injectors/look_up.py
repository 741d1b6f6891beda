"""Resolves a host's name within a limit, which no client's own look-up has. It connects to nothing."""

import queue
import socket
import threading

from injectors.contract import Unreachable


def look_up(host: str, port: int, limit: float, what: str) -> None:
    """Return once the name resolves; `what` is whose name it is, for people. Raises `Unreachable`."""
    answers: queue.Queue[str] = queue.Queue()

    def work() -> None:
        try:
            socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as wrong:
            answers.put(f"the name of {what} does not resolve: {type(wrong).__name__}")
        else:
            answers.put("")

    # The system's resolver takes no timeout: one that takes too long is left behind in its thread.
    threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
    try:
        wrong = answers.get(timeout=limit)
    except queue.Empty:
        wrong = f"the name of {what} was not resolved within {limit:g} s"
    if wrong:
        raise Unreachable(wrong)
