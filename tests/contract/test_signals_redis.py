"""`redis.queue_*` and `rq.queue_*` tell what waits and since when, against the real server and RQ's own jobs."""

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from redis_server import RedisServer
from rq import Queue
from servers import free_port

from drills.signals import registry
from drills.signals.contract import Judgement, Probe, Reading, Unanswered
from injectors.contract import InjectorError
from injectors.values import rebuild

CANARY = "canary-51ad0e"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(server) -> None:
    server.do("FLUSHALL")


def probe(name: str, url: str, settings: Any = None, **asked: Any) -> Probe:
    """As gameday makes it."""
    found = registry.probe_kind(name)
    made = rebuild(found.settings, {"url": url, **(settings or {})})
    return found.make(made, rebuild(found.parameters, asked), rebuild(found.good, {"at_most": 2}))


def value(server: RedisServer, name: str, **asked: Any) -> Any:
    return probe(name, server.url, **asked).read(5).value


def message(sent_at: Any) -> str:
    return json.dumps({"what": CANARY, "headers": {"sent_at": sent_at}})


AGE = {"key": "orders", "time": "headers.sent_at"}


def test_a_list_is_as_deep_as_it_is_long_and_one_that_is_empty_is_not_there(server):
    seen = probe("redis.queue_depth", server.url, key="orders").read(5)
    assert (seen.value, seen.fields) == (0, {"type": "none"})
    server.do("LPUSH", "orders", "a", "b", "c")
    seen = probe("redis.queue_depth", server.url, key="orders").read(5)
    assert (seen.value, seen.fields) == (3, {"type": "list"})
    server.do("ZADD", "later", "1", "a")
    assert value(server, "redis.queue_depth", key="later") == 1


@pytest.mark.parametrize(
    "written", [float, int, str, lambda at: round(at * 1000), lambda at: datetime.fromtimestamp(at, UTC).isoformat()]
)
def test_a_list_is_as_old_as_its_oldest_message_says(server, written):
    assert value(server, "redis.queue_age", **AGE) == 0.0
    server.do("LPUSH", "orders", message(written(time.time() - 90)))
    server.do("LPUSH", "orders", message(written(time.time())))
    assert 89 < value(server, "redis.queue_age", **AGE) < 120
    assert value(server, "redis.queue_age", **AGE, oldest="left") < 30


@pytest.mark.parametrize(
    "held", ["no json", '{"a": 1}', '"text"', "[" * 5000, message("soon"), message(None), message(True)]
)
def test_a_message_without_a_time_is_no_answer_and_is_not_quoted(server, held):
    server.do("LPUSH", "orders", held)
    with pytest.raises(Unanswered, match="time") as nothing:
        probe("redis.queue_age", server.url, **AGE).read(5)
    assert CANARY not in str(nothing.value)


def test_a_list_whose_field_is_not_named_has_no_age(server):
    server.do("LPUSH", "orders", message(1))
    with pytest.raises(Unanswered, match="name the field that does with `time:`"):
        probe("redis.queue_age", server.url, key="orders").read(5)


def test_a_stream_is_as_old_as_its_first_entry_and_stays_when_it_is_empty(server):
    number = server.do("XADD", "orders", "*", "what", "pears")
    assert 0 <= value(server, "redis.queue_age", key="orders") < 60
    assert value(server, "redis.queue_depth", key="orders") == 1
    server.do("XDEL", "orders", number)
    assert value(server, "redis.queue_age", key="orders") == 0.0
    assert value(server, "redis.queue_depth", key="orders") == 0


