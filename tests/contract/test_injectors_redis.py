"""Every fault of a Redis server keeps the contract, against the real server behind a relay that can cut."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Self

import pytest
import redis
from redis_server import RedisRelay, RedisServer
from servers import free_port, wait_until

from injectors import registry
from injectors.contract import Change, Drifted, Fleeting, InjectorError, Proving, Refused, State, Unreachable
from injectors.redis import sweep
from injectors.testing import STEPS, check_injector
from injectors.values import rebuild

TAG = "gameday-7-0a1b2c"
PARAMETERS = {"kill_clients": {"name": "shop-*"}}
GONE = "a server that does not answer is out of reach, never gone"
CANNOT = {
    "pause_clients": {
        "vanished": GONE,
        "vanished_before_inject": GONE,
        "drift": "Redis tells nobody whose pause it is, nor until when",
    },
    "refuse_writes": {"vanished": GONE, "vanished_before_inject": GONE},
    "kill_clients": {
        "vanished": GONE,
        "vanished_before_inject": GONE,
        "dirty_baseline": "a client that was cut off has connected again: the baseline is clean",
        "drift": "a client is connected or not, there is no third value",
    },
}


class ShopClients:
    """Two clients that connect again as soon as they are cut off, as a pool does."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._stay, args=(f"shop-{number}",)) for number in (1, 2)]

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._threads:
            each.join(10)

    def _stay(self, name: str) -> None:
        with self.server.client(client_name=name) as client:
            while not self._ended.wait(0.02):
                with contextlib.suppress(redis.RedisError):
                    client.ping()


class ServerWorld:
    """A real server, reached through a relay that can cut."""

    patience = 8.0
    secrets = ()

    def __init__(self, server: RedisServer, relay: RedisRelay, fault: str) -> None:
        self.server = server
        self.relay = relay
        self.fault = fault
        self.cannot = CANNOT[fault]

    def reset(self, label: str | None = "staging") -> Change:
        self.relay.cut_at(0, reply_lost=False)
        self._fresh()
        if label is not None:
            self.server.do("SET", "gameday:consent", label)
        target = {"url": self.relay.url, "timeout": 2.0}
        kind, parameters = f"redis.{self.fault}", PARAMETERS.get(self.fault, {})
        if self.fault == "kill_clients":
            wait_until(lambda: len(self._clients()) == 2, "both clients are there")
        subject = registry.kind(kind).subjects(target, parameters)[0]
        return Change("one", kind, subject, TAG, target=target, parameters=parameters, expires_at=time.time() + 60)

    def _fresh(self) -> None:
        self.server.do("CLIENT", "UNPAUSE")
        self.server.do("CONFIG", "SET", "min-replicas-to-write", "0")
        self.server.do("CONFIG", "SET", "maxmemory-samples", "5")
        self.server.do("FLUSHALL")
        self.server.do("SET", "basket", "apples")

    def unconsented(self) -> Change:
        return self.reset(label=None)

    def state(self) -> Any:
        if self.fault == "kill_clients":  # who was cut off comes back by himself, sooner or later
            wait_until(lambda: len(self._clients()) == 2, "both clients are there")
        keys = sorted(self.server.do("KEYS", "*"))
        held = {key: self.server.do("GET", key) for key in keys}
        settings = [self.server.do("CONFIG", "GET", name) for name in ("min-replicas-*", "maxmemory*")]
        return held, settings, self.paused(), self._clients() if self.fault == "kill_clients" else None

    def paused(self) -> bool:
        """Send what a pause holds, and see from another connection whether it is held: no wait decides."""
        with self.server.client() as one, self.server.client() as two:
            line = one.connection_pool.get_connection()
            line.send_command("CLIENT", "ID")
            number = line.read_response()
            line.send_command("PFCOUNT", "never-there")
            while not line.can_read(timeout=0):
                if "b" in two.client_list(client_id=[number])[0]["flags"]:
                    line.disconnect()
                    return True
            line.disconnect()
            return False

    def _clients(self) -> list[str]:
        with self.server.client() as client:
            return sorted(each["name"] for each in client.client_list() if each["name"].startswith("shop-"))

    def writes(self) -> int:
        return self.relay.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.relay.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.relay.silence()

    def vanish(self) -> None:
        raise NotImplementedError

    def replace(self) -> None:
        self._fresh()
        self.server.do("SET", "again", "yes")
        if self.fault == "kill_clients":
            wait_until(lambda: len(self._clients()) == 2, "both clients are there")

    def foreign(self) -> None:
        self.server.do("CONFIG", "SET", "maxmemory-samples", "7")

    def drift(self) -> None:
        self.server.do("CONFIG", "SET", "min-replicas-to-write", "3")

    def mend(self) -> None:
        """Let clients write again, and remove what was strange."""
        self.server.do("CLIENT", "UNPAUSE")
        self.server.do("CONFIG", "SET", "min-replicas-to-write", "0")
        for key in self.server.do("KEYS", "gameday:*"):
            if key != "gameday:consent":
                self.server.do("DEL", key)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as running:
        yield running


