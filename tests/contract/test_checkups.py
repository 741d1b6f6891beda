"""What `gameday doctor` says of a real Redis: well, without consent, without rights, a replica, away."""

import time
from typing import Any

import pytest
from redis_server import RedisServer

from injectors import registry
from injectors.contract import Found, Unreachable, Visit


@pytest.fixture(scope="module")
def server():
    with RedisServer() as running:
        yield running


def seen(url: str, consent: tuple[str, ...] = (), **settings: Any) -> dict[str, tuple[Found, str, str]]:
    """What -> (found, said, type), as the doctor gets it."""
    checkup = registry.kind("redis.pause_clients").checkup
    assert checkup is not None
    visit = Visit("staging", {"url": url, **settings}, consent, time.time)
    return {each.what: (each.found, each.said, each.type) for each in checkup.findings(visit)}


def test_one_that_is_well_is_ok_in_everything_and_its_clock_is_bounded(server):
    server.do("SET", "gameday:consent", "staging")
    found = seen(server.url)
    assert {what: each[0] for what, each in found.items()} == dict.fromkeys(
        ("answers", "consent", "permission", "clock"), Found.OK
    )
    assert found["clock"][1].startswith("its clock is ours, to within ")
    assert server.do("KEYS", "*") == ["gameday:consent"], "it only looks"


def test_without_its_key_or_its_name_on_the_list_it_is_told_what_to_type(server):
    server.do("DEL", "gameday:consent")
    assert seen(server.url)["consent"][::2] == (Found.NOT_OK, "redis-cli SET gameday:consent staging")
    server.do("SET", "gameday:consent", "production")
    assert "another environment" in seen(server.url)["consent"][1]
    assert f'consent: ["127.0.0.1:{server.port}"]' in seen(server.url, ("elsewhere:6379",))["consent"][2]


def test_a_right_that_is_missing_is_named_with_what_gives_it(server, monkeypatch):
    monkeypatch.setenv("REDIS_LOOKER", "canary-0f1e")
    server.do("ACL", "SETUSER", "looker", "on", ">canary-0f1e", "~*", "+@all", "-client|pause")
    account = {"user": "looker", "password": {"env": "REDIS_LOOKER"}}
    found = seen(server.url, **account)["permission"]
    assert found == (Found.NOT_OK, "looker may not CLIENT PAUSE", "ACL SETUSER looker +client|pause")
    server.do("ACL", "SETUSER", "looker", "-acl")
    assert seen(server.url, **account)["permission"][0] is Found.CANT_TELL


def test_a_replica_is_no_target(server):
    with RedisServer("--replicaof", "127.0.0.1", str(server.port)) as replica:
        assert seen(replica.url)["answers"][0] is Found.NOT_OK


def test_one_that_is_away_is_unreachable():
    with RedisServer() as gone:
        pass
    with pytest.raises(Unreachable):
        seen(gone.url)
