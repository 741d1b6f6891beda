"""One probe's questions to a Redis server, all within one deadline. It changes nothing, and quotes no message."""

from collections.abc import Iterator
from contextlib import contextmanager

from drills.signals.contract import Unanswered
from drills.signals.dial import Deadline
from injectors.contract import InjectorError
from injectors.redis.server import Asking, Server, Settings

SHORTEST = 0.05
"""Seconds: a question that would get less time is not asked."""


@contextmanager
def asking(settings: Settings, deadline: Deadline) -> Iterator[Asking]:
    """Open a connection whose every question ends with the deadline. Raises `Unanswered`."""
    try:
        limit = round(min(settings.timeout, max(SHORTEST, deadline.left())), 3)
        with Server(settings.model_copy(update={"timeout": limit})).asking() as open_line:
            yield open_line
    except TimeoutError:
        raise Unanswered(f"the Redis server {settings.url} did not answer within {deadline.seconds:g} s") from None
    except InjectorError as wrong:
        raise Unanswered(str(wrong)) from None


def now(line: Asking) -> float:
    """The server's own clock, in UTC seconds."""
    seconds, micros = line.look("TIME")
    return int(seconds) + int(micros) / 1e6