@pytest.fixture(scope="module")
def relay(server) -> Iterator[RedisRelay]:
    with RedisRelay(server.port) as between:
        yield between


@pytest.fixture
def shop(server) -> Iterator[None]:
    with ShopClients(server):
        yield


@pytest.fixture(params=list(CANNOT))
def any_fault(request, server, relay, shop) -> ServerWorld:  # noqa: ARG001
    return ServerWorld(server, relay, request.param)


@pytest.fixture
def pausing(server, relay) -> ServerWorld:
    return ServerWorld(server, relay, "pause_clients")


@pytest.fixture
def refusing(server, relay) -> ServerWorld:
    return ServerWorld(server, relay, "refuse_writes")


@pytest.fixture
def killing(server, relay, shop) -> ServerWorld:  # noqa: ARG001
    return ServerWorld(server, relay, "kill_clients")


def test_every_fault_keeps_the_contract(any_fault):
    report = check_injector(registry.make, any_fault)
    assert report.cannot == any_fault.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def test_the_refusal_says_how_to_give_consent(any_fault):
    with pytest.raises(Refused, match="redis-cli SET gameday:consent staging"):
        registry.make(any_fault.unconsented()).prepare()
    with pytest.raises(Refused, match="another environment, 'production'"):
        registry.make(any_fault.reset("production")).prepare()
    told = rf'write `consent: \["10.0.0.1:6379", "127.0.0.1:{any_fault.relay.port}"\]`'
    with pytest.raises(Refused, match="in the `consent:` list") as refused:
        registry.make(replace(any_fault.reset(), consent=("10.0.0.1:6379",))).prepare()
    assert f'"127.0.0.1:{any_fault.relay.port}"' in str(refused.value), told
    registry.make(replace(any_fault.reset(), consent=(f"127.0.0.1:{any_fault.relay.port}",))).prepare()


def test_an_undo_of_a_newer_version_is_never_guessed(any_fault):
    injector = registry.make(any_fault.reset())
    undo = replace(injector.prepare(), version=2)
    for verb in (injector.revert, injector.inspect, injector.inject):
        with pytest.raises(InjectorError, match="newer gameday"):
            verb(undo)


