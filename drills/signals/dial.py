"""Connects to a host within a deadline, and tells "nobody could be asked" from "they do not answer". Sends nothing.

A host that refuses, resets or stays silent is what its users suffer: `NoAnswer`. A name that does not resolve, no route
and no free socket on this machine say nothing about the host: `Unanswered`.
"""

import errno
import queue
import socket
import ssl
import threading
import time

from drills.signals.contract import SignalError, Unanswered

_OURS = {
    errno.ENETUNREACH,
    errno.ENETDOWN,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOBUFS,
    errno.ENOMEM,
    errno.EACCES,
    errno.EPERM,
}
"""Errors of the machine that asks."""


class NoAnswer(SignalError):
    """The other side refused, broke off or did not answer in time."""


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._began = time.monotonic()

    @property
    def passed(self) -> float:
        """Seconds since it was set."""
        return time.monotonic() - self._began

    def left(self) -> float:
        """Seconds until then. Raises `TimeoutError` once it is over."""
        left = self.seconds - self.passed
        if left <= 0:
            raise TimeoutError
        return left


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first address that answers. Raises `Unanswered` or an `OSError` for `reason`."""
    addresses = resolve(host, port, deadline)
    failure: OSError = OSError(errno.EADDRNOTAVAIL, "no address")
    for number, address in enumerate(addresses):
        try:
            share = deadline.left() / (len(addresses) - number)
            line = socket.create_connection(address, share)
        except OSError as wrong:
            if failure.errno in _OURS:
                failure = wrong
            continue
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line
    raise failure


def resolve(host: str, port: int, deadline: Deadline) -> list[tuple[str, int]]:
    """Look the name up, for as long as the deadline allows. Raises `Unanswered`."""
    answers: queue.Queue[list[tuple[str, int]] | OSError] = queue.Queue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as wrong:
            answers.put(wrong if isinstance(wrong, OSError) else OSError(str(wrong)))
        else:
            answers.put(list(dict.fromkeys((str(each[4][0]), port) for each in found)))

    # The system's resolver takes no timeout, so it is left behind in its thread when it takes too long.
    threading.Thread(target=look_up, name=f"look up {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except (queue.Empty, TimeoutError):
        raise Unanswered(f"the name {host!r} was not resolved within {deadline.seconds:g} s") from None
    if isinstance(answer, OSError):
        raise Unanswered(f"the name {host!r} does not resolve here: {answer.strerror or answer}")
    return answer


def reason(wrong: OSError, where: str, deadline: Deadline) -> str:
    """Say in one sentence what the other side did. Raises `Unanswered` when it was this machine."""
    if isinstance(wrong, TimeoutError):
        return f"no answer from {where} within {deadline.seconds:g} s"
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return f"the certificate of {where} does not verify: {wrong.verify_message}"
    if isinstance(wrong, ssl.SSLError):
        return f"the TLS handshake with {where} failed: {(wrong.reason or 'broken off').replace('_', ' ').lower()}"
    if wrong.errno in _OURS:
        raise Unanswered(f"{where} could not be asked from here: {wrong.strerror}")
    if isinstance(wrong, ConnectionRefusedError):
        return f"connection refused by {where}"
    if isinstance(wrong, ConnectionError):
        return f"connection reset by {where}"
    return f"{where} is out of reach: {wrong.strerror or 'no connection'}"


def trust(ca: str | None) -> ssl.SSLContext:
    """Whom to trust: the CA of this file alone, else those of this machine. Raises `Unanswered`."""
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as wrong:  # ssl.SSLError is one too
        said = "it holds no PEM certificate" if isinstance(wrong, ssl.SSLError) else wrong.strerror
        raise Unanswered(f"the CA file {ca} cannot be used: {said}") from None
