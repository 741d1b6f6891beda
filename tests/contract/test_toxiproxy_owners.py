"""What the owner of a proxy does while a fault of ours is on it stays done, on our proxy and on the real server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from servers import TOXIPROXIES, Toxiproxy, free_port

from injectors import registry
from injectors.contract import Change, Drifted, State

TAG = "gameday-7-0a1b2c"
PARAMETERS: dict[str, dict[str, Any]] = {"latency": {"latency": 0.3}, "down": {}}
THEIRS = {"name": "theirs", "type": "latency", "stream": "downstream", "attributes": {"latency": 20, "jitter": 5}}
OURS = f"{TAG}.one"


class Owner:
    """Who made the proxy `payments` from a file, put a toxic on it, and may change it at any time."""

    def __init__(self, server: Toxiproxy) -> None:
        self.server = server
        self.listen = f"127.0.0.1:{free_port()}"
        self.populate()
        self.add("theirs")

    def populate(self, upstream: str = "127.0.0.1:1") -> None:
        file = [{"name": "payments", "listen": self.listen, "upstream": upstream}]
        assert self.server.ask("POST", "/populate", file)[0] == 201

    def add(self, name: str) -> None:
        assert self.server.ask("POST", "/proxies/payments/toxics", {**THEIRS, "name": name})[0] == 200

    def change(self, **to: object) -> None:
        assert self.server.ask("POST", "/proxies/payments", to)[0] == 200

    def delete(self) -> None:
        assert self.server.ask("DELETE", "/proxies/payments")[0] == 204

    def make_anew(self) -> None:
        self.delete()
        self.populate()

    def reset_all(self) -> None:
        assert self.server.ask("POST", "/reset")[0] == 204

    def state(self) -> dict[str, Any]:
        found = self.server.ask("GET", "/proxies")[1]
        return {name: {key: proxy[key] for key in proxy if key != "Logger"} for name, proxy in found.items()}


ENDS: dict[str, Callable[[Owner], None]] = {
    "it is deleted": Owner.delete,
    "it is deleted and made anew": Owner.make_anew,
    "the file leads elsewhere": lambda owner: owner.populate("127.0.0.1:2"),
    "all is reset": Owner.reset_all,
}
STAYS: dict[str, Callable[[Owner], None]] = {
    "it is switched off": lambda owner: owner.change(enabled=False),
    "it is led elsewhere": lambda owner: owner.change(upstream="127.0.0.1:2"),
    "the same file is sent again": Owner.populate,
    "a toxic is added": lambda owner: owner.add("theirs-too"),
}


@pytest.fixture(scope="module", params=TOXIPROXIES)
def server(request) -> Iterator[Toxiproxy]:
    with request.param() as running:
        yield running


@pytest.fixture
def owner(server) -> Iterator[Owner]:
    server.reset()
    yield Owner(server)
    server.reset()


def active(owner, fault):
    given = {"proxy": "payments", **PARAMETERS[fault]}
    target = {"url": owner.server.url}
    change = Change(
        "one", f"toxiproxy.{fault}", "payments", TAG, target=target, consent=("payments",), parameters=given
    )
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    return injector, undo


@pytest.mark.parametrize("case", ENDS)
@pytest.mark.parametrize("fault", PARAMETERS)
def test_what_ends_a_fault_in_passing_is_seen_and_stays_as_its_owner_made_it(owner, fault, case):
    injector, undo = active(owner, fault)
    ENDS[case](owner)
    made = owner.state()
    assert injector.inspect(undo) is State.CLEAR
    injector.revert(undo)
    assert owner.state() == made


@pytest.mark.parametrize("case", STAYS)
def test_a_toxic_that_outlives_a_change_of_its_proxy_is_all_that_revert_takes(owner, case):
    injector, undo = active(owner, "latency")
    STAYS[case](owner)
    made = owner.state()
    made["payments"]["toxics"] = [each for each in made["payments"]["toxics"] if each["name"] != OURS]
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR
    assert owner.state() == made


@pytest.mark.parametrize("case", ["the same file is sent again", "a toxic is added"])
def test_a_proxy_that_is_still_down_after_its_owner_was_there_is_ours_to_switch_on(owner, case):
    injector, undo = active(owner, "down")
    STAYS[case](owner)
    made = owner.state()
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    made["payments"]["enabled"] = True
    assert owner.state() == made


def test_a_proxy_that_its_owner_led_elsewhere_while_it_was_down_is_his_to_switch_on(owner):
    injector, undo = active(owner, "down")
    owner.change(upstream="127.0.0.1:2", enabled=False)
    made = owner.state()
    with pytest.raises(Drifted, match="was moved while we held it down"):
        injector.revert(undo)
    assert injector.inspect(undo) is State.MIXED
    assert owner.state() == made
    owner.change(enabled=True)
    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR
    assert owner.state()["payments"]["upstream"] == "127.0.0.1:2"