@pytest.mark.parametrize("fault", ["pause_clients", "refuse_writes"])
class TestOfTheWholeServer:
    """What holds of both faults that stay until they are reverted."""

    def test_the_right_to_revert_is_proved_without_a_change(self, server, relay, fault):
        world = ServerWorld(server, relay, fault)
        injector = registry.make(world.reset())
        undo, before = injector.prepare(), world.state()
        assert isinstance(injector, Proving)
        injector.prove(undo)
        assert world.state() == before

    def test_a_server_that_was_restarted_is_out_of_reach_and_then_clear(self, fault):
        with RedisServer() as own, RedisRelay(own.port) as between:
            world = ServerWorld(own, between, fault)
            injector = registry.make(world.reset())
            undo = injector.prepare()
            injector.inject(undo)
            own.stop()
            for verb in (injector.inspect, injector.revert):
                with pytest.raises(Unreachable, match="cannot be asked"):
                    verb(undo)
            own.start()
            assert injector.inspect(undo) is State.CLEAR
            injector.revert(undo)
            assert own.do("KEYS", "*") == []

    def test_a_server_that_hangs_is_out_of_reach_within_the_timeout(self, fault):
        with RedisServer() as own, RedisRelay(own.port) as between:
            world = ServerWorld(own, between, fault)
            change = world.reset()
            undo = registry.make(change).prepare()
            injector = registry.make(replace(change, target={**change.target, "timeout": 0.3}))
            assert own.process is not None
            os.kill(own.process.pid, signal.SIGSTOP)
            began = time.monotonic()
            with pytest.raises(Unreachable, match="TimeoutError"):
                injector.inspect(undo)
            assert time.monotonic() - began < injector.call_limit

    def test_a_replica_is_refused(self, server, relay, fault):
        change = ServerWorld(server, relay, fault).reset()
        with RedisServer("--replicaof", "127.0.0.1", str(server.port)) as copy:
            wait_until(lambda: copy.do("GET", "gameday:consent") == "staging", "the replica has a copy")
            with pytest.raises(Refused, match="name its primary"):
                registry.make(replace(change, target={"url": copy.url})).prepare()

    def test_a_sweep_finds_what_was_left_behind_and_ends_it(self, server, relay, fault):
        world = ServerWorld(server, relay, fault)
        change = world.reset()
        before = world.state()
        assert sweep.left_behind(change.target) == []
        injector = registry.make(change)
        injector.inject(injector.prepare())
        (left,) = sweep.left_behind(change.target)
        assert (left.owner, left.tag) == (injector.owner, TAG)
        assert registry.kind(change.kind).sweep is sweep
        sweep.remove(change.target, left)
        sweep.remove(change.target, left)
        assert world.state() == before

    def test_the_mark_alone_is_no_fault_and_no_dirty_baseline(self, server, relay, fault):
        world = ServerWorld(server, relay, fault)
        change = world.reset()
        injector = registry.make(change)
        undo = injector.prepare()
        injector.inject(undo)
        server.do("CLIENT", "UNPAUSE")
        server.do("CONFIG", "SET", "min-replicas-to-write", "0")
        assert injector.inspect(undo) is State.CLEAR
        assert sweep.left_behind(change.target) == []
        following = registry.make(replace(change, tag="gameday-8-0a1b2c"))
        next_undo = following.prepare()
        following.inject(next_undo)
        injector.revert(undo)
        assert following.inspect(next_undo) is State.ACTIVE, (
            "the first drill's late revert leaves the second one's alone"
        )
        following.revert(next_undo)
        assert server.do("KEYS", f"gameday:{fault}") == []


# --- a pause


def held_write(server: RedisServer) -> bool:
    with server.client() as client:
        client.connection_pool.connection_kwargs["socket_timeout"] = 0.3
        try:
            client.set("basket", "pears")
        except redis.TimeoutError:
            return True
    return False


def test_a_write_waits_for_its_answer_while_a_read_gets_its_own(pausing):
    injector = registry.make(pausing.reset())
    undo = injector.prepare()
    injector.inject(undo)
    assert held_write(pausing.server)
    assert pausing.server.do("GET", "basket") == "apples"
    injector.revert(undo)
    assert pausing.server.do("SET", "basket", "pears")


