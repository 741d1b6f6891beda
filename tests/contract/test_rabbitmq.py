"""RabbitMQ's faults keep the contract and its probes tell the truth, on one real broker behind a relay that can cut."""

import contextlib
import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pika
import pytest
from pika.exceptions import AMQPError, NackError
from rabbitmq_server import RabbitMq
from relay import Relay
from servers import free_port, wait_until
from workplace import Workplace, said

from drills.signals import registry as signals
from drills.signals.contract import Judgement, Probe, Reading, Unanswered
from injectors import registry
from injectors.contract import Change, Drifted, Found, InjectorError, Proving, Refused, State, Unreachable, Visit
from injectors.rabbitmq import sweep
from injectors.rabbitmq.permissions import read_back, without
from injectors.rabbitmq.policies import effective
from injectors.testing import STEPS, check_injector
from injectors.values import rebuild

TAG = "gameday-7-0a1b2c"
CANARY = "canary-4711"
TAGGED_VHOST = {"description": "shop", "tags": "team-orders,gameday-consent-staging"}
FAULTS = ("refuse_publishes", "pause_consumers")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "targets" / "rabbitmq.md"


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitMq]:
    with RabbitMq() as running:
        yield running


@pytest.fixture(scope="module")
def relay(broker) -> Iterator[Relay]:
    with Relay(broker.web) as between:
        yield between


@pytest.fixture(autouse=True)
def _password(monkeypatch) -> None:
    monkeypatch.setenv("RABBITMQ_PASSWORD", "guest")


class QueueWorld:
    """A vhost with a queue and a user, reached through a relay that can cut."""

    patience = 8.0
    secrets = ("guest:guest",)
    cannot: dict[str, str] = {}  # noqa: RUF012 - nobody changes it

    def __init__(self, broker: RabbitMq, relay: Relay, fault: str, vhost: str) -> None:
        self.broker, self.relay, self.fault, self.vhost = broker, relay, fault, vhost

    def reset(self, vhost: dict[str, str] | None = None) -> Change:
        self.relay.cut_at(0, reply_lost=False)
        self.vanish()
        self._create(TAGGED_VHOST if vhost is None else vhost)
        target = {
            "url": self.relay.url,
            "amqp": self.broker.amqp,
            "vhost": self.vhost,
            "user": "guest",
            "password": {"env": "RABBITMQ_PASSWORD"},
        }
        subject = "orders" if self.fault == "refuse_publishes" else "worker"
        kind, ends = f"rabbitmq.{self.fault}", time.time() + 60
        return Change("one", kind, subject, TAG, target=target, parameters={"queue": "orders"}, expires_at=ends)

    def _create(self, vhost: dict[str, str]) -> None:
        assert self.broker.ask("PUT", "vhosts", self.vhost, body=vhost)[0] in (201, 204)
        self.broker.user("guest", "guest", self.vhost, tags="administrator")
        self.broker.user("worker", "worker", self.vhost)
        queue = {"durable": True, "arguments": {}}
        assert self.broker.ask("PUT", "queues", self.vhost, "orders", body=queue)[0] in (201, 204)
        self.policy("below", {"max-length": 1000}, priority=3)

    def policy(self, name: str, definition: dict[str, Any], *, priority: int, pattern: str = "^ord") -> None:
        body = {"pattern": pattern, "definition": definition, "priority": priority, "apply-to": "queues"}
        assert self.broker.ask("PUT", "policies", self.vhost, name, body=body)[0] in (201, 204)

    def unconsented(self) -> Change:
        return self.reset({"tags": "team-orders"})

    def state(self) -> Any:
        policies = self.broker.ask("GET", "policies", self.vhost)[1]
        rights = self.broker.ask("GET", "permissions", self.vhost, "worker")[1]
        found = self.broker.ask("GET", "queues", self.vhost)[1]
        queues = [each["name"] for each in found] if isinstance(found, list) else None
        return policies, rights, queues

    def writes(self) -> int:
        return self.relay.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.relay.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.relay.silence()

    def vanish(self) -> None:
        self.broker.ask("DELETE", "vhosts", self.vhost)

    def replace(self) -> None:
        self.vanish()
        self._create(TAGGED_VHOST)

    def foreign(self) -> None:
        if self.fault == "refuse_publishes":
            self.policy("theirs", {"message-ttl": 60000}, priority=1)
        else:
            self.broker.user("another", "another", self.vhost, right="^mine")

    def drift(self) -> None:
        if self.fault == "refuse_publishes":
            self.policy(f"{TAG}.one", {"max-length": 5}, priority=4)
        else:
            self.rights(read="^else$")

    def mend(self) -> None:
        if self.fault == "refuse_publishes":
            self.broker.ask("DELETE", "policies", self.vhost, f"{TAG}.one")
        else:
            self.rights()

    def rights(self, **changed: str) -> None:
        body = {"configure": ".*", "write": ".*", "read": ".*", **changed}
        assert self.broker.ask("PUT", "permissions", self.vhost, "worker", body=body)[0] in (201, 204)

    def publish(self, *bodies: str, **properties: Any) -> None:
        """Put messages into the queue and wait until the broker has each; raises `NackError` when it refuses."""
        with self.broker.connect(self.vhost) as line:
            channel = line.channel()
            channel.confirm_delivery()
            for body in bodies:
                channel.basic_publish("", "orders", body.encode(), pika.BasicProperties(**properties))

    def waiting(self) -> int:
        with self.broker.connect(self.vhost) as line:
            told = line.channel().queue_declare("orders", passive=True)
            return int(told.method.message_count)


