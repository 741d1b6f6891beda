"""Every fault of a NATS server keeps the contract, against the real server behind a relay that can cut."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import nats
import pytest
from nats.js.errors import APIError
from nats_relay import NatsRelay
from servers import NatsServer, wait_until

from injectors import registry
from injectors.contract import Change, Drifted, InjectorError, Proving, Refused, State, Unreachable
from injectors.nats import sweep
from injectors.testing import STEPS, check_injector
from injectors.values import rebuild

TAG = "gameday-7-0a1b2c"
LABEL = {"gameday.consent": "staging"}


def ask(server: NatsServer, subject: str, body: Any = None) -> dict[str, Any]:
    """Ask JetStream as anybody would."""

    async def asked() -> dict[str, Any]:
        client = await nats.connect(server.url)
        payload = b"" if body is None else json.dumps(body).encode()
        answer = await client.request(f"$JS.API.{subject}", payload, timeout=5)
        await client.close()
        return json.loads(answer.data)

    return asyncio.run(asked())


def done(server: NatsServer, work: Callable[[Any], Any]) -> Any:
    """Do something with the library's own words."""

    async def doing() -> Any:
        client = await nats.connect(server.url)
        try:
            return await work(client.jetstream())
        finally:
            await client.close()

    return asyncio.run(doing())


def clean(server: NatsServer) -> None:
    for name in ask(server, "STREAM.NAMES").get("streams") or []:
        ask(server, f"STREAM.DELETE.{name}")


def config_of(server: NatsServer, stream: str) -> dict[str, Any]:
    return ask(server, f"STREAM.INFO.{stream}")["config"]


def edit(server: NatsServer, stream: str, **changed: Any) -> None:
    """As `nats stream edit` does: everything else stays."""
    answer = ask(server, f"STREAM.UPDATE.{stream}", {**config_of(server, stream), **changed})
    assert "error" not in answer, answer


class StreamWorld:
    """A stream with a consumer on a real server, reached through a relay that can cut."""

    patience = 6.0
    secrets = ()

    def __init__(self, server: NatsServer, relay: NatsRelay, fault: str) -> None:
        self.server = server
        self.relay = relay
        self.fault = fault
        self.cannot: dict[str, str] = {}

    def reset(self, metadata: dict[str, str] | None = None) -> Change:
        self.relay.cut_at(0, reply_lost=False)
        clean(self.server)
        self._create("orders", LABEL if metadata is None else metadata)
        target = {"url": self.relay.url, "timeout": 2.0}
        names = {"stream": "orders", "consumer": "workers"} if self.fault == "pause_consumer" else {"stream": "orders"}
        kind, subject, ends = f"nats.{self.fault}", "/".join(names.values()), time.time() + 60
        return Change("one", kind, subject, TAG, target=target, parameters=names, expires_at=ends)

    def _create(self, name: str, metadata: dict[str, str]) -> None:
        config = {"name": name, "subjects": [f"{name}.>"], "metadata": {"team": "orders", **metadata}}
        # A server may still be taking away the files of the stream of that name that was deleted just now.
        wait_until(lambda: "error" not in ask(self.server, f"STREAM.CREATE.{name}", config), "the stream is there")
        consumer = {"durable_name": "workers", "ack_policy": "explicit"}
        assert "error" not in ask(
            self.server, f"CONSUMER.DURABLE.CREATE.{name}.workers", {"stream_name": name, "config": consumer}
        )

    def unconsented(self) -> Change:
        return self.reset(metadata={})

    def state(self) -> Any:
        found = {}
        for name in ask(self.server, "STREAM.NAMES").get("streams") or []:
            consumers = ask(self.server, f"CONSUMER.LIST.{name}")["consumers"]
            held = {each["name"]: (each["config"], each.get("paused", False)) for each in consumers}
            found[name] = (config_of(self.server, name), held)
        return found

    def writes(self) -> int:
        return self.relay.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.relay.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.relay.silence()

    def vanish(self) -> None:
        ask(self.server, "STREAM.DELETE.orders")

    def replace(self) -> None:
        self.vanish()
        self._create("orders", {**LABEL, "again": "yes"})

    def foreign(self) -> None:
        if self.fault == "refuse_writes":
            edit(
                self.server,
                "orders",
                max_msgs=1000,
                metadata={**config_of(self.server, "orders")["metadata"], "a": "b"},
            )
        else:
            created = {"durable_name": "somebody-elses", "ack_policy": "explicit"}
            ask(
                self.server,
                "CONSUMER.DURABLE.CREATE.orders.somebody-elses",
                {"stream_name": "orders", "config": created},
            )
            ask(self.server, "CONSUMER.PAUSE.orders.somebody-elses", {"pause_until": "2100-01-01T00:00:00Z"})

    def drift(self) -> None:
        if self.fault == "refuse_writes":
            edit(self.server, "orders", max_msg_size=10)
        else:
            ask(self.server, "CONSUMER.PAUSE.orders.workers", {"pause_until": "2100-01-01T00:00:00Z"})

    def mend(self) -> None:
        """Resume it; apply the stream's configuration file again."""
        if self.fault == "refuse_writes":
            edit(self.server, "orders", max_msg_size=-1, metadata={"team": "orders", **LABEL})
        else:
            ask(self.server, "CONSUMER.PAUSE.orders.workers", {})