def test_the_server_itself_ends_a_pause_that_nobody_reverts_and_its_mark_goes_too(pausing):
    before = (pausing.reset(), pausing.state())[1]
    injector = registry.make(replace(pausing.reset(), expires_at=time.time() + 1.5))
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    wait_until(lambda: injector.inspect(undo) is State.CLEAR, "the pause is over", 10)
    wait_until(lambda: pausing.state() == before, "nothing is left", 5)


def test_a_pause_without_an_end_or_whose_end_has_passed_is_never_made(pausing):
    with pytest.raises(Refused, match="give the fault a duration"):
        registry.make(replace(pausing.reset(), expires_at=None)).prepare()
    injector = registry.make(replace(pausing.reset(), expires_at=time.time() - 5))
    with pytest.raises(InjectorError, match="is over by the server's clock"):
        injector.inject(injector.prepare())


def test_somebody_elses_pause_is_neither_taken_for_ours_nor_ended(pausing):
    injector = registry.make(pausing.reset())
    undo = injector.prepare()
    pausing.server.do("CLIENT", "PAUSE", 60000, "WRITE")
    with pytest.raises(Refused, match="paused by somebody else since"):
        injector.inject(undo)
    with pytest.raises(Refused, match="is paused already"):
        injector.prepare()
    assert injector.inspect(undo) is State.CLEAR
    with pytest.raises(Refused, match="paused by somebody else since"):
        injector.prove(undo)
    injector.revert(undo)
    assert pausing.paused()
    pausing.server.do("CLIENT", "UNPAUSE")


def test_somebody_elses_pause_of_everything_makes_it_out_of_reach(pausing):
    change = pausing.reset()
    undo = registry.make(change).prepare()
    impatient = registry.make(replace(change, target={**change.target, "timeout": 0.3}))
    pausing.server.do("CLIENT", "PAUSE", 3000, "ALL")
    with pytest.raises(Unreachable):
        impatient.inspect(undo)
    pausing.server.do("PING")
    assert registry.make(change).inspect(undo) is State.CLEAR


# --- refused writes


def test_a_write_is_refused_while_a_read_is_answered(refusing):
    injector = registry.make(refusing.reset())
    undo = injector.prepare()
    injector.inject(undo)
    with pytest.raises(redis.ResponseError, match="NOREPLICAS"):
        refusing.server.do("SET", "basket", "pears")
    assert refusing.server.do("GET", "basket") == "apples"
    injector.revert(undo)
    refusing.server.do("SET", "basket", "pears")


def test_the_value_that_was_there_is_put_back_and_stands_beside_the_tag(refusing):
    change = refusing.reset()
    with RedisServer("--replicaof", "127.0.0.1", str(refusing.server.port)) as copy:
        wait_until(lambda: copy.do("GET", "basket") == "apples", "the replica has a copy")
        refusing.server.do("CONFIG", "SET", "min-replicas-to-write", "1")
        injector = registry.make(change)
        undo = injector.prepare()
        injector.inject(undo)
        assert refusing.server.do("GET", "gameday:refuse_writes") == f"{TAG}.one 1"
        injector.revert(undo)
        assert refusing.server.do("CONFIG", "GET", "min-replicas-to-write")["min-replicas-to-write"] == "1"
        assert refusing.server.do("SET", "basket", "pears")
    refusing.server.do("CONFIG", "SET", "min-replicas-to-write", "0")


def test_a_third_value_is_drift_and_shown_with_both(refusing):
    injector = registry.make(refusing.reset())
    undo = injector.prepare()
    injector.inject(undo)
    refusing.drift()
    assert injector.inspect(undo) is State.MIXED
    with pytest.raises(Drifted, match="set min-replicas-to-write to 3, it was 0: mend it by hand"):
        injector.revert(undo)


