"""A staging of real targets for the tests, each behind something that counts, cuts or fails what a test says."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import nats
from nats_relay import NatsRelay
from raw_server import Server, answer
from relay import Relay
from servers import EmbeddedToxiproxy, NatsServer, free_port, wait_until
from workers import Workers


class Staging:
    """A proxy, a broker and a pool of workers, each behind something that counts what reaches it."""

    def __init__(self, proxy: EmbeddedToxiproxy, broker: NatsServer, workers: Workers, shop: Server) -> None:
        self.proxy, self.broker, self.workers, self.shop = proxy, broker, workers, shop
        self.proxies, self.streams = Relay(proxy.port), NatsRelay(broker.port)
        self.listen: dict[str, int] = {}
        """Proxy -> its port."""

    @property
    def targets(self) -> dict[str, str]:
        told = self.workers.supervisor
        supervisor = ", ".join(f"{verb}: {json.dumps(words)}" for verb, words in told.items())
        return {
            "proxy": f'{{kind: toxiproxy, with: {{url: "{self.proxies.url}"}}, consent: [payments]}}',
            "broker": f'{{kind: nats, with: {{url: "{self.streams.url}"}}}}',
            "pool": f'{{kind: process, with: {{pidfiles: "{self.workers.pidfiles}", supervisor: {{{supervisor}}}}}}}',
            "shop": f'{{kind: http, with: {{url: "{self.shop.url}"}}}}',
            "pages": f'{{kind: webhook, with: {{listen: "127.0.0.1:{free_port()}"}}}}',
        }

    def toxics(self, proxy: str = "payments") -> list[str]:
        """The names of what is on a proxy."""
        return [each["name"] for each in self.proxy.ask("GET", f"/proxies/{proxy}")[1]["toxics"]]

    def paused(self) -> bool:
        """Is the consumer paused?"""
        return bool(self.ask("CONSUMER.INFO.orders.workers").get("paused"))

    def ask(self, subject: str, body: Any = None) -> dict[str, Any]:
        """Ask JetStream as anybody would, not through the relay."""

        async def asked() -> dict[str, Any]:
            client = await nats.connect(self.broker.url)
            answer = await client.request(f"$JS.API.{subject}", json.dumps(body or {}).encode(), timeout=5)
            await client.close()
            found: dict[str, Any] = json.loads(answer.data)
            return found

        return asyncio.run(asked())

    def state(self) -> object:
        """All that a fault could change."""
        return self.proxy.ask("GET", "/proxies")[1], self.workers.state(), self.ask("STREAM.INFO.orders")["config"]

    def fresh(self) -> None:
        """Make all as new: two proxies, a stream with a consumer, three workers."""
        self.proxies.fails = lambda _method, _path: None
        self.proxies.cut_at(0, reply_lost=False)
        self.streams.cut_at(0, reply_lost=False)
        self.proxy.reset()
        self.listen = {name: self.proxy.create(name, f"127.0.0.1:{self.shop.port}") for name in ("payments", "orders")}
        for name in self.ask("STREAM.NAMES").get("streams") or []:
            self.ask(f"STREAM.DELETE.{name}")
        config = {"name": "orders", "subjects": ["orders.>"], "metadata": {"gameday.consent": "staging"}}
        # The server may still be taking away the files of the stream that was deleted just now.
        wait_until(lambda: "error" not in self.ask("STREAM.CREATE.orders", config), "the stream is there")
        consumer = {"durable_name": "workers", "ack_policy": "explicit"}
        self.ask("CONSUMER.DURABLE.CREATE.orders.workers", {"stream_name": "orders", "config": consumer})
        if any(each != ["live"] * 3 for each in self.workers.state().values()):
            self.workers.fresh()


@contextlib.contextmanager
def opened() -> Iterator[Staging]:
    """Start all of it, and end it."""
    with (
        EmbeddedToxiproxy() as proxy,
        NatsServer() as broker,
        Workers() as workers,
        Server(answer({"state": "paid"})) as shop,
    ):
        workers.fresh()
        made = Staging(proxy, broker, workers, shop)
        with made.proxies, made.streams:
            made.fresh()
            yield made
