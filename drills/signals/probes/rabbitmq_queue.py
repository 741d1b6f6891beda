"""How many messages wait in a RabbitMQ queue: a passive declare, which neither takes nor marks a message.

The management API would tell it too, up to five seconds late. Nothing here consumes: `get` with requeue would set a
message's redelivered flag, and count towards a quorum queue's delivery limit.
"""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pika
from pika.exceptions import AMQPError
from pydantic import Field

from drills.signals.contract import Unanswered
from drills.signals.dial import Deadline, resolve, trust
from injectors.contract import Refused
from injectors.rabbitmq.broker import AMQP, Settings
from injectors.values import Keys

# It logs each failure that it raises as well, and prints that when nobody has set up logging.
logging.getLogger("pika").setLevel(logging.CRITICAL)
SHORTEST = 0.05
"""Seconds: a question that would get less time is not asked."""
GOODBYE = 0.3
"""Seconds in which a connection must be closed."""


class Parameters(Keys):
    """Which queue."""

    queue: str = Field(min_length=1, max_length=255, description="the queue's name")


@dataclass(frozen=True, slots=True)
class Ready:
    """What a broker tells of a queue at this moment."""

    messages: int
    """Handed to nobody."""
    consumers: int


class _Declaring:
    """One connection that asks one question and ends, whatever comes: pika's own loop is the only one that can stop."""

    def __init__(self, parameters: pika.ConnectionParameters, queue: str) -> None:
        self.queue = queue
        self.ready: Ready | None = None
        self.problem: object = None
        self._line = pika.SelectConnection(
            parameters,
            on_open_callback=lambda line: line.channel(on_open_callback=self._declare),
            on_open_error_callback=lambda _, wrong: self._stop(wrong),
            on_close_callback=lambda _, wrong: self._stop(wrong),
        )

    def ask(self, seconds: float) -> None:
        loop = self._line.ioloop
        loop.call_later(seconds, lambda: self._leave(TimeoutError()))
        loop.call_later(seconds + GOODBYE, lambda: self._stop(TimeoutError()))
        loop.start()
        loop.close()

    def _declare(self, channel: Any) -> None:
        channel.add_on_close_callback(lambda _, wrong: self._leave(wrong))
        channel.queue_declare(self.queue, passive=True, callback=self._declared)

    def _declared(self, told: Any) -> None:
        self.ready = Ready(int(told.method.message_count), int(told.method.consumer_count))
        self._leave(None)

    def _leave(self, wrong: object) -> None:
        self.problem = self.problem or wrong
        if self._line.is_open:
            self._line.close()

    def _stop(self, wrong: object) -> None:
        self.problem = self.problem or wrong
        self._line.ioloop.stop()


def ready(settings: Settings, queue: str, deadline: Deadline) -> Ready:
    """Ask once. Raises `Unanswered`: no answer, no right, no such queue."""
    where, parameters = _parameters(settings, deadline)
    declaring: _Declaring | None = None
    try:
        declaring = _Declaring(parameters, queue)
        declaring.ask(max(SHORTEST, deadline.left()))
    except TimeoutError:
        raise Unanswered(f"{where} did not answer within {deadline.seconds:g} s") from None
    except (AMQPError, OSError) as wrong:
        raise Unanswered(f"{where} cannot be asked: {type(wrong).__name__}") from None
    if declaring.ready is None:
        raise Unanswered(_why(declaring.problem, where, settings, queue, deadline))
    return declaring.ready


def _why(wrong: object, where: str, settings: Settings, queue: str, deadline: Deadline) -> str:
    if isinstance(wrong, TimeoutError) or "Timeout" in repr(wrong):
        return f"{where} did not answer within {deadline.seconds:g} s"
    code = getattr(wrong, "reply_code", None)
    if code == 404:
        return f"the vhost {settings.vhost} of {where} has no queue {queue}"
    if "ProbableAuthentication" in repr(wrong) or "ACCESS_REFUSED" in repr(wrong):
        return f"{where} does not know this account"
    if "ProbableAccessDenied" in repr(wrong) or code in (403, 530):
        return f"the account {settings.user} has no right to the vhost {settings.vhost} of {where}"
    return f"{where} cannot be asked: {type(wrong).__name__}"


def _parameters(settings: Settings, deadline: Deadline) -> tuple[str, pika.ConnectionParameters]:
    if settings.amqp is None:
        raise Unanswered("this target does not say where its broker is: write `amqp: amqp://HOST` beside its `url:`")
    parts = urlsplit(settings.amqp)
    host, port = str(parts.hostname), parts.port or AMQP[parts.scheme]
    resolve(host, port, deadline)
    try:
        limit = max(SHORTEST, min(settings.timeout, deadline.left()))
        account = pika.PlainCredentials(settings.user, settings.password.reveal())
    except Refused as missing:
        raise Unanswered(str(missing)) from None
    except TimeoutError:
        raise Unanswered(f"{settings.amqp} did not answer within {deadline.seconds:g} s") from None
    safe = pika.SSLOptions(trust(settings.ca), host) if parts.scheme == "amqps" else None
    made = pika.ConnectionParameters(
        host=host,
        port=port,
        virtual_host=settings.vhost,
        credentials=account,
        ssl_options=safe,
        connection_attempts=1,
        socket_timeout=limit,
        stack_timeout=limit,
        client_properties={"connection_name": "gameday"},
    )
    return f"the RabbitMQ broker {settings.amqp}", made