def test_a_group_waits_for_what_it_has_not_acknowledged_handed_out_or_not(server):
    ago = round((time.time() - 100) * 1000)
    group = {"key": "orders", "group": "workers"}
    server.do("XGROUP", "CREATE", "orders", "workers", "0", "MKSTREAM")
    assert (value(server, "redis.queue_depth", **group), value(server, "redis.queue_age", **group)) == (0, 0.0)
    for number in (f"{ago}-0", f"{ago + 50_000}-0", f"{ago + 90_000}-0"):
        server.do("XADD", "orders", number, "what", "pears")
    server.do("XREADGROUP", "GROUP", "workers", "one", "COUNT", 2, "STREAMS", "orders", ">")
    seen = probe("redis.queue_depth", server.url, **group).read(5)
    assert (seen.value, seen.fields) == (3, {"undelivered": 1, "in_work": 2})
    assert 99 < value(server, "redis.queue_age", **group) < 140
    server.do("XACK", "orders", "workers", f"{ago}-0")
    assert 49 < value(server, "redis.queue_age", **group) < 90
    server.do("XACK", "orders", "workers", f"{ago + 50_000}-0")
    assert 9 < value(server, "redis.queue_age", **group) < 49


def test_a_stream_or_a_group_that_is_not_there_is_no_answer(server):
    for name in ("redis.queue_age", "redis.queue_depth"):
        with pytest.raises(Unanswered, match="there is no stream orders"):
            probe(name, server.url, key="orders", group="workers").read(5)
    server.do("XADD", "orders", "1-0", "what", "pears")
    with pytest.raises(Unanswered, match="has no group workers"):
        probe("redis.queue_age", server.url, key="orders", group="workers").read(5)
    with pytest.raises(Unanswered, match="its producer chooses them itself"):
        probe("redis.queue_age", server.url, key="orders").read(5)


def test_a_key_that_is_no_queue_is_no_answer(server):
    server.do("SET", "orders", "3")
    server.do("ZADD", "later", "1", "a")
    for name in ("redis.queue_age", "redis.queue_depth"):
        with pytest.raises(Unanswered, match="holds a string, which is no queue"):
            probe(name, server.url, key="orders").read(5)
    with pytest.raises(Unanswered, match="sorted set"):
        probe("redis.queue_age", server.url, key="later").read(5)


# --- RQ


