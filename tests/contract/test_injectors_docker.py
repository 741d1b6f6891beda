"""Every fault of a container keeps the contract, on a real daemon behind a relay that can cut."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import docker
import pytest
from docker_daemon import DockerDaemon, DockerRelay

from drills.signals.contract import Unanswered
from drills.signals.registry import probe_kind
from injectors import registry
from injectors.contract import Change, Drifted, Found, Proving, Refused, State, Unreachable, Visit
from injectors.testing import STEPS, check_injector

TAG = "gameday-7-0a1b2c"
ONCE = "it runs or it does not, there is no third state"
FAULTS = {
    "stop": ({"grace": 0.0}, {}),
    "kill": ({}, {"drift": ONCE}),
    "restart": (
        {},
        {"drift": ONCE, "dirty_baseline": "it is over at once, so nobody can find it", "mended_by_responders": "same"},
    ),
    "pause": ({}, {}),
    "limit": ({"cpus": 0.1, "memory": 16 * 1024**2}, {}),
    "disconnect": ({"network": "shop"}, {}),
}
HAS = {"mem_limit": "64m", "nano_cpus": 500_000_000}


class ContainerWorld:
    """A container on a network, on a real daemon."""

    patience = 10.0
    secrets = ()

    def __init__(self, daemon: DockerDaemon, relay: DockerRelay, fault: str) -> None:
        self.daemon, self.relay, self.fault = daemon, relay, fault
        self.parameters, self.cannot = FAULTS[fault]
        self.new: Any = None

    @property
    def client(self) -> Any:
        return self.daemon.client

    def reset(self, labels: dict[str, str] | None = None) -> Change:
        self.relay.cut_at(0, reply_lost=False)
        if labels is not None or not self._mended():
            self.network = self.daemon.fresh()
            self._start(labels)
            self.new = None if labels is not None else self.state()
        target = {"host": self.relay.url, "timeout": 10.0}
        return Change("one", f"docker.{self.fault}", "orders", TAG, target=target, parameters=self._keys())

    def _mended(self) -> bool:
        """Bring the container back to what it was when it was new; a new one for each step takes minutes."""
        if self.new is None or self.client.containers(all=True, filters={"name": "mail"}):
            return False
        try:
            seen = self.client.inspect_container(self.id)
            if seen["State"]["Paused"]:
                self.client.unpause(self.id)
            if self.fault == "limit":
                self._as_before()
            if self.fault == "disconnect":
                self.client.disconnect_container_from_network(self.id, self.network)
        except docker.errors.APIError:
            pass
        with contextlib.suppress(docker.errors.APIError):
            self.client.start(self.id)
            if self.fault == "disconnect":
                self.client.connect_container_to_network(self.id, self.network, aliases=["orders-db"])
        return bool(self.state() == self.new)

    def _keys(self) -> dict[str, Any]:
        return {"name": "orders", **self.parameters}

    def _start(self, labels: dict[str, str] | None = None) -> None:
        self.id = self.daemon.container("orders", labels=labels, network="shop", aliases=["orders-db"], **HAS)

    def unconsented(self) -> Change:
        return self.reset(labels={})

    def state(self) -> Any:
        """All containers and who is on the network by which name; what a restart changes by itself is left out."""
        found = {}
        for each in self.client.containers(all=True):
            try:
                seen = self.client.inspect_container(each["Id"])
            except docker.errors.NotFound:
                continue
            ends = {
                name: sorted(set(end["Aliases"] or []) - {each["Id"][:12]})
                for name, end in seen["NetworkSettings"]["Networks"].items()
            }
            state = {key: seen["State"][key] for key in ("Status", "Paused")}
            config = {key: value for key, value in seen["Config"].items() if key != "Hostname"}
            found[seen["Name"]] = (state, seen["HostConfig"], config, ends)
        return found

    def writes(self) -> int:
        return self.relay.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.relay.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.relay.silence()

    def vanish(self) -> None:
        self.client.remove_container(self.id, force=True)

    def replace(self) -> None:
        self.vanish()
        self._start()

    def foreign(self) -> None:
        """Somebody else's container, paused by him."""
        if not any("/mail" in each["Names"] for each in self.client.containers(all=True)):
            self.client.pause(self.daemon.container("mail"))

    def drift(self) -> None:
        match self.fault:
            case "stop":
                self.client.start(self.id)
                self.client.pause(self.id)
            case "pause":
                self.client.unpause(self.id)
                self.client.kill(self.id)
            case "limit":
                self.client.update_container(self.id, mem_limit="32m", memswap_limit="32m")
            case "disconnect":
                self.client.connect_container_to_network(self.id, self.network, aliases=["somebody-elses"])

    def mend(self) -> None:
        """End it as somebody at a terminal would."""
        match self.fault:
            case "stop" | "kill":
                self.client.start(self.id)
            case "pause":
                self.client.unpause(self.id)
            case "limit":
                self._as_before()
            case "disconnect":
                self.client.connect_container_to_network(self.id, self.network, aliases=["orders-db"])

    def _as_before(self) -> None:
        url = f"{self.client.base_url}/v{self.client.api_version}/containers/{self.id}/update"
        limits = {"NanoCpus": HAS["nano_cpus"], "Memory": 64 * 1024**2, "MemorySwap": 128 * 1024**2}
        assert self.client.post(url, json=limits, timeout=10).status_code == 200


