"""Every fault of a Toxiproxy keeps the contract, against our proxy and the real server, with the same tests."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from typing import Any

import psutil
import pytest
import yaml
from relay import Relay
from servers import TOXIPROXIES, Toxiproxy, free_port

from injectors import registry
from injectors.contract import Change, Drifted, InjectorError, Proving, Refused, State, Undo, Unreachable
from injectors.testing import STEPS, check_injector
from injectors.toxiproxy import sweep
from injectors.toxiproxy.server import Server

TAG = "gameday-7-0a1b2c"
PARAMETERS = {
    "latency": {"latency": 0.8, "jitter": 0.1},
    "bandwidth": {"rate": 20_000},
    "timeout": {"timeout": 5},
    "reset_peer": {},
    "slicer": {"average_size": 64, "delay": 0.01},
    "limit_data": {"bytes": 10_000},
    "slow_close": {"delay": 10, "stream": "upstream", "toxicity": 0.5},
    "down": {},
}
SOMEBODY = {"name": "somebody-elses", "type": "latency", "stream": "upstream", "attributes": {"latency": 1}}


class ProxyWorld:
    """One proxy on a real server, reached through a relay that can cut."""

    patience = 2.0
    secrets = ()

    def __init__(self, server: Toxiproxy, relay: Relay, fault: str) -> None:
        self.server = server
        self.relay = relay
        self.fault = fault
        self.listen = f"127.0.0.1:{free_port()}"
        why = "a toxic is ours by its name: there or not, it has no third value"
        self.cannot = {} if fault == "down" else {"drift": why}

    def reset(self) -> Change:
        self.server.reset()
        self.relay.cut_at(0, reply_lost=False)
        self.server.create("payments db", "127.0.0.1:1", self.listen)
        parameters = {"proxy": "payments db", **PARAMETERS[self.fault]}
        target = {"url": self.relay.url}
        kind, consent = f"toxiproxy.{self.fault}", ("payments db",)
        return Change("slow-db", kind, "payments db", TAG, target=target, consent=consent, parameters=parameters)

    def unconsented(self) -> Change:
        return replace(self.reset(), consent=("another",))

    def state(self) -> Any:
        found = self.server.ask("GET", "/proxies")[1]
        return {name: {key: proxy[key] for key in proxy if key != "Logger"} for name, proxy in found.items()}

    def writes(self) -> int:
        return self.relay.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.relay.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.relay.silence()

    def vanish(self) -> None:
        self.server.reset()

    def replace(self) -> None:
        self.server.reset()
        self.server.create("payments db", "127.0.0.1:2", self.listen)

    def foreign(self) -> None:
        assert self.server.ask("POST", "/proxies/payments%20db/toxics", SOMEBODY)[0] == 200

    def drift(self) -> None:
        self.server.ask("PATCH", "/proxies/payments%20db", {"upstream": "127.0.0.1:3"})

    def mend(self) -> None:
        if self.fault == "down":
            self.server.ask("PATCH", "/proxies/payments%20db", {"enabled": True})
        else:
            self.server.ask("DELETE", f"/proxies/payments%20db/toxics/{TAG}.slow-db")


@pytest.fixture(scope="module", params=TOXIPROXIES)
def server(request) -> Iterator[Toxiproxy]:
    with request.param() as running:
        yield running


@pytest.fixture(scope="module")
def relay(server) -> Iterator[Relay]:
    with Relay(server.port) as between:
        yield between


@pytest.fixture(params=PARAMETERS)
def any_fault(request, server, relay) -> Iterator[ProxyWorld]:
    yield ProxyWorld(server, relay, request.param)
    server.reset()


@pytest.fixture
def latency(server, relay) -> Iterator[ProxyWorld]:
    yield ProxyWorld(server, relay, "latency")
    relay.fails = lambda _method, _path: None
    server.reset()


@pytest.fixture
def down(server, relay) -> Iterator[ProxyWorld]:
    yield ProxyWorld(server, relay, "down")
    server.reset()


def test_every_fault_keeps_the_contract(any_fault):
    report = check_injector(registry.make, any_fault)
    assert report.cannot == any_fault.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def test_every_fault_is_one_call_to_inject_and_its_effect_is_what_was_asked(any_fault, relay):
    injector = registry.make(any_fault.reset())
    undo = injector.prepare()
    relay.calls.clear()
    injector.inject(undo)
    assert [method for method, _ in relay.calls] == ["POST"]
    proxy = any_fault.state()["payments db"]
    if any_fault.fault == "down":
        assert proxy["enabled"] is False
    else:
        assert proxy["toxics"][0]["type"] == any_fault.fault
        assert proxy["toxics"][0]["name"] == f"{TAG}.slow-db"


def test_the_numbers_reach_the_server_in_its_units(server, relay):
    wanted = {
        "latency": {"latency": 800, "jitter": 100},
        "bandwidth": {"rate": 20},
        "timeout": {"timeout": 5000},
        "reset_peer": {"timeout": 0},
        "slicer": {"average_size": 64, "size_variation": 0, "delay": 10_000},
        "limit_data": {"bytes": 10_000},
        "slow_close": {"delay": 10_000},
    }
    for fault, attributes in wanted.items():
        world = ProxyWorld(server, relay, fault)
        injector = registry.make(world.reset())
        injector.inject(injector.prepare())
        assert world.state()["payments db"]["toxics"][0]["attributes"] == attributes


def test_the_right_to_revert_is_proved_without_a_change(any_fault):
    injector = registry.make(any_fault.reset())
    undo = injector.prepare()
    before = any_fault.state()
    assert isinstance(injector, Proving)
    injector.prove(undo)
    assert any_fault.state() == before


@pytest.mark.parametrize("fault", ["latency", "down"])
def test_a_missing_right_to_revert_is_refused_before_the_way_in(server, relay, fault):
    world = ProxyWorld(server, relay, fault)
    injector = registry.make(world.reset())
    undo = injector.prepare()
    relay.fails = lambda method, _path: 403 if method != "GET" else None
    try:
        with pytest.raises(Refused, match=r"way back is not open.*403"):
            injector.prove(undo)
    finally:
        relay.fails = lambda _method, _path: None


def test_the_refusal_says_how_to_give_consent(latency):
    with pytest.raises(Refused, match=r"write `consent: \[another, payments db\]` into its target in gameday.yaml"):
        registry.make(latency.unconsented()).prepare()


def test_an_unknown_proxy_is_refused_with_the_names_there_are(latency):
    change = replace(latency.reset(), subject="payment-db", consent=("payment-db",))
    with pytest.raises(Refused, match="has no proxy payment-db; it has payments db"):
        registry.make(change).prepare()
    with pytest.raises(Refused, match="it has payments db"):
        registry.kind("toxiproxy.latency").subjects(change.target, {"proxy": "payment-db", "latency": 1})


def test_subjects_are_the_one_proxy(any_fault):
    change = any_fault.reset()
    assert registry.kind(change.kind).subjects(change.target, change.parameters) == ["payments db"]


def test_a_proxy_that_is_switched_off_is_refused(any_fault):
    change = any_fault.reset()
    any_fault.server.ask("PATCH", "/proxies/payments%20db", {"enabled": False})
    with pytest.raises(Refused, match="switched off"):
        registry.make(change).prepare()


def test_two_faults_of_one_drill_share_a_proxy_and_end_one_by_one(latency):
    first = registry.make(change := latency.reset())
    before = latency.state()
    second = registry.make(replace(change, id="slow-db.2"))
    undo = first.prepare()
    first.inject(undo)
    undo_2 = second.prepare()
    second.inject(undo_2)
    second.revert(undo_2)
    assert first.inspect(undo) is State.ACTIVE
    first.revert(undo)
    assert latency.state() == before


def test_a_toxic_that_somebody_changed_is_mixed_and_still_ours_to_take(latency):
    injector = registry.make(latency.reset())
    before = latency.state()
    undo = injector.prepare()
    injector.inject(undo)
    path = f"/proxies/payments%20db/toxics/{TAG}.slow-db"
    latency.server.ask("PATCH", path, {"attributes": {"latency": 1}})
    assert injector.inspect(undo) is State.MIXED
    injector.revert(undo)
    assert latency.state() == before


@pytest.mark.parametrize("populated", [False, True])
@pytest.mark.parametrize("fault", ["latency", "down"])
def test_a_server_that_was_restarted_meanwhile_ends_clear(server, relay, fault, populated):
    world = ProxyWorld(server, relay, fault)
    injector = registry.make(world.reset())
    undo = injector.prepare()
    injector.inject(undo)
    server.stop()
    with pytest.raises(Unreachable):
        injector.revert(undo)
    server.start()
    if populated:
        server.create("payments db", "127.0.0.1:1", world.listen)
    now = world.state()
    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR
    assert world.state() == now


def test_calls_share_a_connection_and_one_that_the_server_closed_is_made_anew(server):
    api = Server(server.url)
    for _ in range(5):
        api.proxies()
    inbound = [each for each in psutil.Process(server.process.pid).net_connections("tcp") if each.raddr]
    assert [each.laddr.port for each in inbound] == [server.port]
    server.stop()
    server.start()
    assert api.proxies() == {}


# --- the second way back


def cannot_delete_toxics(method: str, path: str) -> int | None:
    return 500 if method == "DELETE" and "/toxics/" in path else None


def test_a_server_that_cannot_delete_a_toxic_gets_the_proxy_replaced_with_all_else_on_it(latency, relay):
    injector = registry.make(latency.reset())
    latency.foreign()
    before = latency.state()
    undo = injector.prepare()
    injector.inject(undo)
    relay.fails = cannot_delete_toxics
    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR
    assert latency.state() == before


@pytest.mark.parametrize("reply_lost", [False, True])
def test_a_replacement_cut_at_any_call_is_finished_by_the_next_revert(latency, relay, reply_lost):
    for call in range(1, 40):
        injector = registry.make(latency.reset())
        latency.foreign()
        before = latency.state()
        undo = injector.prepare()
        injector.inject(undo)
        relay.fails = cannot_delete_toxics
        relay.cut_at(call, reply_lost=reply_lost)
        try:
            injector.revert(undo)
            failed = False
        except InjectorError:
            failed = True
            relay.cut_at(0, reply_lost=False)
            if latency.state().get("payments db") != before["payments db"]:
                assert injector.inspect(undo) is not State.CLEAR
            injector.revert(undo)
        relay.cut_at(0, reply_lost=False)
        relay.fails = lambda _method, _path: None
        assert injector.inspect(undo) is State.CLEAR
        assert latency.state() == before
        if not failed:
            assert call > 8
            return
    pytest.fail("it never came through")


def test_a_failed_delete_that_worked_all_the_same_needs_no_replacement(latency, relay):
    injector = registry.make(latency.reset())
    before = latency.state()
    undo = injector.prepare()
    injector.inject(undo)
    failures = iter([500])
    relay.fails = lambda method, _path: next(failures, None) if method == "DELETE" else None
    relay.calls.clear()
    injector.revert(undo)
    assert [method for method, _ in relay.calls] == ["DELETE", "GET", "DELETE"]
    assert latency.state() == before


def test_a_proxy_that_is_held_down_is_not_replaced(latency, relay):
    injector = registry.make(latency.reset())
    undo = injector.prepare()
    injector.inject(undo)
    latency.server.ask("PATCH", "/proxies/payments%20db", {"enabled": False})
    relay.fails = cannot_delete_toxics
    with pytest.raises(Unreachable, match="answered 500"):
        injector.revert(undo)
    assert list(latency.state()) == ["payments db"]


# --- sweep


def test_sweep_finds_every_toxic_with_our_tag_and_takes_only_those(latency):
    change = latency.reset()
    latency.foreign()
    before = latency.state()
    injector = registry.make(change)
    injector.inject(injector.prepare())
    found = sweep.left_behind(change.target)
    assert [(each.tag, each.owner) for each in found] == [(TAG, injector.owner)]
    assert found[0].what == f"toxic {TAG}.slow-db (latency) on payments db"
    for _ in range(2):
        sweep.remove(change.target, found[0])
    assert sweep.left_behind(change.target) == []
    assert latency.state() == before


def test_sweep_finishes_a_replacement(latency, relay):
    change = latency.reset()
    latency.foreign()
    before = latency.state()
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    relay.fails = lambda method, path: (
        500 if (method == "DELETE" and "/toxics/" in path) or path.endswith("/proxies/payments%20db/toxics") else None
    )
    with pytest.raises(Unreachable):
        injector.revert(undo)
    relay.fails = lambda _method, _path: None
    assert injector.inspect(undo) is State.MIXED
    (left,) = sweep.left_behind(change.target)
    assert left.owner == injector.owner
    assert left.tag == TAG
    sweep.remove(change.target, left)
    assert latency.state() == before


def test_all_faults_but_down_can_be_swept():
    for fault in PARAMETERS:
        assert (registry.kind(f"toxiproxy.{fault}").sweep is None) == (fault == "down")


# --- down


@pytest.mark.parametrize("moved", [{"upstream": "127.0.0.1:3"}, {"listen": "127.0.0.1:0"}])
def test_a_proxy_moved_while_it_is_down_is_left_alone_and_told(down, moved):
    injector = registry.make(down.reset())
    undo = injector.prepare()
    injector.inject(undo)
    down.server.ask("PATCH", "/proxies/payments%20db", moved)
    found = down.state()
    with pytest.raises(Drifted, match="was moved while we held it down"):
        injector.revert(undo)
    assert down.state() == found


def test_a_proxy_moved_and_switched_on_by_responders_is_clear(down):
    injector = registry.make(down.reset())
    undo = injector.prepare()
    injector.inject(undo)
    down.server.ask("PATCH", "/proxies/payments%20db", {"upstream": "127.0.0.1:3", "enabled": True})
    assert injector.inspect(undo) is State.CLEAR
    injector.revert(undo)
    assert down.state()["payments db"]["upstream"] == "127.0.0.1:3"


# --- what a new user types


@pytest.mark.parametrize(
    ("fault", "given"),
    [
        ("latency", {"latency": 800}),
        ("latency", {"latency": "800"}),
        ("latency", {"latency": "0s"}),
        ("latency", {"latency": "10m"}),
        ("latency", {"latency": "1s", "jitter": "2s"}),
        ("latency", {"latency": "1s", "stream": "sideways"}),
        ("latency", {"latency": "1s", "toxicity": 2}),
        ("latency", {"latency": "1s", "latencie": "1s"}),
        ("bandwidth", {"rate": "20"}),
        ("bandwidth", {"rate": "20B/s"}),
        ("slicer", {"average_size": "5B", "size_variation": "5B"}),
        ("limit_data", {"bytes": 5}),
    ],
)
def test_a_wrong_parameter_is_an_error_at_the_check(fault, given):
    with pytest.raises(ValueError, match="validation error"):
        registry.kind(f"toxiproxy.{fault}").parameters.model_validate({"proxy": "p", **given})


@pytest.mark.parametrize("fault", PARAMETERS)
def test_the_example_of_the_docs_is_valid_and_its_plain_form_rebuilds_the_same(fault):
    kind = registry.kind(f"toxiproxy.{fault}")
    keys = kind.parameters.model_validate(yaml.safe_load(kind.example))
    plain = json.loads(json.dumps(keys.model_dump(mode="json")))
    change = Change("f", kind.name, "payments-db", TAG, target={"url": "http://127.0.0.1:1"}, parameters=plain)
    again = Change(**json.loads(json.dumps(asdict(change))))
    assert kind.make(change) == kind.make(replace(again, consent=tuple(again.consent)))


@pytest.mark.parametrize(
    "url", ["toxiproxy:8474", "https://h:8474", "http://u:p@h:8474", "http://h:1/x", "http://h:99999"]
)
def test_a_wrong_address_is_an_error_at_the_check_that_echoes_nothing(url):
    with pytest.raises(ValueError, match=r"http://HOST:PORT|Port out of range") as caught:
        registry.kind("toxiproxy.down").settings.model_validate({"url": url})
    assert "u:p@" not in str(caught.value)


def test_a_name_no_call_can_address_is_refused(latency):
    change = replace(latency.reset(), subject="a/b", consent=("a/b",))
    with pytest.raises(Refused, match="without a slash"):
        registry.make(change).prepare()


def test_a_server_that_is_no_toxiproxy_is_told_and_never_counts_as_clear(latency, relay):
    injector = registry.make(latency.reset())
    undo = injector.prepare()
    relay.fails = lambda _method, _path: 404
    for call in (injector.prepare, lambda: injector.inspect(undo), lambda: injector.revert(undo)):
        with pytest.raises(Refused, match="not as a Toxiproxy does"):
            call()
    relay.fails = lambda _method, _path: 200
    with pytest.raises(Refused, match="not as a Toxiproxy does"):
        registry.kind("toxiproxy.latency").subjects(latency.reset().target, {"proxy": "p", "latency": 1})


def test_an_undo_of_a_later_version_is_refused(any_fault):
    injector = registry.make(any_fault.reset())
    later = Undo(any_fault.fault, 2, injector.prepare().facts)
    for call in (injector.inject, injector.revert, injector.inspect):
        with pytest.raises(InjectorError, match="version 2"):
            call(later)


def test_two_servers_in_one_process_are_not_mixed_up(latency):
    with TOXIPROXIES[0]() as other:
        other.create("payments db", "127.0.0.1:1")
        change = latency.reset()
        here, there = registry.make(change), registry.make(replace(change, target={"url": other.url}))
        there.inject(undo := there.prepare())
        assert here.inspect(undo) is State.CLEAR
        assert here.owner != there.owner


def test_the_account_s_web_proxy_and_netrc_are_not_used(latency, tmp_path):
    (tmp_path / ".netrc").write_text("default login somebody password hunter2\n")
    (tmp_path / ".netrc").chmod(0o600)
    change = json.dumps(asdict(latency.reset()))
    code = (
        "import json, sys; from injectors import registry; from injectors.contract import Change; "
        "i = registry.make(Change(**json.loads(sys.argv[1]))); u = i.prepare(); i.inject(u); print(i.inspect(u).value)"
    )
    web = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "HOME": str(tmp_path)}
    kept = {key: value for key, value in os.environ.items() if key.lower() != "no_proxy"}
    ran = subprocess.run(
        [sys.executable, "-c", code, change], check=False, env=kept | web, capture_output=True, text=True, timeout=30
    )
    assert ran.stdout == "active\n", ran.stderr


def test_a_server_that_takes_the_request_and_never_answers_is_unreachable_in_bounded_time():
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        target = {"url": url}
        change = Change("f", "toxiproxy.down", "p", TAG, target=target, consent=("p",), parameters={"proxy": "p"})
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="no answer in 3 s"):
            registry.make(change).prepare()
        assert time.monotonic() - begun < 5