def test_a_server_whose_mark_is_lost_is_still_ours_to_mend(refusing):
    injector = registry.make(refusing.reset())
    undo = injector.prepare()
    injector.inject(undo)
    refusing.server.do("CONFIG", "SET", "min-replicas-to-write", "0")
    refusing.server.do("DEL", "gameday:refuse_writes")
    refusing.server.do("CONFIG", "SET", "min-replicas-to-write", "1000000")
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    assert refusing.server.do("CONFIG", "GET", "min-replicas-to-write")["min-replicas-to-write"] == "0"


def test_a_server_changed_since_it_was_looked_at_or_that_would_not_feel_it_is_refused(refusing):
    injector = registry.make(refusing.reset())
    undo = injector.prepare()
    refusing.server.do("CONFIG", "SET", "min-replicas-to-write", "1")
    with pytest.raises(Refused, match="changed since it was looked at"):
        injector.inject(undo)
    refusing.reset()
    refusing.server.do("CONFIG", "SET", "min-replicas-max-lag", "0")
    try:
        with pytest.raises(Refused, match="turns min-replicas-to-write off"):
            injector.prepare()
    finally:
        refusing.server.do("CONFIG", "SET", "min-replicas-max-lag", "10")


def test_a_sweep_never_guesses_what_the_value_was(refusing):
    change = refusing.reset()
    injector = registry.make(change)
    refusing.server.do("SET", "gameday:refuse_writes", f"{TAG}.one")
    refusing.server.do("CONFIG", "SET", "min-replicas-to-write", "1000000")
    (left,) = sweep.left_behind(change.target)
    with pytest.raises(InjectorError, match="set it by hand"):
        sweep.remove(change.target, left)
    assert injector.owner == left.owner


# --- clients that are cut off


def test_a_client_is_cut_off_and_comes_back_and_the_others_stay(killing):
    change = killing.reset()
    kind = registry.kind("redis.kill_clients")
    pool = kind.subjects(change.target, change.parameters)
    assert sorted(each.split(" ")[2] for each in pool) == ["shop-1", "shop-2"]
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    assert isinstance(injector, Fleeting)
    wait_until(lambda: injector.happened(undo) and injector.inspect(undo) is State.CLEAR, "it is cut off and back")
    now = kind.subjects(change.target, change.parameters)
    assert change.subject not in now
    assert set(now) & set(pool) == set(pool) - {change.subject}


def test_a_client_that_stays_away_keeps_the_fault_on(server, relay):
    world = ServerWorld(server, relay, "refuse_writes")
    target = world.reset().target
    with server.client(client_name="cart") as client:
        client.ping()
        kind = registry.kind("redis.kill_clients")
        (subject,) = kind.subjects(target, {"name": "cart"})
        change = Change("one", kind.name, subject, TAG, target=target, parameters={"name": "cart"})
        injector = registry.make(change)
        undo = injector.prepare()
        injector.inject(undo)
        assert injector.inspect(undo) is State.ACTIVE
        client.ping()
        assert injector.inspect(undo) is State.CLEAR
        with pytest.raises(Refused, match="has left since it was chosen"):
            injector.prepare()


def test_clients_are_chosen_by_name_address_user_and_type_and_never_gamedays_own(server, relay):
    target = ServerWorld(server, relay, "refuse_writes").reset().target
    kind = registry.kind("redis.kill_clients")
    with (
        server.client(client_name="cart") as one,
        server.client(client_name="gameday") as two,
        server.client() as three,
    ):
        for each in (one, two):
            each.ping()
        listening = three.pubsub()
        listening.subscribe("news")
        listening.get_message(timeout=5)
        assert [each.split(" ")[-1] for each in kind.subjects(target, {"name": "c*t"})] == ["cart"]
        assert kind.subjects(target, {"name": "cart", "address": "10.*"}) == []
        assert len(kind.subjects(target, {"address": "127.0.0.1:*", "name": "cart", "user": "default"})) == 1
        assert len(kind.subjects(target, {"type": "pubsub"})) == 1
        assert not [each for each in kind.subjects(target, {"address": "*"}) if "gameday" in each]
        listening.close()
    with pytest.raises(InjectorError, match="say whose connections"):
        rebuild(kind.parameters, {})