@pytest.fixture(scope="module")
def server() -> Iterator[NatsServer]:
    with NatsServer() as running:
        yield running


@pytest.fixture(scope="module")
def relay(server) -> Iterator[NatsRelay]:
    with NatsRelay(server.port) as between:
        yield between


@pytest.fixture(params=["pause_consumer", "refuse_writes"])
def any_fault(request, server, relay) -> StreamWorld:
    return StreamWorld(server, relay, request.param)


@pytest.fixture
def pausing(server, relay) -> StreamWorld:
    return StreamWorld(server, relay, "pause_consumer")


@pytest.fixture
def refusing(server, relay) -> StreamWorld:
    return StreamWorld(server, relay, "refuse_writes")


def test_every_fault_keeps_the_contract(any_fault):
    report = check_injector(registry.make, any_fault)
    assert report.cannot == any_fault.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def test_subjects_are_the_one_that_is_named_and_others_are_refused_with_what_there_is(any_fault):
    change = any_fault.reset()
    kind = registry.kind(change.kind)
    assert kind.subjects(change.target, change.parameters) == [change.subject]
    with pytest.raises(Refused, match="has no stream order; it has orders"):
        kind.subjects(change.target, {**change.parameters, "stream": "order"})
    if any_fault.fault == "pause_consumer":
        with pytest.raises(Refused, match="has no consumer worker; it has workers"):
            kind.subjects(change.target, {**change.parameters, "consumer": "worker"})


def test_the_refusal_says_how_to_give_consent(any_fault):
    with pytest.raises(Refused, match=r"put `gameday.consent: staging` into its metadata"):
        registry.make(any_fault.unconsented()).prepare()
    with pytest.raises(Refused, match="another environment, 'production'"):
        registry.make(any_fault.reset({"gameday.consent": "production"})).prepare()
    with pytest.raises(Refused, match=r"write `consent: \[payments, orders\]`"):
        registry.make(replace(any_fault.reset(), consent=("payments",))).prepare()


def test_the_right_to_revert_is_proved_without_a_change(any_fault):
    injector = registry.make(any_fault.reset())
    undo = injector.prepare()
    before = any_fault.state()
    assert isinstance(injector, Proving)
    injector.prove(undo)
    assert any_fault.state() == before


def test_an_undo_of_a_newer_version_is_never_guessed(any_fault):
    injector = registry.make(any_fault.reset())
    undo = replace(injector.prepare(), version=2)
    for verb in (injector.revert, injector.inspect, injector.inject, injector.prove):
        with pytest.raises(InjectorError, match="newer gameday"):
            verb(undo)


def test_a_server_that_was_restarted_keeps_the_fault_and_is_reverted(any_fault):
    injector = registry.make(any_fault.reset())
    before = any_fault.state()
    undo = injector.prepare()
    injector.inject(undo)
    any_fault.server.stop()
    for verb in (injector.inspect, injector.revert):
        with pytest.raises(Unreachable, match="cannot be asked"):
            verb(undo)
    any_fault.server.start()
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR
    assert any_fault.state() == before


# --- a pause


def pulled(server: NatsServer) -> int:
    async def pull(streams: Any) -> int:
        subscription = await streams.pull_subscribe_bind("workers", stream="orders")
        try:
            return len(await subscription.fetch(1, timeout=0.3))
        except TimeoutError:
            return 0

    return done(server, pull)