@pytest.fixture
def vhost(request, broker) -> Iterator[str]:
    name = f"v-{abs(hash(request.node.name))}"
    yield name
    broker.ask("DELETE", "vhosts", name)


@pytest.fixture(params=FAULTS)
def any_fault(request, broker, relay, vhost) -> QueueWorld:
    return QueueWorld(broker, relay, request.param, vhost)


@pytest.fixture
def refusing(broker, relay, vhost) -> QueueWorld:
    return QueueWorld(broker, relay, "refuse_publishes", vhost)


@pytest.fixture
def pausing(broker, relay, vhost) -> QueueWorld:
    return QueueWorld(broker, relay, "pause_consumers", vhost)


def test_every_fault_keeps_the_contract(any_fault):
    report = check_injector(registry.make, any_fault)
    assert report.cannot == any_fault.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def test_the_refusal_says_how_to_give_consent(any_fault):
    with pytest.raises(Refused, match=r"update_vhost_metadata v-[0-9]+ --tags gameday-consent-staging"):
        registry.make(any_fault.unconsented()).prepare()
    with pytest.raises(Refused, match="consent for another environment, 'production'"):
        registry.make(any_fault.reset({"tags": "gameday-consent-production"})).prepare()
    with pytest.raises(Refused, match=r"write `consent: \[mails, orders\]`"):
        registry.make(replace(any_fault.reset(), consent=("mails",))).prepare()


def test_a_queue_that_is_not_there_is_refused_with_what_there_is(any_fault):
    change = any_fault.reset()
    with pytest.raises(Refused, match="has no queue order; it has orders"):
        registry.kind(change.kind).subjects(change.target, {"queue": "order"})
    any_fault.vanish()
    with pytest.raises(Refused, match="has no vhost"):
        registry.kind(change.kind).subjects(change.target, {"queue": "orders"})


def test_the_right_to_revert_is_proved_without_a_change(any_fault):
    injector = registry.make(any_fault.reset())
    undo, before = injector.prepare(), any_fault.state()
    assert isinstance(injector, Proving)
    injector.prove(undo)
    assert any_fault.state() == before


def test_an_undo_of_a_newer_version_is_never_guessed(any_fault):
    injector = registry.make(any_fault.reset())
    undo = replace(injector.prepare(), version=2)
    for verb in (injector.revert, injector.inspect, injector.inject, injector.prove):
        with pytest.raises(InjectorError, match="newer gameday"):
            verb(undo)


def test_a_sweep_finds_what_was_left_behind_and_puts_it_back(any_fault):
    change = any_fault.reset()
    before = any_fault.state()
    assert sweep.left_behind(change.target) == []
    injector = registry.make(change)
    injector.inject(injector.prepare())
    (left,) = sweep.left_behind(change.target)
    assert (left.owner, left.tag) == (injector.owner, TAG)
    sweep.remove(change.target, left)
    sweep.remove(change.target, left)
    assert any_fault.state() == before
    any_fault.vanish()
    sweep.remove(change.target, left)


