"""Drills on the real Toxiproxy, typed as a person would: what others own, change, populate or restart meanwhile."""

import json
import os
import signal
from typing import Any

import pytest
from servers import RealToxiproxy, free_port, wait_until
from workplace import Workplace, said

SLOW = "{inject: toxiproxy.latency, with: {proxy: payments, latency: 300ms}, duration: 5m}"
DOWN = "{inject: toxiproxy.down, with: {proxy: payments}, duration: 5m}"
THEIRS = {"name": "theirs", "type": "latency", "stream": "downstream", "attributes": {"latency": 20, "jitter": 5}}


class Populated(RealToxiproxy):
    """The real server with two proxies that somebody else made from a file, one of them with a toxic of his own."""

    def __init__(self) -> None:
        super().__init__()
        self.listen = {name: f"127.0.0.1:{free_port()}" for name in ("payments", "stock")}

    @property
    def file(self) -> list[dict[str, Any]]:
        """The file's content: it says nothing of being switched on, as most do not."""
        return [{"name": name, "listen": at, "upstream": "127.0.0.1:1"} for name, at in self.listen.items()]

    def populate(self, **other: str) -> None:
        """Send the file; `other`: what it says of payments now."""
        sent = [{**each, **other} if each["name"] == "payments" else each for each in self.file]
        assert self.ask("POST", "/populate", sent)[0] == 201

    def fresh(self) -> None:
        """Make all as new."""
        self.config.unlink(missing_ok=True)
        if self.process is None:
            self.start()
        self.reset()
        self.populate()
        assert self.ask("POST", "/proxies/payments/toxics", THEIRS)[0] == 200

    def restart(self) -> None:
        """End it and start it: it knows no more than its configuration."""
        self.stop()
        self.start()

    def state(self) -> dict[str, Any]:
        """Everything it holds."""
        found = self.ask("GET", "/proxies")[1]
        return {name: {key: proxy[key] for key in proxy if key != "Logger"} for name, proxy in found.items()}

    def ours(self, proxy: str = "payments") -> list[str]:
        """The names of the toxics on a proxy that are not theirs."""
        return [each["name"] for each in self.state()[proxy]["toxics"] if not each["name"].startswith("theirs")]

    def change(self, **to: object) -> None:
        """Change payments as its owner would."""
        assert self.ask("POST", "/proxies/payments", to)[0] == 200


@pytest.fixture(scope="module")
def servers():
    with Populated() as one, Populated() as another:
        yield one, another


@pytest.fixture
def server(servers):
    for each in servers:
        each.fresh()
    return servers[0]


@pytest.fixture
def other(servers):
    return servers[1]


@pytest.fixture
def here(tmp_path, server, other):
    with Workplace(tmp_path) as place:
        told = '{{kind: toxiproxy, with: {{url: "{url}"}}, consent: [payments, stock]}}'
        place.workspace({"one": told.format(url=server.url), "another": told.format(url=other.url)})
        yield place


def on(fault: str, target: str) -> str:
    return fault.replace("{", f"{{target: {target}, ", 1)


def begun(here, fault):
    running = here.start("run", here.drill("one", {"fault": on(fault, "one")}))
    here.until_on("fault")
    return running


def clears(here):
    """Who ended each fault, as the timeline has it."""
    return [each["body"]["by"] for each in here.entries() if each["body"].get("phase") == "clear"]


def ended(here, running, code=0):
    end = here.ended(running)
    assert end.returncode == code, said(end)
    assert here.left_on() == []
    return end


# --- several servers, several drills


def test_proxies_of_one_name_on_two_servers_are_bent_in_one_drill_and_both_are_as_they_were(here, server, other):
    before = server.state(), other.state()
    faults = {"slow": on(SLOW, "one"), "cut": on(DOWN, "another"), "slow-stock": on(SLOW, "another")}
    faults["slow-stock"] = faults["slow-stock"].replace("proxy: payments", "proxy: stock")
    running = here.start("run", here.drill("both", faults))
    for fault in faults:
        here.until_on(fault)

    assert [len(each.ours(proxy)) for each in (server, other) for proxy in ("payments", "stock")] == [1, 0, 0, 1]
    assert [each.state()["payments"]["enabled"] for each in (server, other)] == [True, False]
    assert here.type("stop", "1").returncode == 0
    ended(here, running, 4)
    assert (server.state(), other.state()) == before