def test_a_paused_consumer_gets_nothing_and_then_everything(pausing):
    injector = registry.make(pausing.reset())
    done(pausing.server, lambda streams: streams.publish("orders.new", b"basket"))
    undo = injector.prepare()
    injector.inject(undo)
    assert pulled(pausing.server) == 0
    injector.revert(undo)
    assert pulled(pausing.server) == 1


def test_the_server_itself_ends_a_pause_that_nobody_reverts(pausing):
    change = replace(pausing.reset(), expires_at=time.time() + 0.8)
    done(pausing.server, lambda streams: streams.publish("orders.new", b"basket"))
    before = pausing.state()
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    wait_until(lambda: injector.inspect(undo) is State.CLEAR, "the pause is over", 5)
    assert pulled(pausing.server) == 1
    assert pausing.state() != before
    injector.revert(undo)
    assert pausing.state() == before


def test_a_pause_whose_end_has_passed_is_loud(pausing):
    injector = registry.make(replace(pausing.reset(), expires_at=time.time() - 5))
    with pytest.raises(InjectorError, match="is over by the server's clock"):
        injector.inject(injector.prepare())


def test_a_pause_without_an_end_is_refused(pausing):
    with pytest.raises(Refused, match="give the fault a duration"):
        registry.make(replace(pausing.reset(), expires_at=None)).prepare()


def test_somebody_elses_pause_is_neither_overwritten_nor_ended(pausing):
    injector = registry.make(pausing.reset())
    undo = injector.prepare()
    pausing.drift()
    with pytest.raises(Refused, match="paused by somebody else since"):
        injector.inject(undo)
    with pytest.raises(Refused, match="paused already, until 2100"):
        injector.prepare()


@pytest.mark.parametrize("ends", [1_800_000_000.0, 1_800_000_000.5, 1_800_000_000.123456, 4_000_000_000.000001])
def test_the_end_of_a_pause_is_written_as_the_server_repeats_it(pausing, ends):
    injector = registry.make(replace(pausing.reset(), expires_at=ends))
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)


# --- refused writes


def test_a_stream_refuses_a_real_write_while_a_real_read_works(refusing):
    injector = registry.make(refusing.reset())
    done(refusing.server, lambda streams: streams.publish("orders.new", b"basket"))
    undo = injector.prepare()
    injector.inject(undo)
    with pytest.raises(APIError, match="message size exceeds maximum allowed"):
        done(refusing.server, lambda streams: streams.publish("orders.new", b"another"))
    assert done(refusing.server, lambda streams: streams.get_msg("orders", seq=1)).data == b"basket"
    injector.revert(undo)
    done(refusing.server, lambda streams: streams.publish("orders.new", b"another"))


def test_a_bucket_refuses_put_and_delete_while_get_works(refusing):
    change = refusing.reset()

    async def create(streams: Any) -> None:
        bucket = await streams.create_key_value(bucket="stock")
        await bucket.put("apples", b"12")

    async def put(streams: Any) -> None:
        await (await streams.key_value("stock")).put("apples", b"11")

    async def delete(streams: Any) -> None:
        await (await streams.key_value("stock")).delete("apples")

    async def get(streams: Any) -> bytes:
        return (await (await streams.key_value("stock")).get("apples")).value

    done(refusing.server, create)
    edit(refusing.server, "KV_stock", metadata=LABEL)
    before = config_of(refusing.server, "KV_stock")
    injector = registry.make(replace(change, subject="KV_stock", parameters={"stream": "KV_stock"}))
    undo = injector.prepare()
    injector.inject(undo)
    for write in (put, delete):
        with pytest.raises(APIError):
            done(refusing.server, write)
    assert done(refusing.server, get) == b"12"
    injector.revert(undo)
    assert config_of(refusing.server, "KV_stock") == before
    done(refusing.server, put)
    assert done(refusing.server, get) == b"11"


def test_while_it_is_on_the_stream_carries_our_tag_and_what_was_there(refusing):
    edit_limit = 4096
    change = refusing.reset()
    edit(refusing.server, "orders", max_msg_size=edit_limit)
    before = config_of(refusing.server, "orders")
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    marks = config_of(refusing.server, "orders")["metadata"]
    assert (marks["gameday.tag"], marks["gameday.was"]) == (TAG, "4096")
    injector.revert(undo)
    assert config_of(refusing.server, "orders") == before


