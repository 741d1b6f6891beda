"""`nats.queue_depth` and `nats.queue_age` tell what a consumer has not acknowledged, against the real server."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from typing import Any

import nats
import pytest
from nats_relay import NatsRelay
from servers import NatsServer, free_port, wait_until

from drills.signals import registry
from drills.signals.contract import Judgement, Probe, Reading, Unanswered
from injectors.values import rebuild

CANARY = "canary-51ad0e"


class Broker:
    """A real server and what a test does with it, as anybody would."""

    def __init__(self, server: NatsServer) -> None:
        self.server = server

    def do(self, *steps: tuple[str, bytes]) -> list[dict[str, Any]]:
        """Send each to its subject and wait for each answer."""

        async def doing() -> list[dict[str, Any]]:
            client = await nats.connect(self.server.url)
            try:
                answers = [await client.request(subject, body, timeout=5) for subject, body in steps]
                return [json.loads(each.data) for each in answers]
            finally:
                await client.close()

        answers = asyncio.run(doing())
        assert not any("error" in each for each in answers), answers
        return answers

    def ask(self, subject: str, body: Any = None) -> dict[str, Any]:
        return self.do((f"$JS.API.{subject}", b"" if body is None else json.dumps(body).encode()))[0]

    def stream(self, name: str, **config: Any) -> None:
        self.ask(f"STREAM.CREATE.{name}", {"name": name, "subjects": [f"{name}.>"], **config})

    def consumer(self, stream: str, name: str = "workers", **config: Any) -> None:
        told = {"durable_name": name, "ack_policy": "explicit", "max_ack_pending": 1000, **config}
        self.ask(f"CONSUMER.DURABLE.CREATE.{stream}.{name}", {"stream_name": stream, "config": told})

    def publish(self, *subjects: str) -> float:
        """Put a message into each; return when the last one was surely stored, by the monotonic clock."""
        self.do(*((subject, CANARY.encode()) for subject in subjects))
        return time.monotonic()

    def take(self, stream: str, count: int) -> list[str]:
        """Take messages as a worker does; return where each is acknowledged."""

        async def taking() -> list[str]:
            client = await nats.connect(self.server.url)
            try:
                queue = await client.jetstream().pull_subscribe("", "workers", stream=stream)
                return [each.reply for each in await queue.fetch(count, timeout=5)]
            finally:
                await client.close()

        return asyncio.run(taking())

    def acknowledge(self, *replies: str) -> None:
        """Acknowledge, and wait until the server has taken it in."""

        async def acknowledging() -> None:
            client = await nats.connect(self.server.url)
            try:
                for each in replies:
                    await client.request(each, b"+ACK", timeout=5)
            finally:
                await client.close()

        asyncio.run(acknowledging())


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with NatsServer() as server:
        yield Broker(server)


@pytest.fixture
def stream(broker, request) -> str:
    """The name of a new stream with a consumer `workers`."""
    name = request.node.name.replace("[", "-").replace("]", "")[:200]
    broker.stream(name)
    broker.consumer(name)
    return name


def probe(kind: str, url: str, stream: str, **settings: Any) -> Probe:
    """As gameday makes it."""
    found = registry.probe_kind(f"nats.queue_{kind}")
    asked = {"stream": stream, "consumer": "workers"}
    made = rebuild(found.settings, {"url": url, **settings})
    return found.make(made, rebuild(found.parameters, asked), rebuild(found.good, {"at_most": 2}))


def depth(broker: Broker, stream: str) -> Reading:
    return probe("depth", broker.server.url, stream).read(5)


def age(broker: Broker, stream: str) -> Any:
    return probe("age", broker.server.url, stream).read(5).value


def test_an_empty_queue_is_0_deep_and_0_old(broker, stream):
    assert depth(broker, stream).value == 0
    assert age(broker, stream) == 0.0


def test_a_message_waits_until_it_is_acknowledged_not_until_somebody_has_it(broker, stream):
    broker.publish(*[f"{stream}.a"] * 3)
    assert depth(broker, stream).fields == {"undelivered": 3, "in_work": 0, "paused": False}
    replies = broker.take(stream, 2)
    seen = depth(broker, stream)
    assert seen.value == 3
    assert seen.fields == {"undelivered": 1, "in_work": 2, "paused": False}
    broker.acknowledge(*replies)
    assert depth(broker, stream).value == 1
    broker.acknowledge(*broker.take(stream, 1))
    assert depth(broker, stream).value == 0
    assert age(broker, stream) == 0.0


def test_the_age_is_that_of_the_oldest_one_and_grows(broker, stream):
    before = time.monotonic()
    after = broker.publish(f"{stream}.a")
    first = age(broker, stream)
    assert first <= time.monotonic() - before
    broker.publish(f"{stream}.a")
    asked = time.monotonic()
    second = age(broker, stream)
    assert asked - after <= second <= time.monotonic() - before
    assert second > first


def test_acknowledged_ones_behind_the_oldest_do_not_make_it_younger(broker, stream):
    first = broker.publish(f"{stream}.a")
    broker.publish(f"{stream}.a")
    last = broker.publish(f"{stream}.a")
    one, two, three = broker.take(stream, 3)
    broker.acknowledge(three, two)
    asked = time.monotonic()
    assert age(broker, stream) >= asked - first
    assert depth(broker, stream).value == 1
    broker.acknowledge(one)
    assert age(broker, stream) == 0.0
    assert last > first


def test_once_the_oldest_is_acknowledged_the_next_one_counts(broker, stream):
    broker.publish(f"{stream}.a")
    between = time.monotonic()
    broker.publish(f"{stream}.a")
    one, _ = broker.take(stream, 2)
    asked = time.monotonic()
    assert age(broker, stream) >= asked - between
    broker.acknowledge(one)
    assert age(broker, stream) <= time.monotonic() - between


@pytest.mark.parametrize("retention", ["workqueue", "interest"])
def test_a_stream_that_deletes_what_is_acknowledged_is_understood_too(broker, retention):
    name = f"deleting-{retention}"
    broker.stream(name, retention=retention)
    broker.consumer(name)
    broker.publish(*[f"{name}.a"] * 3)
    one, two, three = broker.take(name, 3)
    broker.acknowledge(two)
    assert depth(broker, name).value == 2
    assert age(broker, name) > 0
    broker.acknowledge(one)
    between = time.monotonic()
    broker.publish(f"{name}.a")
    asked = time.monotonic()
    assert age(broker, name) >= asked - between, "the third is older than the fourth"
    broker.acknowledge(three)
    assert age(broker, name) <= time.monotonic() - between
    assert depth(broker, name).value == 1


@pytest.mark.parametrize(
    "chosen", [{"filter_subject": "{}.b"}, {"filter_subjects": ["{}.b", "{}.c"]}, {"filter_subject": "{}.b.>"}]
)
def test_what_the_consumer_does_not_choose_is_not_its_queue(broker, chosen):
    name = f"choosing-{'-'.join(map(str, chosen.values()))}".translate(str.maketrans("", "", "{}.[]>', "))
    broker.stream(name)
    told = json.loads(json.dumps(chosen).replace("{}", name))
    broker.consumer(name, **told)
    broker.publish(f"{name}.a", f"{name}.other")
    assert (depth(broker, name).value, age(broker, name)) == (0, 0.0)
    between = time.monotonic()
    broker.publish(f"{name}.c", f"{name}.b.1" if str(told).endswith("b.>'}") else f"{name}.b")
    several = "filter_subjects" in chosen
    assert depth(broker, name).value == (2 if several else 1)
    assert 0 < age(broker, name) <= time.monotonic() - between
    if several:
        (one,) = broker.take(name, 1)
        broker.acknowledge(one)
        assert 0 < age(broker, name) <= time.monotonic() - between


def test_a_consumer_that_began_later_has_no_older_messages(broker, stream):
    broker.publish(f"{stream}.a")
    broker.ask(f"CONSUMER.DELETE.{stream}.workers")
    broker.consumer(stream, deliver_policy="new")
    assert (depth(broker, stream).value, age(broker, stream)) == (0, 0.0)
    between = time.monotonic()
    broker.publish(f"{stream}.a")
    assert 0 < age(broker, stream) <= time.monotonic() - between


def test_the_queue_of_a_paused_consumer_grows_and_the_reading_says_why(broker, stream):
    broker.ask(f"CONSUMER.PAUSE.{stream}.workers", {"pause_until": "2100-01-01T00:00:00Z"})
    broker.publish(f"{stream}.a", f"{stream}.a")
    assert depth(broker, stream).fields == {"undelivered": 2, "in_work": 0, "paused": True}


def test_messages_that_were_deleted_unacknowledged_wait_no_longer(broker, stream):
    broker.publish(f"{stream}.a", f"{stream}.a")
    broker.take(stream, 1)
    broker.ask(f"STREAM.PURGE.{stream}")
    assert age(broker, stream) == 0.0


def test_the_age_is_told_by_the_servers_clock_not_by_ours(broker, stream):
    before = time.monotonic()
    broker.publish(f"{stream}.a")
    with NatsRelay(broker.server.port) as relay:
        year = time.gmtime().tm_year
        relay.changes = lambda said: said.replace(f'"{year}-'.encode(), f'"{year + 5}-'.encode())
        told = probe("age", relay.url, stream).read(5)
    assert f'"ts": "{year + 5}' in told.evidence.decode()
    assert 0 < told.value <= time.monotonic() - before


def test_the_evidence_is_the_servers_word_about_the_consumer_and_never_a_message(broker, stream):
    broker.publish(f"{stream}.a")
    for kind in ("depth", "age"):
        seen = probe(kind, broker.server.url, stream).read(5)
        assert json.loads(seen.evidence)["name"] == "workers"
        assert seen.media_type == "application/json"
        assert CANARY not in repr(seen)


def test_depth_and_age_are_judged_by_number_and_unit():
    deep, old = (probe(kind, "nats://127.0.0.1:1", "any") for kind in ("depth", "age"))
    assert deep.judge(Reading(2)) == Judgement(good=True, why="messages not acknowledged 2")
    assert deep.judge(Reading(3)).why == "messages not acknowledged 3, wanted at most 2"
    assert old.judge(Reading(2.5)).why == "the oldest message has waited 2.5 s, wanted at most 2"


@pytest.mark.parametrize("kind", ["depth", "age"])
class TestNothingIsKnown:
    """Each of these is `Unanswered`, never a 0."""

    def said(self, kind: str, url: str, stream: str, timeout: float = 5, **settings: Any) -> str:
        with pytest.raises(Unanswered) as nothing:
            probe(kind, url, stream, **settings).read(timeout)
        return f"{nothing.value}"

    def test_of_a_stream_that_is_not_there(self, broker, kind):
        assert "404: stream not found" in self.said(kind, broker.server.url, "no-such-stream")

    def test_of_a_consumer_that_is_not_there(self, broker, kind):
        name = f"lonely-{kind}"
        broker.stream(name)
        assert "404: consumer not found" in self.said(kind, broker.server.url, name)

    def test_of_a_name_that_does_not_resolve(self, kind):
        said = self.said(kind, "nats://no-such-host.invalid", "any")
        assert "the name 'no-such-host.invalid' does not resolve here" in said

    def test_when_nobody_listens(self, kind):
        url = f"nats://127.0.0.1:{free_port()}"
        assert f"the NATS server {url} cannot be asked" in self.said(kind, url, "any")

    def test_when_the_server_hangs_and_no_longer_than_the_timeout(self, kind):
        with NatsServer() as own:
            assert own.process is not None
            os.kill(own.process.pid, signal.SIGSTOP)
            began = time.monotonic()
            said = self.said(kind, own.url, "any", timeout=0.5)
            assert re.search(r"did not answer within 0\.[45]\d* s", said)
            assert time.monotonic() - began < 1.5

    def test_when_the_server_has_no_jetstream(self, kind):
        with NatsServer() as own:
            own.stop()
            own.config.write_text(f'listen: "127.0.0.1:{own.port}"\n')
            own.start()
            assert "JetStream" in self.said(kind, own.url, "any")

    def test_with_a_wrong_password_which_is_not_told(self, kind, monkeypatch):
        monkeypatch.setenv("QUEUE_PASSWORD", CANARY)
        with NatsServer('authorization: {user: "probe", password: "right"}') as own:
            said = self.said(kind, own.url, "any", user="probe", password={"env": "QUEUE_PASSWORD"})
        assert "does not know this account" in said
        assert CANARY not in said

    def test_without_the_password_it_names_the_variable(self, kind, monkeypatch):
        monkeypatch.delenv("QUEUE_PASSWORD", raising=False)
        said = self.said(kind, "nats://127.0.0.1:1", "any", user="probe", password={"env": "QUEUE_PASSWORD"})
        assert "export QUEUE_PASSWORD" in said


def test_a_stream_that_vanishes_between_two_questions_is_not_an_empty_queue(broker, stream):
    broker.publish(f"{stream}.a")
    with NatsRelay(broker.server.port) as relay:

        def gone(said: bytes) -> bytes:
            if b"consumer_info_response" in said:
                broker.ask(f"STREAM.DELETE.{stream}")
                relay.changes = bytes
            return said

        relay.changes = gone
        with pytest.raises(Unanswered, match="404"):
            probe("age", relay.url, stream).read(5)


def test_many_messages_are_counted_exactly_while_workers_acknowledge_them_out_of_order(broker, stream):
    broker.publish(*[f"{stream}.a"] * 50)
    replies = broker.take(stream, 30)
    broker.acknowledge(*replies[::-2])
    assert depth(broker, stream).value == 50 - 15
    assert depth(broker, stream).fields["in_work"] == 15
    wait_until(lambda: age(broker, stream) > 0.05, "the oldest gets older")
