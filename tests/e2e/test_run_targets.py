"""Drills on real targets, typed as a person would: what responders do, what others own, what fails at any call."""

import json
import signal

import pytest
from junitparser import JUnitXml
from servers import wait_until
from workplace import Workplace, said

SLOW = {"slow": "{inject: toxiproxy.latency, with: {proxy: payments, latency: 300ms}, duration: 1m}"}
SHORT = {"slow": "{inject: toxiproxy.latency, with: {proxy: payments, latency: 300ms}, duration: 100ms}"}


@pytest.fixture
def here(tmp_path, staging):
    with Workplace(tmp_path) as place:
        targets = staging.targets
        del targets["pages"]
        place.workspace(targets)
        yield place


def phases(here, drill="1"):
    return [
        (each["body"]["change"], each["body"]["phase"], each["body"]["by"])
        for each in here.entries(drill)
        if each["kind"] == "fault"
    ]


def untouched(here, staging, before):
    assert staging.state() == before
    assert here.left_on() == []


# --- responders end a fault themselves -------------------------------------------------------------------------------


def remove_the_toxic(staging):
    (ours,) = staging.toxics()
    assert staging.proxy.ask("DELETE", f"/proxies/payments/toxics/{ours}")[0] == 204


def switch_the_proxy_on(staging):
    staging.proxy.ask("POST", "/proxies/payments", {"enabled": True})


def resume_the_consumer(staging):
    assert staging.paused()
    staging.ask("CONSUMER.PAUSE.orders.workers")


def configure_the_stream(staging):
    config = staging.ask("STREAM.INFO.orders")["config"]
    assert config["max_msg_size"] != -1
    staging.ask("STREAM.UPDATE.orders", {**config, "max_msg_size": -1, "metadata": {"gameday.consent": "staging"}})


def continue_the_worker(staging):
    assert staging.workers.state()["worker-1"] == ["stopped"] * 3
    staging.workers.signal("worker-1", signal.SIGCONT)


def start_the_worker(staging):
    assert not staging.workers.tree("worker-1")
    staging.workers.do("start", "worker-1")


ENDED_BY_HAND = {
    "a toxic removed": (SLOW["slow"], remove_the_toxic),
    "a proxy switched on": ("{inject: toxiproxy.down, with: {proxy: payments}, duration: 1m}", switch_the_proxy_on),
    "a consumer resumed": (
        "{inject: nats.pause_consumer, with: {stream: orders, consumer: workers}, duration: 1m}",
        resume_the_consumer,
    ),
    "a stream configured": ("{inject: nats.refuse_writes, with: {stream: orders}, duration: 1m}", configure_the_stream),
    "a worker continued": ("{inject: process.stop, duration: 1m}", continue_the_worker),
    "a worker started": ("{inject: process.keep_down, duration: 1m}", start_the_worker),
}


@pytest.mark.parametrize("case", ENDED_BY_HAND)
def test_a_fault_that_responders_end_is_cleared_by_them_and_no_error(here, staging, case):
    fault, mend = ENDED_BY_HAND[case]
    running = here.start("run", here.drill("one", {"fault": fault}))
    here.until_on("fault")

    mend(staging)
    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    assert "ended by responders: cleared by responders" in ended.stdout
    assert phases(here)[-1] == ("fault", "clear", "responders")
    assert here.left_on() == []
    assert all(each == ["live"] * 3 for each in staging.workers.state().values())


def test_a_killed_worker_that_is_started_by_hand_is_whole_again_and_no_error(here, staging):
    running = here.start("run", here.drill("one", {"kill": "{inject: process.kill}"}, time_limit="30s"))
    here.until_on("kill")

    start_the_worker(staging)
    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    assert "whole again, without us" in ended.stdout
    assert all(each == ["live"] * 3 for each in staging.workers.state().values())


# --- nothing bites, or the way back is not open ----------------------------------------------------------------------


