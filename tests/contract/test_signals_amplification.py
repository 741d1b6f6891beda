"""Calls at a dependency for each user request: from the real proxy, the real Prometheus, and numbers of a server."""

import itertools
import time

import pytest
from http_proxy_server import Dependency, HttpProxy
from monitoring import Prometheus
from product import AT_ONCE, BUDGET, Product
from raw_server import Server, answer, silent
from servers import ask, free_port, wait_until

from drills.signals import registry
from drills.signals.amplification import Amplification
from drills.signals.contract import Unanswered
from drills.signals.good import Compared
from injectors.values import rebuild

TWICE = Compared(below=2)


def made(name, target, asked, good=None):
    """As gameday makes it."""
    kind = registry.probe_kind(name)
    settings, parameters = rebuild(kind.settings, target), rebuild(kind.parameters, asked)
    return kind.make(settings, parameters, rebuild(kind.good, good or {"below": 2}))


def counting(*seen):
    """A probe whose counters say these, look by look."""
    told = iter(seen)
    return Amplification(lambda _: next(told), 1000.0, TWICE)


def looked(probe):
    reading = probe.read(5)
    return reading.value, probe.judge(reading)


def unanswered(probe):
    with pytest.raises(Unanswered) as nothing:
        probe.read(5)
    return str(nothing.value)


@pytest.fixture(scope="module")
def running():
    with HttpProxy() as proxy:
        yield proxy


@pytest.fixture
def proxy(running):
    yield running
    running.reset()


@pytest.fixture
def dependency():
    with Dependency() as running:
        yield running


def test_the_first_look_says_nothing_and_the_next_compares_with_it():
    probe = counting((100, 50), (130, 60))

    assert "the next look compares with this one" in unanswered(probe)
    value, judged = looked(probe)
    assert (value, judged.good) == (3.0, False)
    assert judged.why == "calls for each user request 3, wanted below 2 (30 for 10)"


def test_calls_without_a_new_request_count_as_for_one():
    probe = counting((0, 0), (7, 0))

    unanswered(probe)
    assert looked(probe)[0] == 7.0


def test_no_traffic_is_no_answer_and_never_good():
    probe = counting((5, 5), (5, 5))

    unanswered(probe)
    assert "nobody asked for anything" in unanswered(probe)


def test_requests_that_cost_no_call_are_good():
    probe = counting((5, 5), (5, 9))

    unanswered(probe)
    value, judged = looked(probe)
    assert (value, judged.good) == (0.0, True)


@pytest.mark.parametrize("fallen", [(3, 60), (130, 2), (0, 0)])
def test_a_counter_that_began_anew_is_no_answer_once_and_never_a_number_below_zero(fallen):
    probe = counting((100, 50), fallen, (fallen[0] + 4, fallen[1] + 4))

    unanswered(probe)
    assert "have just begun" in unanswered(probe)
    assert looked(probe)[0] == 1.0


def test_only_the_last_while_counts():
    steps = itertools.accumulate([(0, 0), *[(10, 1)] * 3, *[(1, 1)] * 400], lambda a, b: (a[0] + b[0], a[1] + b[1]))
    told = iter(steps)
    probe = Amplification(lambda _: next(told), 0.1, TWICE)
    unanswered(probe)
    assert looked(probe)[0] == 10.0

    wait_until(lambda: looked(probe)[0] == 1.0, "what was long ago is forgotten")


def test_a_silent_counter_is_no_answer_and_the_looks_go_on():
    def counters(_):
        said = next(told)
        if said is None:
            raise Unanswered("nobody there")
        return said

    told = iter([(0, 0), None, (4, 2)])
    probe = Amplification(counters, 1000.0, TWICE)
    unanswered(probe)
    assert unanswered(probe) == "nobody there"
    assert looked(probe)[0] == 2.0


@pytest.mark.parametrize(("retries", "value", "good"), [(AT_ONCE, 7.0, False), (BUDGET, 1.0, True)])
def test_the_proxy_counts_what_a_client_that_retries_at_once_does_to_a_dependency(
    proxy, dependency, retries, value, good
):
    back = f"http://127.0.0.1:{proxy.create('payments', dependency.url)}"
    with Product(back, retries) as product:
        front = f"http://127.0.0.1:{proxy.create('checkout', product.url)}"
        probe = made("amplification", {"url": proxy.url}, {"calls": "payments", "requests": "checkout"})
        unanswered(probe)
        assert ask("GET", front)[0] == 200
        assert looked(probe)[1].good

        body = {"name": "limit", "type": "rate_limit", "expires_at": time.time() + 60}
        assert proxy.ask("POST", "/proxies/payments/faults", body)[0] == 201
        again = made("amplification", {"url": proxy.url}, {"calls": "payments", "requests": "checkout"})
        unanswered(again)
        for _ in range(5):
            assert ask("GET", front)[0] == 503
        found, judged = looked(again)
        assert (found, judged.good) == (value, good)


def test_a_proxy_that_is_not_there_or_no_proxy_at_all_is_no_answer(proxy, dependency):
    proxy.create("payments", dependency.url)
    asked = {"calls": "payments", "requests": "checkout"}

    assert "there is no proxy checkout; there are payments" in unanswered(
        made("amplification", {"url": proxy.url}, asked)
    )
    for said in ({"payments": {}}, {"payments": 1}, [], "no JSON"):
        with Server(answer(said)) as other:
            assert "not as `gameday proxy` does" in unanswered(made("amplification", {"url": other.url}, asked))
    closed = {"url": f"http://127.0.0.1:{free_port()}"}
    assert "refused" in unanswered(made("amplification", closed, asked))


def test_two_numbers_of_a_server_are_compared():
    asked = {"calls": {"path": "/a", "value": "payments.calls"}, "requests": {"path": "/b", "value": "requests"}}
    with Server(answer({"payments": {"calls": 10}, "requests": 4})) as shop:
        probe = made("http.amplification", {"url": shop.url}, asked)
        unanswered(probe)
        shop.script = answer({"payments": {"calls": 40}, "requests": 14})
        assert looked(probe)[0] == 3.0
        assert b"GET /a " in shop.requests[0]
        shop.script = answer({"requests": "many"})
        assert unanswered(probe) == "/a has no number at payments.calls"
        shop.script = answer({"payments": {"calls": 90}, "requests": 90}, 500)
        assert "has no number" in unanswered(probe)
        shop.script = silent
        with pytest.raises(Unanswered, match="no answer"):
            probe.read(0.3)


@pytest.mark.external
def test_two_counters_of_the_real_prometheus_are_compared():
    with Prometheus() as server:
        wait_until(lambda: server.value("up"), "its own metrics are scraped")
        asked = {"calls": "vector(3) * scalar(count(up)) * time()", "requests": "vector(1) * time()"}
        probe = made("prometheus.amplification", {"url": server.url}, asked, {"below": 4})
        unanswered(probe)

        def ratio():
            try:
                return round(looked(probe)[0], 3)
            except Unanswered:
                return None

        wait_until(lambda: ratio() == 3.0, "three calls for each second")
        broken = made("prometheus.amplification", {"url": server.url}, asked | {"calls": "nothing_of_this_name"})
        assert "empty" in unanswered(broken)