def test_responders_may_set_the_limit_by_hand_and_our_mark_goes_with_the_revert(refusing):
    for was, mended in ((-1, -1), (4096, 4096), (4096, 8192), (4096, -1)):
        change = refusing.reset()
        edit(refusing.server, "orders", max_msg_size=was)
        injector = registry.make(change)
        undo = injector.prepare()
        injector.inject(undo)
        edit(refusing.server, "orders", max_msg_size=mended)
        assert injector.inspect(undo) is State.CLEAR
        assert sweep.left_behind(change.target) == []
        injector.revert(undo)
        config = config_of(refusing.server, "orders")
        assert config["max_msg_size"] == mended
        assert not [key for key in config["metadata"] if key in ("gameday.tag", "gameday.was")]


def test_a_mark_that_responders_left_is_no_dirty_baseline_for_the_next_drill(refusing):
    change = refusing.reset()
    injector = registry.make(change)
    injector.inject(injector.prepare())
    edit(refusing.server, "orders", max_msg_size=-1)
    following = registry.make(replace(change, tag="gameday-8-0a1b2c"))
    undo = following.prepare()
    following.inject(undo)
    assert following.inspect(undo) is State.ACTIVE
    following.revert(undo)
    assert "gameday.tag" not in config_of(refusing.server, "orders")["metadata"]


def test_a_limit_smaller_than_it_was_is_drift(refusing):
    change = refusing.reset()
    edit(refusing.server, "orders", max_msg_size=4096)
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    edit(refusing.server, "orders", max_msg_size=100)
    assert injector.inspect(undo) is State.MIXED
    with pytest.raises(Drifted, match="set max_msg_size to 100, it was 4096: mend it by hand"):
        injector.revert(undo)


def test_a_stream_whose_mark_somebody_removed_is_still_ours_to_mend(refusing):
    injector = registry.make(refusing.reset())
    before = refusing.state()
    undo = injector.prepare()
    injector.inject(undo)
    edit(refusing.server, "orders", metadata={"team": "orders", **LABEL})
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    assert refusing.state() == before


def test_a_stream_changed_between_looking_and_injecting_is_refused(refusing):
    injector = registry.make(refusing.reset())
    undo = injector.prepare()
    edit(refusing.server, "orders", max_msg_size=4096)
    with pytest.raises(Refused, match="changed since it was looked at"):
        injector.inject(undo)


def test_a_mirror_would_not_feel_it_and_is_refused(refusing):
    change = refusing.reset()
    mirror = {"name": "copy", "mirror": {"name": "orders"}, "metadata": LABEL}
    assert "error" not in ask(refusing.server, "STREAM.CREATE.copy", mirror)
    with pytest.raises(Refused, match="would not be felt"):
        registry.make(replace(change, subject="copy", parameters={"stream": "copy"})).prepare()


def test_a_sweep_finds_what_was_left_behind_and_puts_it_back(refusing):
    change = refusing.reset()
    before = refusing.state()
    assert sweep.left_behind(change.target) == []
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    kind = registry.kind(change.kind)
    assert kind.sweep is registry.kind("nats.pause_consumer").sweep
    (left,) = sweep.left_behind(change.target)
    assert (left.owner, left.tag) == (injector.owner, TAG)
    sweep.remove(change.target, left)
    sweep.remove(change.target, left)
    assert refusing.state() == before
    refusing.vanish()
    sweep.remove(change.target, left)


def test_a_sweep_never_guesses_what_the_limit_was(refusing):
    change = refusing.reset()
    injector = registry.make(change)
    injector.inject(injector.prepare())
    edit(refusing.server, "orders", metadata={"gameday.tag": TAG})
    (left,) = sweep.left_behind(change.target)
    with pytest.raises(InjectorError, match="set it by hand"):
        sweep.remove(change.target, left)


def test_a_sweep_looks_at_every_page(refusing):
    change = refusing.reset()

    async def many(streams: Any) -> None:
        for number in range(300):
            await streams.add_stream(name=f"s{number:03}", subjects=[f"s{number:03}"], storage="memory")

    done(refusing.server, many)
    injector = registry.make(replace(change, subject="s299", parameters={"stream": "s299"}))
    edit(refusing.server, "s299", metadata=LABEL)
    injector.inject(injector.prepare())
    assert [left.handle["stream"] for left in sweep.left_behind(change.target)] == ["s299"]
    clean(refusing.server)