def put(server: RedisServer, ago: float, *, at_front: bool = False) -> str:
    """Let RQ itself put a job in, and make it older."""
    with server.client() as client:
        client.connection_pool.connection_kwargs["decode_responses"] = False
        job = Queue("mails", connection=client).enqueue("time.sleep", 0, at_front=at_front)
    then = datetime.fromtimestamp(time.time() - ago, UTC)
    server.do("HSET", f"rq:job:{job.id}", "enqueued_at", then.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    return str(job.id)


def test_an_rq_queue_is_as_deep_and_old_as_its_jobs(server):
    first = put(server, 90)
    put(server, 10)
    seen = probe("rq.queue_depth", server.url, queue="mails").read(5)
    assert (seen.value, seen.fields) == (2, {"workers": 0, "suspended": False})
    assert 89 < value(server, "rq.queue_age", queue="mails") < 130
    server.do("LREM", "rq:queue:mails", 1, first)
    assert 9 < value(server, "rq.queue_age", queue="mails") < 50
    server.do("DEL", "rq:queue:mails")
    assert (value(server, "rq.queue_depth", queue="mails"), value(server, "rq.queue_age", queue="mails")) == (0, 0.0)


def test_a_job_that_was_put_at_the_front_does_not_make_the_queue_younger(server):
    put(server, 90)
    put(server, 0, at_front=True)
    assert 89 < value(server, "rq.queue_age", queue="mails") < 130


def test_what_rq_itself_writes_is_understood(server):
    with server.client() as client:
        client.connection_pool.connection_kwargs["decode_responses"] = False
        Queue("mails", connection=client).enqueue("time.sleep", 0)
    assert 0 <= value(server, "rq.queue_age", queue="mails") < 60


def test_a_queue_that_rq_does_not_know_and_jobs_without_a_time_are_no_answer(server):
    for name in ("rq.queue_age", "rq.queue_depth"):
        with pytest.raises(Unanswered, match="RQ knows no queue mails"):
            probe(name, server.url, queue="mails").read(5)
    job = put(server, 1)
    server.do("HDEL", f"rq:job:{job}", "enqueued_at")
    with pytest.raises(Unanswered, match="no job in mails says when"):
        probe("rq.queue_age", server.url, queue="mails").read(5)
    server.do("HSET", f"rq:job:{job}", "enqueued_at", CANARY)
    with pytest.raises(Unanswered, match="is no time that RQ writes") as nothing:
        probe("rq.queue_age", server.url, queue="mails").read(5)
    assert CANARY not in str(nothing.value)


# --- both


def test_depth_and_age_are_judged_by_number_and_unit():
    url = "redis://127.0.0.1:1"
    assert probe("redis.queue_depth", url, key="a").judge(Reading(2)) == Judgement(good=True, why="messages waiting 2")
    assert probe("rq.queue_depth", url, queue="a").judge(Reading(3)).why == "jobs waiting 3, wanted at most 2"
    for made, what in (
        (probe("redis.queue_age", url, key="a"), "message"),
        (probe("rq.queue_age", url, queue="a"), "job"),
    ):
        assert made.judge(Reading(2.5)).why == f"the oldest {what} has waited 2.5 s, wanted at most 2"


CASES = {
    "redis.queue_depth": {"key": "orders"},
    "redis.queue_age": AGE,
    "rq.queue_depth": {"queue": "mails"},
    "rq.queue_age": {"queue": "mails"},
}


@pytest.mark.parametrize("name", CASES)
class TestNothingIsKnown:
    """Each of these is `Unanswered`, never a 0."""

    def said(self, name: str, url: str, timeout: float = 5, **settings: Any) -> str:
        with pytest.raises(Unanswered) as nothing:
            probe(name, url, settings, **CASES[name]).read(timeout)
        return str(nothing.value)

    def test_when_nobody_listens(self, name):
        assert "cannot be asked" in self.said(name, f"redis://127.0.0.1:{free_port()}")

    def test_of_a_name_that_does_not_resolve(self, name):
        assert "does not resolve" in self.said(name, "redis://no-such-host.invalid")

    def test_when_the_server_hangs_and_no_longer_than_the_timeout(self, name):
        with RedisServer() as own:
            assert own.process is not None
            os.kill(own.process.pid, signal.SIGSTOP)
            began = time.monotonic()
            assert "cannot be asked" in self.said(name, own.url, timeout=0.5)
            assert time.monotonic() - began < 5

    def test_with_a_wrong_password_or_too_few_rights_which_is_not_told(self, server, name, monkeypatch):
        monkeypatch.setenv("QUEUE_PASSWORD", CANARY)
        account = {"user": "probe", "password": {"env": "QUEUE_PASSWORD"}}
        assert "does not know this account" in (said := self.said(name, server.url, **account))
        server.do("ACL", "SETUSER", "probe", "reset", "on", f">{CANARY}", "+client|setname")
        try:
            assert "no right to" in (denied := self.said(name, server.url, **account))
        finally:
            server.do("ACL", "DELUSER", "probe")
        assert CANARY not in said + denied


def test_exactly_the_rights_on_the_page_are_enough(server, monkeypatch):
    monkeypatch.setenv("QUEUE_PASSWORD", CANARY)
    put(server, 5)
    server.do("LPUSH", "orders", message(time.time()))
    server.do("XGROUP", "CREATE", "stream", "workers", "0", "MKSTREAM")
    rights = (
        "~orders ~stream ~rq:* +client|setname +type +llen +xlen +zcard +lindex +xrange +xinfo|groups +xpending +time"
    )
    rq = "+lrange +hget +sismember +scard +exists"
    server.do("ACL", "SETUSER", "probe", "reset", "on", f">{CANARY}", *rights.split(), *rq.split())
    try:
        for name, asked in [*CASES.items(), ("redis.queue_age", {"key": "stream", "group": "workers"})]:
            account = {"user": "probe", "password": {"env": "QUEUE_PASSWORD"}}
            assert probe(name, server.url, account, **asked).read(5).value >= 0
    finally:
        server.do("ACL", "DELUSER", "probe")


def test_a_group_and_a_field_of_a_list_are_not_asked_together():
    with pytest.raises(InjectorError, match="`time:` is for a list"):
        rebuild(registry.probe_kind("redis.queue_age").parameters, {"key": "a", "group": "b", "time": "c"})
