"""RQ's workers are suspended and resumed: real workers as processes, on a real Redis behind a relay that can cut."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from redis_server import RedisRelay, RedisServer
from rq import Queue
from rq.suspension import is_suspended
from rq_workers import RqWorker
from servers import wait_until

from injectors import registry
from injectors.contract import Change, Drifted, InjectorError, Proving, Refused, State
from injectors.redis import sweep
from injectors.testing import STEPS, check_injector

TAG = "gameday-7-0a1b2c"
GONE = "a server that does not answer is out of reach, never gone"


class QueueWorld:
    """A Redis on which RQ's workers are known, reached through a relay that can cut."""

    patience = 6.0
    secrets = ()
    cannot = {"vanished": GONE, "vanished_before_inject": GONE}  # noqa: RUF012 - nobody changes it

    def __init__(self, server: RedisServer, relay: RedisRelay) -> None:
        self.server = server
        self.relay = relay

    def reset(self, label: str | None = "staging") -> Change:
        self.relay.cut_at(0, reply_lost=False)
        self.server.do("DEL", "rq:suspended", "gameday:consent", "theirs")
        if label is not None:
            self.server.do("SET", "gameday:consent", label)
        target = {"url": self.relay.url, "timeout": 2.0}
        (subject,) = registry.kind("rq.suspend").subjects(target, {})
        return Change("one", "rq.suspend", subject, TAG, target=target, expires_at=time.time() + 60)

    def unconsented(self) -> Change:
        return self.reset(label=None)

    def state(self) -> Any:
        return {key: self.server.do("GET", key) for key in ("rq:suspended", "gameday:consent", "theirs")}

    def writes(self) -> int:
        return self.relay.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.relay.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.relay.silence()

    def vanish(self) -> None:
        raise NotImplementedError

    def replace(self) -> None:
        self.server.do("DEL", "rq:suspended")
        self.server.do("SET", "theirs", "new")

    def foreign(self) -> None:
        self.server.do("SET", "theirs", "1")

    def drift(self) -> None:
        self.server.do("SET", "rq:suspended", "1")

    def mend(self) -> None:
        self.server.do("DEL", "rq:suspended")


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as running, RqWorker(running):
        yield running


@pytest.fixture
def world(server) -> Iterator[QueueWorld]:
    with RedisRelay(server.port) as relay:
        yield QueueWorld(server, relay)


def test_it_keeps_the_contract(world):
    report = check_injector(registry.make, world)
    assert report.cannot == world.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def waiting(server: RedisServer) -> int:
    return int(server.do("LLEN", "rq:queue:mails"))


def put(server: RedisServer) -> str:
    with server.client() as client:
        client.connection_pool.connection_kwargs["decode_responses"] = False
        return str(Queue("mails", connection=client).enqueue("time.sleep", 0).id)


def done(server: RedisServer, job: str) -> bool:
    return server.do("HGET", f"rq:job:{job}", "status") == "finished"


def test_a_real_worker_takes_no_job_while_it_is_on_and_every_job_afterwards(world):
    change = world.reset()
    first = put(world.server)
    wait_until(lambda: done(world.server, first), "the worker works", 30)
    injector = registry.make(change)
    undo = injector.prepare()
    injector.prove(undo) if isinstance(injector, Proving) else pytest.fail("the way back is not proved")
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    with world.server.client() as client:
        assert is_suspended(client), "RQ itself says so"
    (worker,) = world.server.do("SMEMBERS", "rq:workers")
    # A worker that waits for a job when it is suspended may take one more; from then on it takes none.
    taken = put(world.server)
    wait_until(lambda: world.server.do("HGET", worker, "state") == "suspended", "the worker knows", 60)
    late = put(world.server)
    assert waiting(world.server) >= 1
    injector.revert(undo)
    wait_until(lambda: done(world.server, taken) and done(world.server, late), "all jobs are done", 60)


def test_redis_itself_ends_a_suspension_that_nobody_reverts(world):
    injector = registry.make(replace(world.reset(), expires_at=time.time() + 1))
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    wait_until(lambda: injector.inspect(undo) is State.CLEAR, "it is over")
    assert world.state()["rq:suspended"] is None


def test_one_without_an_end_or_whose_end_has_passed_is_never_made(world):
    with pytest.raises(Refused, match="give the fault a duration"):
        registry.make(replace(world.reset(), expires_at=None)).prepare()
    injector = registry.make(replace(world.reset(), expires_at=time.time() - 5))
    with pytest.raises(InjectorError, match="is over by the server's clock"):
        injector.inject(injector.prepare())


def test_somebody_elses_suspension_is_neither_taken_for_ours_nor_ended(world):
    injector = registry.make(world.reset())
    undo = injector.prepare()
    world.drift()
    with pytest.raises(Refused, match="suspended by somebody else since"):
        injector.inject(undo)
    with pytest.raises(Refused, match="is suspended already"):
        injector.prepare()
    with pytest.raises(Drifted, match="rq resume"):
        injector.revert(undo)
    assert sweep.left_behind(world.reset().target) == []


def test_a_redis_without_workers_would_not_feel_it_and_is_refused():
    with RedisServer() as own, RedisRelay(own.port) as relay:
        change = QueueWorld(own, relay).reset()
        with pytest.raises(Refused, match="has no worker"):
            registry.make(change).prepare()


def test_a_sweep_finds_it_and_ends_it(world):
    change = world.reset()
    injector = registry.make(change)
    injector.inject(injector.prepare())
    (left,) = sweep.left_behind(change.target)
    assert (left.owner, left.tag) == (injector.owner, TAG)
    sweep.remove(change.target, left)
    assert world.state()["rq:suspended"] is None
    world.drift()
    sweep.remove(change.target, left)
    assert world.state()["rq:suspended"] == "1"


def test_exactly_the_rights_on_the_page_are_enough(world, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "canary-4711")
    change = world.reset()
    rights = "~gameday:* ~rq:* +client|setname +get +set +del +eval +scard"
    world.server.do("ACL", "SETUSER", "drills", "reset", "on", ">canary-4711", *rights.split())
    try:
        account = {**change.target, "user": "drills", "password": {"env": "SHOP_PASSWORD"}}
        injector = registry.make(replace(change, target=account))
        undo = injector.prepare()
        injector.prove(undo)
        injector.inject(undo)
        assert injector.inspect(undo) is State.ACTIVE
        injector.revert(undo)
        assert injector.inspect(undo) is State.CLEAR
    finally:
        world.server.do("ACL", "DELUSER", "drills")