def test_a_fault_that_does_nothing_makes_the_drill_void_and_never_passed(here, staging):
    before = staging.state()
    staging.proxies.fails = lambda method, _: 200 if method == "POST" else None
    for number, faults in enumerate((SLOW, SHORT), 1):
        ended = here.type("run", here.drill("one", faults, expect="{recovery: {within: 5s}}"))

        assert ended.returncode == 2, said(ended)
        assert "nothing measured: void: slow: " in ended.stdout
        assert not here.card(str(number))["measured"]
    scored = here.type("score", "--junit", "card.xml")
    assert scored.returncode == 2
    suite = next(iter(JUnitXml.fromfile(str(here.folder / "card.xml"))))
    assert "measured" in [each.name for each in suite if each.result]
    untouched(here, staging, before)


def test_a_fault_that_hits_one_of_its_two_targets_makes_the_drill_void_too(here, staging):
    ctl = staging.workers.ctl
    stop = f"[sh, -c, 'test {{name}} = worker-2 || {ctl} stop {{name}}']"
    supervisor = f"{{start: [{ctl}, start, '{{name}}'], stop: {stop}}}"
    told = f'{{pidfiles: "{staging.workers.pidfiles}", supervisor: {supervisor}}}'
    here.workspace({"pool": f"{{kind: process, with: {told}}}"})

    ended = here.type("run", here.drill("one", {"both": "{inject: process.keep_down, select: 2, duration: 1s}"}))

    assert ended.returncode == 2, said(ended)
    assert "both.1 is on: its effect is confirmed" in ended.stdout
    assert "nothing measured: void: both: it was ended before it took effect" in ended.stdout
    assert all(each == ["live"] * 3 for each in staging.workers.state().values())
    assert here.left_on() == []


def test_without_the_right_to_revert_nothing_is_injected_and_nothing_is_stuck(here, staging):
    before = staging.state()
    staging.proxies.fails = lambda method, _: 403 if method == "DELETE" else None
    staging.proxies.calls.clear()

    ended = here.type("run", here.drill("one", SLOW))

    assert ended.returncode == 2, said(ended)
    assert "nothing measured: void: slow: the way back is not open: " in ended.stdout
    assert "the relay says so" in ended.stdout
    assert not [each for each in staging.proxies.calls if each[0] == "POST"]
    untouched(here, staging, before)
    staging.proxies.fails = lambda _method, _path: None
    assert here.type("run", here.drill("one", SHORT)).returncode == 0


# --- what others own, and what fails in between ----------------------------------------------------------------------


def test_a_foreign_toxic_on_the_same_proxy_survives_and_so_does_one_that_comes_meanwhile(here, staging):
    foreign = {"type": "latency", "stream": "upstream", "attributes": {"latency": 1}}
    staging.proxy.ask("POST", "/proxies/payments/toxics", {"name": "theirs", **foreign})
    running = here.start("run", here.drill("one", {"slow": SLOW["slow"].replace("1m", "1s")}))
    here.until_on("slow")
    staging.proxy.ask("POST", "/proxies/payments/toxics", {"name": "theirs-too", **foreign})

    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    assert sorted(staging.toxics()) == ["theirs", "theirs-too"]
    assert here.left_on() == []


def replace_the_proxy(staging):
    staging.proxy.ask("DELETE", "/proxies/payments")
    listen = f"127.0.0.1:{staging.listen['payments']}"
    staging.proxy.create("payments", f"127.0.0.1:{staging.shop.port}", listen)


def replace_the_stream(staging):
    staging.fresh()


@pytest.mark.parametrize(
    ("fault", "replace"),
    [
        (SLOW["slow"], replace_the_proxy),
        (ENDED_BY_HAND["a consumer resumed"][0], replace_the_stream),
    ],
)
def test_a_target_that_is_replaced_meanwhile_ends_clear(here, staging, fault, replace):
    running = here.start("run", here.drill("one", {"fault": fault}))
    here.until_on("fault")

    replace(staging)
    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    assert phases(here)[-1][1] == "clear"
    assert staging.toxics() == []
    assert not staging.paused()
    assert here.left_on() == []


