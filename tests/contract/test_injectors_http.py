"""Every fault of `gameday proxy` keeps the contract on the real proxy, and its effect is what a client feels."""

import json
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from typing import Any

import pytest
from http_proxy_server import Dependency, HttpProxy
from relay import Relay
from servers import ask, free_port, wait_until

from injectors import registry
from injectors.contract import Change, InjectorError, Proving, Refused, State, Unreachable
from injectors.http_proxy import sweep
from injectors.testing import STEPS, check_injector

TAG = "gameday-7-0a1b2c"
PARAMETERS: dict[str, dict[str, Any]] = {
    "stale": {},
    "rate_limit": {"retry_after": 4.2, "only": {"headers": {"X-Tenant": "acme"}}},
    "reject_writes": {"status": 405, "only": {"path": "/pay"}},
    "delay_reads": {"delay": 0.25},
}
NUMBERS = {
    "stale": {},
    "rate_limit": {"retry_after": 5},
    "reject_writes": {"status": 405},
    "delay_reads": {"delay": 250},
}


class HttpWorld:
    """One proxy before a real dependency, its API reached through a relay that can cut."""

    patience = 5.0
    secrets = ()

    def __init__(self, proxy: HttpProxy, relay: Relay, dependency: Dependency, fault: str) -> None:
        self.proxy, self.relay, self.dependency, self.fault = proxy, relay, dependency, fault
        self.port = free_port()
        self.cannot = {"drift": "a fault is ours by its name: there or not, it has no third value"}

    def reset(self) -> Change:
        self.proxy.reset()
        self.relay.cut_at(0, reply_lost=False)
        self.relay.fails = lambda _method, _path: None
        self._create()
        parameters = {"proxy": "payments db", **PARAMETERS[self.fault]}
        return Change(
            "odd-db",
            f"http.{self.fault}",
            "payments db",
            TAG,
            target={"url": self.relay.url},
            consent=("payments db",),
            parameters=parameters,
            expires_at=time.time() + 600,
        )

    def _create(self) -> None:
        self.proxy.create("payments db", self.dependency.url, f"127.0.0.1:{self.port}")
        assert ask("GET", f"http://127.0.0.1:{self.port}/stock")[0] == 200  # so that something is recorded

    def unconsented(self) -> Change:
        return replace(self.reset(), consent=("another",))

    def state(self) -> Any:
        found = self.proxy.ask("GET", "/proxies")[1]
        for proxy in found.values():
            for each in proxy["faults"]:
                del each["expires_at"]  # each reset asks for another end
            del proxy["counted"]
        return found

    def writes(self) -> int:
        return self.relay.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.relay.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.relay.silence()

    def vanish(self) -> None:
        self.proxy.reset()

    def replace(self) -> None:
        self.proxy.reset()
        self._create()

    def foreign(self) -> None:
        body = {"name": "somebody-elses", "type": "delay_reads", "expires_at": time.time() + 600}
        assert self.proxy.ask("POST", "/proxies/payments%20db/faults", body)[0] == 201

    def drift(self) -> None:
        raise NotImplementedError

    def mend(self) -> None:
        assert self.proxy.ask("DELETE", f"/proxies/payments%20db/faults/{TAG}.odd-db")[0] == 204


@pytest.fixture(scope="module")
def proxy():
    with HttpProxy() as running:
        yield running


@pytest.fixture(scope="module")
def relay(proxy):
    with Relay(proxy.port) as between:
        yield between


@pytest.fixture(scope="module")
def dependency():
    with Dependency() as running:
        yield running


@pytest.fixture(params=PARAMETERS)
def world(request, proxy, relay, dependency):
    yield HttpWorld(proxy, relay, dependency, request.param)
    proxy.reset()


@pytest.fixture
def limited(proxy, relay, dependency):
    yield HttpWorld(proxy, relay, dependency, "rate_limit")
    proxy.reset()


def test_every_fault_keeps_the_contract(world):
    report = check_injector(registry.make, world)

    assert report.cannot == world.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def test_a_fault_is_one_call_and_what_was_asked_and_ends_by_itself(world, relay):
    change = world.reset()
    injector = registry.make(change)
    undo = injector.prepare()
    relay.calls.clear()
    injector.inject(undo)

    assert [method for method, _ in relay.calls] == ["POST"]
    (fault,) = world.proxy.shown("payments%20db")["faults"]
    assert (fault["name"], fault["type"], fault["attributes"]) == (f"{TAG}.odd-db", world.fault, NUMBERS[world.fault])
    assert fault["expires_at"] == change.expires_at
    only = PARAMETERS[world.fault].get("only", {})
    assert fault["only"] == {
        "path": only.get("path", ""),
        "headers": {name.lower(): value for name, value in only.get("headers", {}).items()},
    }