# --- accounts and rights

ACL = {
    "pause_clients": "+get +set +del +time +info +pfcount +client|id +client|list +client|pause +client|unpause",
    "refuse_writes": "+get +set +del +info +config|get +config|set",
    "kill_clients": "+get +info +client|list +client|kill",
}
CANARY = "canary-4711"


@pytest.fixture
def account(server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", CANARY)
    yield lambda rights: server.do("ACL", "SETUSER", "drills", "reset", "on", f">{CANARY}", *rights.split())
    server.do("ACL", "DELUSER", "drills")


def allowed(fault: str) -> str:
    return f"~gameday:* +client|setname {ACL[fault]}"


def test_exactly_the_rights_on_the_page_are_enough(any_fault, account):
    account(allowed(any_fault.fault))
    change = any_fault.reset()
    mine = replace(change, target={**change.target, "user": "drills", "password": {"env": "SHOP_PASSWORD"}})
    injector = registry.make(mine)
    before = any_fault.state()
    undo = injector.prepare()
    assert injector.inspect(undo) is State.CLEAR
    if isinstance(injector, Proving):
        injector.prove(undo)
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE or (isinstance(injector, Fleeting) and injector.happened(undo))
    injector.revert(undo)
    wait_until(lambda: any_fault.state() == before, "it is as it was")


@pytest.mark.parametrize("fault", ["pause_clients", "refuse_writes"])
def test_a_missing_right_to_revert_is_refused_before_the_way_in(server, relay, account, fault):
    account(allowed(fault).replace("+client|unpause", "").replace("+config|set", ""))
    change = ServerWorld(server, relay, fault).reset()
    mine = replace(change, target={**change.target, "user": "drills", "password": {"env": "SHOP_PASSWORD"}})
    injector = registry.make(mine)
    undo = injector.prepare()
    with pytest.raises(Refused, match=r"no right to (CLIENT UNPAUSE|CONFIG SET)"):
        injector.prove(undo)


def test_an_account_that_is_unknown_is_refused_without_its_password(pausing, account, monkeypatch):  # noqa: ARG001
    change = pausing.reset()
    mine = replace(change, target={**change.target, "user": "nobody", "password": {"env": "SHOP_PASSWORD"}})
    with pytest.raises(Refused, match="does not know this account") as refused:
        registry.make(mine).prepare()
    assert CANARY not in str(refused.value)
    monkeypatch.delenv("SHOP_PASSWORD")
    with pytest.raises(Refused, match="export SHOP_PASSWORD"):
        registry.make(mine).prepare()


def test_nobody_there_and_no_such_name_are_out_of_reach(pausing):
    change = pausing.reset()
    for url, said in ((f"redis://127.0.0.1:{free_port()}", "cannot be asked"), ("redis://no-such.invalid", "resolve")):
        with pytest.raises(Unreachable, match=said):
            registry.make(replace(change, target={"url": url})).prepare()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"url": "http://127.0.0.1:6379"}, "write redis://HOST:PORT"),
        ({"url": "redis://shop:secret@127.0.0.1"}, "leave the account out"),
        ({"url": "redis://127.0.0.1:99999"}, "write redis://HOST:PORT"),
        ({"url": "redis://h/zero"}, "write redis://HOST:PORT"),
        ({"url": "redis://h", "user": "shop"}, "write `password:` beside"),
        ({"url": "redis://h", "password": CANARY}, "never written here"),
        ({"url": "redis://h", "ca": "ca.pem"}, "absolute"),
    ],
)
def test_settings_that_cannot_work_are_named(settings, said):
    with pytest.raises(InjectorError, match=said) as raised:
        rebuild(registry.kind("redis.refuse_writes").settings, settings)
    assert CANARY not in str(raised.value)