@pytest.fixture(scope="module")
def daemon() -> Iterator[DockerDaemon]:
    with DockerDaemon() as running:
        yield running


@pytest.fixture(scope="module")
def relay(daemon) -> Iterator[DockerRelay]:
    with DockerRelay(daemon) as between:
        yield between


@pytest.fixture(params=sorted(FAULTS))
def any_fault(request, daemon, relay) -> ContainerWorld:
    return ContainerWorld(daemon, relay, request.param)


def test_every_fault_keeps_the_contract(any_fault):
    report = check_injector(registry.make, any_fault)
    assert report.cannot == any_fault.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def test_the_way_back_is_tried_before_the_way_in_and_changes_nothing(any_fault):
    injector = registry.make(any_fault.reset())
    undo, before = injector.prepare(), any_fault.state()
    if isinstance(injector, Proving):
        injector.prove(undo)
    assert any_fault.state() == before


def test_subjects_are_the_running_containers_with_all_the_labels(daemon, relay):
    world = ContainerWorld(daemon, relay, "stop")
    change = world.reset()
    daemon.container("orders-2", labels={"app": "orders", "gameday.consent": "staging"})
    daemon.container("orders-3", labels={"app": "orders"})
    daemon.container("orders-4", labels={"app": "mail"})
    client = daemon.client
    client.kill("orders-3")

    subjects = registry.kind("docker.stop").subjects

    assert subjects(change.target, {"labels": {"app": "orders"}}) == ["orders-2"]
    assert subjects(change.target, {"name": "orders"}) == ["orders"]
    with pytest.raises(Refused, match=r"no running container .* has the labels app=nobody"):
        subjects(change.target, {"labels": {"app": "nobody"}})
    with pytest.raises(Refused, match="it runs orders, orders-2, orders-4"):
        subjects(change.target, {"name": "order"})


@pytest.mark.parametrize(
    ("fault", "host", "said"),
    [
        ("stop", {"auto_remove": True}, "--rm"),
        ("kill", {"auto_remove": True}, "--rm"),
        ("limit", {"nano_cpus": 500_000_000}, "has no memory limit"),
        ("limit", {"mem_limit": "16m", "nano_cpus": 500_000_000}, "are not less"),
        ("limit", {"mem_limit": "64m", "nano_cpus": 50_000_000}, "are not fewer"),
        ("disconnect", {}, "is not on the network shop"),
    ],
)
def test_a_container_that_could_not_be_put_back_is_refused(daemon, relay, fault, host, said):
    world = ContainerWorld(daemon, relay, fault)
    change = world.reset()
    world.vanish()
    daemon.container("orders", **host)
    with pytest.raises(Refused, match=said):
        registry.make(change).prepare()


def test_a_container_without_a_limit_of_its_processor_gets_back_none(daemon, relay):
    world = ContainerWorld(daemon, relay, "limit")
    change = replace(world.reset(), parameters={"name": "orders", "cpus": 0.2})
    world.vanish()
    made = daemon.container("orders")
    injector = registry.make(change)

    for _ in range(2):
        undo = injector.prepare()
        injector.inject(undo)
        assert injector.inspect(undo) is State.ACTIVE
        assert daemon.client.inspect_container(made)["HostConfig"]["CpuQuota"] == 20_000
        injector.revert(undo)
        assert injector.inspect(undo) is State.CLEAR
        assert daemon.client.inspect_container(made)["HostConfig"]["CpuQuota"] in (0, -1)


def test_a_network_that_is_removed_meanwhile_is_gone_for_good(daemon, relay):
    world = ContainerWorld(daemon, relay, "disconnect")
    injector = registry.make(world.reset())
    undo = injector.prepare()
    injector.inject(undo)
    daemon.client.remove_network(world.network)

    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR


def test_a_fixed_address_is_given_back(daemon, relay):
    world = ContainerWorld(daemon, relay, "disconnect")
    change = world.reset()
    client = daemon.client
    client.disconnect_container_from_network(world.id, world.network)
    client.remove_network(world.network)
    pool = docker.types.IPAMConfig(pool_configs=[docker.types.IPAMPool(subnet="10.213.77.0/24")])
    network = client.create_network("shop", ipam=pool)["Id"]
    client.connect_container_to_network(world.id, network, aliases=["orders-db"], ipv4_address="10.213.77.9")
    injector = registry.make(change)

    undo = injector.prepare()
    injector.inject(undo)
    injector.revert(undo)

    assert injector.inspect(undo) is State.CLEAR
    assert client.inspect_container(world.id)["NetworkSettings"]["Networks"]["shop"]["IPAddress"] == "10.213.77.9"


def test_a_restart_in_the_middle_of_a_pause_ends_it_and_is_left_alone(daemon, relay):
    world = ContainerWorld(daemon, relay, "pause")
    injector = registry.make(world.reset())
    undo = injector.prepare()
    injector.inject(undo)
    daemon.client.restart(world.id, timeout=0)

    assert injector.inspect(undo) is State.CLEAR
    injector.revert(undo)
    assert daemon.client.inspect_container(world.id)["State"]["Status"] == "running"


def test_one_that_somebody_stopped_in_the_middle_of_a_pause_is_shown_and_left_alone(daemon, relay):
    world = ContainerWorld(daemon, relay, "pause")
    injector = registry.make(world.reset())
    undo = injector.prepare()
    injector.inject(undo)
    daemon.client.unpause(world.id)
    daemon.client.kill(world.id)

    with pytest.raises(Drifted, match="somebody stopped"):
        injector.revert(undo)
    assert daemon.client.inspect_container(world.id)["State"]["Status"] == "exited"


@pytest.mark.parametrize("status", [500, 503])
def test_a_daemon_in_trouble_is_no_answer(daemon, relay, status):
    world = ContainerWorld(daemon, relay, "stop")
    injector = registry.make(world.reset())
    undo = injector.prepare()
    relay.fails = lambda method, _path: status if method == "POST" else None
    try:
        with pytest.raises(Unreachable):
            injector.inject(undo)
    finally:
        relay.fails = lambda _method, _path: None


def test_a_daemon_that_is_not_there_is_told_in_one_sentence(tmp_path):
    change = Change(
        "one",
        "docker.pause",
        "orders",
        TAG,
        target={"host": f"unix://{tmp_path / 'none'}"},
        parameters={"name": "orders"},
    )
    with pytest.raises(Unreachable, match="cannot be reached: No such file or directory"):
        registry.make(change).prepare()


def test_a_checkup_says_who_consents_and_what_time_it_is(daemon):
    daemon.clean()
    daemon.container("orders")
    daemon.container("mail", labels={})
    kind = registry.kind("docker.pause")

    def said(consent):
        return {
            each.what: each
            for each in kind.checkup.findings(Visit("staging", {"host": daemon.url}, consent, time.time))
        }

    assert (said(())["consent"].found, said(())["consent"].said) == (Found.OK, "given by orders")
    assert said(())["answers"].said.endswith("runs 2 containers")
    assert said(())["clock"].found is Found.OK
    assert said(("mail",))["consent"].found is Found.NOT_OK


def test_the_probe_counts_what_runs_and_is_well(daemon):
    daemon.clean()
    for name in ("orders-1", "orders-2", "orders-3"):
        daemon.container(name, labels={"app": "orders"})
    daemon.client.pause("orders-2")
    daemon.client.kill("orders-3")
    kind = probe_kind("docker.running")
    settings, labels = kind.settings(host=daemon.url), kind.parameters(labels={"app": "orders"})
    probe = kind.make(settings, labels, kind.good(at_least=2))

    reading = probe.read(10)

    assert reading.value == 1
    assert reading.fields == {"well": ["orders-1"], "not_well": ["orders-2", "orders-3"]}
    assert not probe.judge(reading).good
    daemon.client.unpause("orders-2")
    assert probe.judge(probe.read(10)).good
    gone = kind.make(kind.settings(host="unix:///nowhere/docker.sock"), labels, kind.good(at_least=2))
    with pytest.raises(Unanswered, match="cannot be reached"):
        gone.read(2)