def test_a_fault_that_nobody_reverts_is_clear_once_the_proxy_ended_it(limited):
    injector = registry.make(replace(limited.reset(), expires_at=time.time() + 1.5))
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE

    wait_until(lambda: injector.inspect(undo) is State.CLEAR, "the proxy ended it")
    injector.revert(undo)


def test_a_fault_without_an_end_is_refused(world):
    with pytest.raises(Refused, match="never made without an end: give it a duration"):
        registry.make(replace(world.reset(), expires_at=None)).prepare()


def test_an_end_that_is_over_by_the_proxys_clock_asks_whether_the_clocks_agree(limited):
    injector = registry.make(replace(limited.reset(), expires_at=time.time() - 5))
    with pytest.raises(InjectorError, match="do the clocks agree"):
        injector.inject(injector.prepare())


def test_nothing_can_be_stale_before_something_was_recorded(proxy, relay, dependency):
    world = HttpWorld(proxy, relay, dependency, "stale")
    change = world.reset()
    proxy.reset()
    proxy.create("payments db", dependency.url)

    with pytest.raises(Refused, match="has recorded no answer yet"):
        registry.make(change).prepare()
    proxy.reset()


def test_the_right_to_revert_is_proved_without_a_change(world):
    injector = registry.make(world.reset())
    undo = injector.prepare()
    before = world.state()

    assert isinstance(injector, Proving)
    injector.prove(undo)
    assert world.state() == before


def test_a_missing_right_to_revert_is_refused_before_the_way_in(limited, relay):
    injector = registry.make(limited.reset())
    undo = injector.prepare()
    relay.fails = lambda method, _path: 403 if method != "GET" else None
    with pytest.raises(Refused, match=r"way back is not open.*403"):
        injector.prove(undo)
    relay.fails = lambda _method, _path: None


def test_the_refusal_says_how_to_give_consent(limited):
    with pytest.raises(Refused, match=r"write `consent: \[another, payments db\]` into its target in gameday.yaml"):
        registry.make(limited.unconsented()).prepare()


def test_an_unknown_proxy_is_refused_with_the_names_there_are(limited):
    change = replace(limited.reset(), subject="payment-db", consent=("payment-db",))
    with pytest.raises(Refused, match="has none called payment-db; it has payments db"):
        registry.make(change).prepare()
    with pytest.raises(Refused, match="it has payments db"):
        registry.kind(change.kind).subjects(change.target, {"proxy": "payment-db"})
    assert registry.kind(change.kind).subjects(change.target, change.parameters) == ["payments db"]


def test_a_proxy_that_was_restarted_meanwhile_ends_clear(limited, proxy):
    injector = registry.make(limited.reset())
    undo = injector.prepare()
    injector.inject(undo)
    proxy.stop()
    with pytest.raises(Unreachable, match=r"did not answer|nobody listens"):
        injector.revert(undo)
    proxy.start()

    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR


def test_a_server_that_is_no_gameday_proxy_is_told_apart(dependency, limited):
    change = replace(limited.reset(), target={"url": dependency.url})
    with pytest.raises(InjectorError, match=r"check the url of the target|says 404|did not answer"):
        registry.make(change).prepare()


def test_what_carries_a_tag_is_found_and_taken_away_and_nothing_else(world):
    change = world.reset()
    world.foreign()
    before = world.state()
    injector = registry.make(change)
    injector.inject(injector.prepare())

    (found,) = sweep.left_behind(change.target)
    assert (found.owner, found.tag) == (injector.owner, TAG)
    assert found.what == f"fault {TAG}.odd-db ({world.fault}) on payments db"
    sweep.remove(change.target, found)
    assert world.state() == before
    sweep.remove(change.target, found)


def test_an_undo_is_enough_for_another_process(limited):
    change = limited.reset()
    before = limited.state()
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    code = (
        "import json,sys\nfrom injectors import registry\nfrom injectors.contract import Change, Undo\n"
        "change, undo = json.load(sys.stdin)\nregistry.make(Change(**change)).revert(Undo(**undo))\n"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([asdict(change), asdict(undo)]),
        text=True,
        timeout=60,
        check=True,
    )

    assert limited.state() == before


def test_a_secret_is_never_written_into_the_scenario():
    kind = registry.kind("http.rate_limit")
    with pytest.raises(ValueError, match="a secret is never written here"):
        kind.parameters.model_validate({"proxy": "p", "only": {"headers": {"authorization": "Bearer x"}}})