def test_two_drills_on_two_proxies_of_one_server_end_each_its_own(here, server):
    before = server.state()
    first = begun(here, SLOW)
    stock = on(SLOW, "one").replace("proxy: payments", "proxy: stock")
    second = here.start("run", here.drill("second", {"slow": stock}, service="mail"))
    here.until_on("slow", "2")

    assert here.type("stop", "1").returncode == 0
    assert here.ended(first).returncode == 4
    assert (server.ours("payments"), len(server.ours("stock"))) == ([], 1)
    assert here.type("stop", "2").returncode == 0
    ended(here, second, 4)
    assert server.state() == before


@pytest.mark.parametrize("fault", [SLOW, DOWN], ids=["slow", "down"])
def test_a_drill_that_is_killed_leaves_every_proxy_of_others_field_for_field(here, server, fault):
    before = server.state()
    running = begun(here, fault)
    assert server.state() != before
    os.kill(running.pid, signal.SIGKILL)

    wait_until(lambda: server.state() == before, "its guards revert")
    here.ended(running)
    wait_until(lambda: here.left_on() == [], "the guards have recorded it", 30)


# --- what the owner of a proxy does meanwhile; all that he may do is in tests/contract/test_toxiproxy_owners.py


def test_an_owner_whose_file_makes_the_proxy_anew_has_ended_the_fault(here, server):
    running = begun(here, SLOW)
    server.populate(upstream="127.0.0.1:2")
    theirs = server.state()

    ended(here, running)
    assert server.state() == theirs
    assert clears(here) == ["responders"]


def test_an_owner_who_leads_his_proxy_elsewhere_keeps_it_so_and_loses_our_toxic_alone(here, server):
    running = begun(here, SLOW)
    server.change(upstream="127.0.0.1:2")
    theirs = server.state()
    (ours,) = server.ours()
    theirs["payments"]["toxics"] = [each for each in theirs["payments"]["toxics"] if each["name"] != ours]

    assert here.type("stop", "1").returncode == 0
    ended(here, running, 4)
    assert server.state() == theirs
    assert clears(here) == ["us"]


def test_a_proxy_led_elsewhere_while_it_is_down_is_left_alone_and_loud_until_a_person_settles_it(here, server):
    running = begun(here, DOWN)
    server.ask("POST", "/proxies/payments", {"upstream": "127.0.0.1:2", "enabled": False})
    theirs = server.state()
    here.type("stop", "1")

    end = here.ended(running)
    assert end.returncode == 3, said(end)
    assert "was moved while we held it down" in end.stdout + end.stderr
    assert server.state() == theirs
    assert here.left_on() == ["1"]
    server.change(enabled=True)
    reverted = here.type("revert", "--all")
    assert reverted.returncode == 0, said(reverted)
    assert server.state()["payments"]["upstream"] == "127.0.0.1:2"
    assert here.left_on() == []


# --- the server is restarted in the middle


@pytest.mark.parametrize(
    ("fault", "configured"),
    [(SLOW, True), (DOWN, True), (DOWN, False)],
    ids=["slow, from its file", "down, from its file", "down, with nothing"],
)
def test_a_server_that_is_restarted_has_ended_the_fault_and_is_left_as_it_began(here, server, fault, configured):
    running = begun(here, fault)
    if configured:
        server.config.write_text(json.dumps(server.file))
    server.restart()

    ended(here, running)
    assert sorted(server.state()) == (["payments", "stock"] if configured else [])
    assert all(each["enabled"] and not each["toxics"] for each in server.state().values())
    assert clears(here) == ["responders"]


def test_a_server_that_is_away_when_the_drill_is_stopped_is_not_confirmed_until_it_is_back(here, server):
    running = begun(here, SLOW)
    server.stop()

    stopped = here.type("stop", "1")
    end = here.ended(running)
    assert (stopped.returncode, end.returncode) == (3, 3), said(stopped) + said(end)
    assert "NOT CONFIRMED" in stopped.stdout + end.stdout
    assert here.left_on() == ["1"]
    server.start()

    def mended() -> bool:
        """A guard may be at it just now, or it is left to the command."""
        return here.type("revert", "--all").returncode == 0 and here.left_on() == []

    wait_until(mended, "what was not confirmed is reverted", 30)


def test_a_server_restarted_after_all_of_us_died_needs_no_more_than_revert(here, server):
    running = begun(here, DOWN)
    here.kill_with_its_guards(running)
    server.config.write_text(json.dumps(server.file))
    server.restart()
    began = server.state()

    reverted = here.type("revert", "--all")
    assert reverted.returncode == 0, said(reverted)
    assert server.state() == began
    assert here.left_on() == []