def test_accounts_that_may_not_are_refused_without_their_password(any_fault, monkeypatch):
    change = any_fault.reset()
    any_fault.broker.user("reader", CANARY, any_fault.vhost, tags="management")
    monkeypatch.setenv("RABBITMQ_PASSWORD", CANARY)
    told = []
    for user in ("guest", "reader"):
        injector = registry.make(replace(change, target={**change.target, "user": user}))
        with pytest.raises(Refused) as refused:
            injector.prove(injector.prepare())
        told.append(str(refused.value))
    assert "does not know this account" in told[0]
    assert "no right to ask" in told[1]
    assert CANARY not in "".join(told)


def test_exactly_the_rights_on_the_page_are_enough(any_fault, monkeypatch):
    change = any_fault.reset()
    tags = "policymaker" if any_fault.fault == "refuse_publishes" else "administrator"
    any_fault.broker.user("drills", CANARY, any_fault.vhost, tags=tags, right="^$")
    monkeypatch.setenv("RABBITMQ_PASSWORD", CANARY)
    target = {**change.target, "user": "drills"}
    injector, before = registry.make(replace(change, target=target)), any_fault.state()
    undo = injector.prepare()
    injector.prove(undo)
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    assert len(sweep.left_behind(target)) == 1
    injector.revert(undo)
    assert any_fault.state() == before


def test_nobody_there_is_out_of_reach(any_fault):
    change = any_fault.reset()
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match="cannot be asked"):
        registry.make(replace(change, target={**change.target, "url": url})).prepare()


# --- refused messages


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_new_messages_are_refused_and_none_that_waits_is_lost(refusing, kind):
    change = refusing.reset()
    refusing.broker.ask("DELETE", "queues", refusing.vhost, "orders")
    queue = {"durable": True, "arguments": {"x-queue-type": kind}}
    refusing.broker.ask("PUT", "queues", refusing.vhost, "orders", body=queue)
    refusing.publish("one", "two", "three", delivery_mode=2)
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE

    def refused() -> bool:
        try:
            refusing.publish("four")
        except NackError:
            return True
        return False

    wait_until(refused, "the broker refuses")
    before = refusing.waiting()
    assert before >= 3
    injector.revert(undo)
    wait_until(lambda: not refused(), "the broker takes messages again")
    assert refusing.waiting() > before
    with refusing.broker.connect(refusing.vhost) as line:
        assert line.channel().basic_get("orders", auto_ack=True)[2] == b"one"


def test_ours_stands_above_the_policy_that_was_in_force_and_keeps_what_it_says(refusing):
    change = refusing.reset()
    refusing.policy("strict", {"message-ttl": 60000, "max-length": 9}, priority=70)
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    found = refusing.broker.ask("GET", "policies", refusing.vhost, f"{TAG}.one")[1]
    assert found["priority"] == 71
    assert found["definition"] == {"message-ttl": 60000, "max-length": 0, "overflow": "reject-publish"}
    refusing.policy("higher", {"max-length": 1}, priority=80)
    assert injector.inspect(undo) is State.MIXED, "it is there, and another one is in force"
    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR


def test_a_queue_that_would_lose_its_messages_or_not_feel_it_is_refused(refusing):
    change = refusing.reset()
    for name, arguments in (("log", {"x-queue-type": "stream"}), ("ring", {"x-overflow": "drop-head"})):
        queue = {"durable": True, "arguments": arguments}
        refusing.broker.ask("PUT", "queues", refusing.vhost, name, body=queue)
        injector = registry.make(replace(change, subject=name, parameters={"queue": name}))
        with pytest.raises(Refused, match=r"never refuses a message|throw its messages away"):
            injector.prepare()


def test_a_policy_that_somebody_changed_is_drift_and_says_which(refusing):
    injector = registry.make(refusing.reset())
    undo = injector.prepare()
    injector.inject(undo)
    refusing.drift()
    with pytest.raises(Drifted, match=rf"changed the policy {TAG}\.one: remove it by hand"):
        injector.revert(undo)