# --- accounts and rights

ACCOUNTS = """
accounts {
  SHOP {
    jetstream: enabled
    users: [
      {user: admin, password: all}
      {user: reader, password: canary-4711, permissions: {
        publish: ["$JS.API.STREAM.INFO.>", "$JS.API.CONSUMER.INFO.>"], subscribe: "_INBOX.>"}}
      {user: blind, password: canary-4711, permissions: {publish: "nothing", subscribe: "_INBOX.>"}}
    ]
  }
  BARE { users: [{user: bare, password: bare}] }
}
"""


@pytest.fixture(scope="module")
def guarded() -> Iterator[NatsServer]:
    with NatsServer(ACCOUNTS) as running:
        port = running.port
        running.url = f"nats://admin:all@127.0.0.1:{port}"
        yield running


@pytest.fixture(params=["pause_consumer", "refuse_writes"])
def protected(request, guarded, monkeypatch) -> Change:
    monkeypatch.setenv("SHOP_PASSWORD", "canary-4711")
    with NatsRelay(guarded.port) as relay:
        change = StreamWorld(guarded, relay, request.param).reset()
    return replace(change, target=account_of(guarded, "reader"))


def account_of(guarded: NatsServer, user: str) -> dict[str, Any]:
    url = f"nats://127.0.0.1:{guarded.port}"
    return {"url": url, "user": user, "password": {"env": "SHOP_PASSWORD"}}


def test_a_missing_right_to_revert_is_refused_before_the_way_in_and_at_once(protected):
    injector = registry.make(protected)
    undo = injector.prepare()
    began = time.monotonic()
    with pytest.raises(Refused, match="no right to ask") as raised:
        injector.prove(undo)
    assert time.monotonic() - began < 1
    assert "canary" not in str(raised.value)
    with pytest.raises(Refused, match="no right to ask"):
        injector.inject(undo)


def test_a_missing_right_to_look_is_refused(protected, guarded):
    with pytest.raises(Refused, match="no right to ask"):
        registry.make(replace(protected, target=account_of(guarded, "blind"))).prepare()


def test_an_account_that_is_unknown_is_refused_without_its_password(protected, guarded, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "canary-wrong")
    with pytest.raises(Refused, match="does not know this account") as raised:
        registry.make(replace(protected, target=account_of(guarded, "admin"))).prepare()
    assert "canary" not in str(raised.value)


def test_an_account_without_streams_is_told_so(protected, guarded, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "bare")
    with pytest.raises(InjectorError):
        registry.make(replace(protected, target=account_of(guarded, "bare"))).prepare()


def test_a_missing_secret_is_named_by_its_reference(protected, monkeypatch):
    monkeypatch.delenv("SHOP_PASSWORD")
    with pytest.raises(Refused, match="SHOP_PASSWORD"):
        registry.make(protected).prepare()


def test_credentials_that_are_not_there_are_refused(protected, tmp_path):
    target = {"url": protected.target["url"], "credentials": str(tmp_path / "no.creds")}
    with pytest.raises(Refused, match=r"no\.creds"):
        registry.make(replace(protected, target=target)).prepare()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"url": "http://127.0.0.1:4222"}, "write nats://HOST:PORT"),
        ({"url": "nats://shop:secret@127.0.0.1:4222"}, "leave the account out"),
        ({"url": "nats://127.0.0.1:99999"}, "write nats://HOST:PORT"),
        ({"url": "nats://h", "user": "shop"}, "`user:` with `password:`"),
        ({"url": "nats://h", "password": {"env": "P"}}, "`user:` with `password:`"),
        ({"url": "nats://h", "token": "canary"}, "never written here"),
        ({"url": "nats://h", "credentials": "shop.creds"}, "absolute"),
    ],
)
def test_settings_that_cannot_work_are_named(settings, said):
    with pytest.raises(InjectorError, match=said) as raised:
        rebuild(registry.kind("nats.refuse_writes").settings, settings)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("name", ["", "a b", "a.b", "a.>", "*", "a/b"])
def test_a_name_that_would_reach_another_subject_is_refused(name):
    with pytest.raises(InjectorError):
        rebuild(registry.kind("nats.refuse_writes").parameters, {"stream": name})