def test_a_target_that_is_gone_for_good_is_reverted_with_it(here, staging):
    running = here.start("run", here.drill("one", {"slow": SLOW["slow"].replace("1m", "2s")}))
    here.until_on("slow")
    staging.proxy.ask("DELETE", "/proxies/payments")

    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    assert here.left_on() == []


def test_a_failure_at_the_kth_call_of_a_drill_leaves_nothing_for_any_k(here, staging):
    path, before, codes = here.drill("short", SHORT), staging.state(), []
    staging.proxies.calls.clear()
    assert here.type("run", path).returncode == 0
    calls = [method for method, _ in staging.proxies.calls]
    assert {"GET", "POST", "DELETE"} <= set(calls)

    for k, _ in enumerate(calls, 1):
        staging.proxies.cut_at(k, reply_lost=k % 2 == 0)
        ended = here.type("run", path)
        codes.append(ended.returncode)
        assert ended.returncode in {0, 2}, said(ended)
        assert staging.toxics() == [], said(ended)
    assert {0, 2} == set(codes)
    untouched(here, staging, before)


# --- stopped, refused ------------------------------------------------------------------------------------------------


def pays(staging, **more):
    with_port = f'{{kind: http, with: {{url: "http://127.0.0.1:{staging.listen["payments"]}"}}}}'
    probe = "probe: http, target: front, good: {status: 200, within: 200ms}, every: 100ms, timeout: 1s"
    return {**staging.targets, "front": with_port}, f"{{pays: {{{probe}{more.get('extra', '')}}}}}"


def test_a_stop_condition_that_breaks_reverts_everything_and_ends_with_4(here, staging):
    targets, probes = pays(staging)
    del targets["pages"]
    here.workspace(targets)

    ended = here.type("run", here.drill("one", SLOW, probes=probes, steady_state="[pays]", stop_unless="[pays]"))

    assert ended.returncode == 4, said(ended)
    assert "STOP, stop condition broken" in ended.stdout
    assert "wanted within 0.2 s" in ended.stdout
    assert staging.toxics() == []
    assert here.left_on() == []
    assert here.card()["outcome"] == "stopped"


def test_a_steady_state_that_is_not_good_refuses_the_drill(here, staging):
    targets, probes = pays(staging)
    del targets["pages"]
    here.workspace(targets)
    slow = {"type": "latency", "stream": "downstream", "attributes": {"latency": 400}}
    staging.proxy.ask("POST", "/proxies/payments/toxics", {"name": "theirs", **slow})

    ended = here.type("run", here.drill("one", SLOW, probes=probes, steady_state="[pays]"))

    assert ended.returncode == 2, said(ended)
    assert "nothing measured: refused: the steady state is not good: pays: status 200 in 0.4" in ended.stdout
    assert staging.toxics() == ["theirs"]


def test_two_drills_on_two_targets_run_side_by_side_and_the_same_target_twice_is_refused(here, staging):
    targets = staging.targets
    del targets["pages"]
    here.workspace({**targets, "proxy": targets["proxy"].replace("[payments]", "[payments, orders]")})
    first = here.start("run", here.drill("first", SLOW))
    other = {"slow": SLOW["slow"].replace("proxy: payments", "proxy: orders")}
    second = here.start("run", here.drill("second", other, service="mail"))
    wait_until(lambda: len(staging.toxics("orders")) == len(staging.toxics("payments")) == 1, "both are on")

    twice = here.type("run", here.drill("third", SLOW, service="ledger"))
    status = json.loads(here.type("status", "--json").stdout)
    stopped = here.type("stop", next(each["drill"] for each in status["running"] if each["scenario"] == "first"))

    assert (twice.returncode, "is in another drill" in twice.stdout) == (2, True), said(twice)
    assert stopped.returncode == 0, said(stopped)
    assert here.ended(first).returncode == 4
    assert (staging.toxics("payments"), len(staging.toxics("orders"))) == ([], 1)
    assert second.poll() is None
    second.terminate()
    assert here.ended(second).returncode == 143
    assert staging.toxics("orders") == []