def test_the_policy_in_force_is_the_highest_that_fits_the_queue_and_its_kind():
    def policy(name: str, pattern: str, priority: int, to: str = "queues") -> dict[str, Any]:
        return {"name": name, "pattern": pattern, "priority": priority, "apply-to": to}

    low, high = policy("low", "^ord", 1), policy("high", "ders$", 2, "all")
    others = [
        policy("other", "^mail", 9),
        policy("exchange", ".*", 9, "exchanges"),
        policy("q", ".*", 9, "quorum_queues"),
    ]
    assert effective([low, high, *others], "orders", "classic") == high
    assert effective([low], "mails", "classic") is None
    assert effective([low, policy("odd", "(?<a", 5)], "orders", "classic") == policy("odd", "(?<a", 5)


# --- consumers that are kept away


class Worker:
    """A real consumer that connects again whenever it is thrown out, as a good one does."""

    def __init__(self, broker: RabbitMq, vhost: str) -> None:
        self.broker, self.vhost = broker, vhost
        self.got: list[bytes] = []
        self.refused = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(20)

    def _work(self) -> None:
        while not self._ended.wait(0.05):
            try:
                with self.broker.connect(self.vhost, "worker", "worker") as line:
                    channel = line.channel()
                    for _, _, body in channel.consume("orders", auto_ack=True, inactivity_timeout=0.1):
                        if body is not None:
                            self.got.append(body)
                        if self._ended.is_set():
                            break
            except (AMQPError, OSError) as wrong:
                self.refused += "ACCESS_REFUSED" in repr(wrong)


def test_a_consumer_that_connects_again_is_kept_away_until_the_revert_and_then_gets_everything(pausing):
    change = pausing.reset()
    kind = registry.kind(change.kind)
    with pytest.raises(Refused, match="nobody consumes"):
        kind.subjects(change.target, change.parameters)
    with Worker(pausing.broker, pausing.vhost) as worker:
        pausing.publish("one")
        wait_until(lambda: worker.got == [b"one"], "the worker works")

        def known() -> bool:
            with contextlib.suppress(Refused):
                return list(kind.subjects(change.target, change.parameters)) == ["worker"]
            return False

        wait_until(known, "the broker knows whose consumer it is", 30)
        injector = registry.make(change)
        undo = injector.prepare()
        injector.inject(undo)
        wait_until(lambda: injector.inspect(undo) is State.ACTIVE, "no consumer is left")
        wait_until(lambda: worker.refused > 1, "the worker came back and was refused")
        pausing.publish("two")
        assert (pausing.waiting(), worker.got) == (1, [b"one"])
        injector.revert(undo)
        wait_until(lambda: worker.got == [b"one", b"two"], "the worker is let in again")
        assert injector.inspect(undo) is State.CLEAR


def test_a_consumer_that_came_a_moment_ago_is_thrown_out_as_well(pausing):
    change = pausing.reset()
    with Worker(pausing.broker, pausing.vhost) as worker:
        injector = registry.make(change)
        wait_until(lambda: len(pausing.broker.ask("GET", "consumers", pausing.vhost)[1]) == 1, "it consumes")
        undo = injector.prepare()
        injector.inject(undo)
        wait_until(lambda: injector.inspect(undo) is State.ACTIVE, "no consumer is left", 30)
        injector.revert(undo)
        assert worker.got == []


def test_other_queues_and_other_rights_of_the_user_stay(pausing):
    change = pausing.reset()
    pausing.broker.ask("PUT", "queues", pausing.vhost, "orders-eu", body={"durable": True})
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    with pausing.broker.connect(pausing.vhost, "worker", "worker") as line:
        line.channel().basic_get("orders-eu")
        line.channel().basic_publish("", "orders", b"one")
        with pytest.raises(AMQPError, match="ACCESS_REFUSED"):
            line.channel().basic_get("orders")
    pausing.rights(read=without(".*", "orders", f"{TAG}.one"), write="^orders$")
    injector.revert(undo)
    rights = pausing.broker.ask("GET", "permissions", pausing.vhost, "worker")[1]
    assert (rights["read"], rights["write"]) == (".*", "^orders$")


@pytest.mark.parametrize("right", [".*", "^orders", "s$", "^(orders|mails)$", "(?i:ORDERS)", "a)b"])
def test_the_old_right_can_be_read_back_from_ours(right):
    bent = without(right, "orders.eu", f"{TAG}.one")
    assert read_back(bent) == (TAG, right)
    assert read_back(right) is None
    if right != "a)b":
        wide = re.compile(bent)
        for name in ("orders.eu", "orders", "mails", "ordersxeu", "other"):
            assert bool(wide.search(name)) == (name != "orders.eu" and bool(re.search(right, name)))


def test_a_user_without_rights_to_take_away_is_refused(pausing):
    change = pausing.reset()
    with pytest.raises(Refused, match="not kept by the broker itself"):
        registry.make(replace(change, subject="nobody")).prepare()
    pausing.rights(read="")
    with pytest.raises(Refused, match="would not be felt"):
        registry.make(change).prepare()


# --- probes


def probe(name: str, target: dict[str, Any], queue: str = "orders") -> Probe:
    """As gameday makes it."""
    found = signals.probe_kind(f"rabbitmq.{name}")
    made = rebuild(found.settings, target)
    return found.make(made, rebuild(found.parameters, {"queue": queue}), rebuild(found.good, {"at_most": 2}))


def test_the_depth_is_told_at_once_and_looking_takes_and_marks_nothing(refusing):
    target = dict(refusing.reset().target)
    assert probe("queue_depth", target).read(5) == Reading(0, {"consumers": 0})
    refusing.publish("one", "two")
    assert probe("queue_depth", target).read(5) == Reading(2, {"consumers": 0})
    with refusing.broker.connect(refusing.vhost) as line:
        channel = line.channel()
        method, _, body = channel.basic_get("orders")
        assert (body, method.redelivered) == (b"one", False)
        assert probe("queue_depth", target).read(5).value == 1, "what somebody holds is not ready"


def test_the_age_is_that_of_the_first_message_by_its_publishers_timestamp(refusing):
    target = dict(refusing.reset().target)
    assert probe("queue_age", target).read(5).value == 0.0
    refusing.publish("one", timestamp=int(time.time()) - 90)
    refusing.publish("two", timestamp=int(time.time()))

    def age() -> float:
        with contextlib.suppress(Unanswered):
            return float(probe("queue_age", target).read(5).value)
        return -1.0

    wait_until(lambda: 89 <= age() <= 150, "the broker's statistics have seen it", 30)
    with refusing.broker.connect(refusing.vhost) as line:
        method, _, body = line.channel().basic_get("orders")
        assert (body, method.redelivered) == (b"one", False)


def unanswered(name: str, target: dict[str, Any], queue: str = "orders", timeout: float = 5) -> str:
    with pytest.raises(Unanswered) as nothing:
        probe(name, target, queue).read(timeout)
    return str(nothing.value)


def test_without_a_timestamp_or_in_a_quorum_queue_the_age_is_unknown_and_never_0(refusing):
    target = dict(refusing.reset().target)
    refusing.publish("one")
    wait_until(lambda: "carries no timestamp" in unanswered("queue_age", target), "the statistics have seen it", 30)
    queue = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
    refusing.broker.ask("PUT", "queues", refusing.vhost, "votes", body=queue)
    assert probe("queue_age", target, "votes").read(5).value == 0.0
    with refusing.broker.connect(refusing.vhost) as line:
        channel = line.channel()
        channel.confirm_delivery()
        channel.basic_publish("", "votes", b"one")
    assert "is a quorum queue" in unanswered("queue_age", target, "votes")


def test_the_probes_need_no_more_than_the_tag_on_the_page(refusing, monkeypatch):
    target = {**refusing.reset().target, "user": "watcher"}
    refusing.broker.user("watcher", CANARY, refusing.vhost, tags="management", right="^$")
    refusing.publish("one", timestamp=int(time.time()))
    monkeypatch.setenv("RABBITMQ_PASSWORD", CANARY)
    assert probe("queue_depth", target).read(5).value == 1

    def dated() -> bool:
        with contextlib.suppress(Unanswered):
            return bool(probe("queue_age", target).read(5).value >= 0)
        return False

    wait_until(dated, "the broker's statistics have seen it", 30)


@pytest.mark.parametrize("name", ["queue_depth", "queue_age"])
def test_what_cannot_be_known_is_no_answer_and_never_0(refusing, name, monkeypatch):
    target = dict(refusing.reset().target)
    assert "has no queue nowhere" in unanswered(name, target, "nowhere")
    assert "cannot be asked" in unanswered(name, {**target, "amqp": f"amqp://127.0.0.1:{free_port()}"})
    assert "does not resolve" in unanswered(name, {**target, "amqp": "amqp://no-such-host.invalid"})
    assert "write `amqp:" in unanswered(name, {**target, "amqp": None})
    assert "no right to the vhost" in unanswered(name, {**target, "vhost": "not-there"})
    monkeypatch.setenv("RABBITMQ_PASSWORD", CANARY)
    told = unanswered(name, target)
    assert "does not know this account" in told
    assert CANARY not in told


def test_a_broker_that_hangs_is_waited_for_no_longer_than_the_timeout(refusing):
    target = dict(refusing.reset().target)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        began = time.monotonic()
        told = unanswered("queue_depth", {**target, "amqp": f"amqp://127.0.0.1:{deaf.getsockname()[1]}"}, timeout=0.5)
        assert time.monotonic() - began < 5
    assert "did not answer within 0.5 s" in told or "cannot be asked" in told


def test_depth_and_age_are_judged_by_number_and_unit():
    target = {"url": "http://127.0.0.1:1", "user": "a", "password": {"env": "RABBITMQ_PASSWORD"}}
    assert probe("queue_depth", target).judge(Reading(2)) == Judgement(good=True, why="messages waiting 2")
    assert probe("queue_age", target).judge(Reading(2.5)).why == "the first message has waited 2.5 s, wanted at most 2"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"url": "amqp://mq:5672"}, "write http://HOST:PORT"),
        ({"url": "http://a:b@mq:15672"}, "leave the account out"),
        ({"amqp": "http://mq"}, "write amqp://HOST:PORT"),
        ({"password": CANARY}, "never written here"),
        ({"user": "a:b"}, "no colon"),
    ],
)
def test_settings_that_cannot_work_are_named(settings, told):
    right = {"url": "http://mq:15672", "user": "a", "password": {"env": "RABBITMQ_PASSWORD"}}
    with pytest.raises(InjectorError, match=told) as raised:
        rebuild(registry.kind("rabbitmq.refuse_publishes").settings, {**right, **settings})
    assert CANARY not in str(raised.value)


# --- the page


def test_the_scenario_of_the_page_runs_and_a_killed_one_leaves_nothing(refusing, tmp_path):
    change = refusing.reset()
    before = refusing.state()
    (text,) = re.findall(r"```yaml\n(scenario: .*?)```", PAGE.read_text(), re.DOTALL)
    quick = text.replace("when: 10s", "when: 0s")
    with Workplace(tmp_path) as here:
        here.environment["RABBITMQ_PASSWORD"] = "guest"
        here.workspace({"broker": f"{{kind: rabbitmq, with: {json.dumps(change.target)}}}"})
        path = here.folder / "scenarios" / "shown.yaml"
        path.write_text(quick.replace("duration: 2m", "duration: 2s"))
        planned = here.type("plan", path)
        assert planned.returncode == 0, said(planned)
        ended = here.type("run", path)
        assert ended.returncode == 0, said(ended)
        assert refusing.state() == before

        path.write_text(quick)
        running = here.start("run", path)
        here.until_on("full", "2")
        os.kill(running.pid, 9)
        running.communicate(timeout=10)
        wait_until(lambda: refusing.state() == before, "the guards have reverted it", 30)
        wait_until(lambda: here.left_on() == [], "nothing is left open", 30)


def test_a_checkup_says_whether_the_vhost_consents_and_what_the_account_may(refusing):
    change = refusing.reset()
    checkup = registry.kind("rabbitmq.refuse_publishes").checkup
    assert checkup is not None
    told = {
        environment: {each.what: each for each in checkup.findings(Visit(environment, change.target, (), time.time))}
        for environment in (change.environment, "elsewhere")
    }
    well, elsewhere = told[change.environment], told["elsewhere"]
    assert [well[what].found for what in ("answers", "consent", "permission")] == [Found.OK] * 3
    assert well["clock"].found is Found.CANT_TELL
    assert elsewhere["consent"].found is Found.NOT_OK
    assert "--tags gameday-consent-elsewhere" in elsewhere["consent"].type
