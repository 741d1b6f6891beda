"""`prometheus.query` reads one value from the real Prometheus; whatever is no answer of it says nothing."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from monitoring import Prometheus
from raw_server import Server, answer, dripping, raw, silent
from servers import free_port, wait_until

from drills.signals import registry
from drills.signals.contract import Judgement, Probe, Reading, Unanswered
from injectors.contract import InjectorError
from injectors.values import rebuild

CANARY = "canary-aa19f4"


@pytest.fixture(scope="module")
def real() -> Iterator[Prometheus]:
    with Prometheus() as server:
        wait_until(lambda: server.value("up"), "its own metrics are scraped")
        yield server


def made(url: str, query: str, good: dict[str, Any] | None = None, default: Any = None, **site: Any) -> Probe:
    """As gameday makes it."""
    kind = registry.probe_kind("prometheus.query")
    asked = {"query": query} if default is None else {"query": query, "default": default}
    target = rebuild(kind.settings, {"url": url, **site})
    return kind.make(target, rebuild(kind.parameters, asked), rebuild(kind.good, good or {"at_least": 1}))


def looked(probe: Probe, timeout: float = 5) -> tuple[Reading, Judgement]:
    reading = probe.read(timeout)
    return reading, probe.judge(reading)


def silence(probe: Probe, timeout: float = 5) -> str:
    with pytest.raises(Unanswered) as nothing:
        looked(probe, timeout)
    return f"{nothing.value}"


@pytest.mark.external
@pytest.mark.parametrize(
    ("query", "good", "holds", "why"),
    [
        ("sum(up)", {"equals": 1}, True, "value 1"),
        ("up", {"at_least": 1}, True, "value 1"),
        ("scalar(sum(up)) * 0.125", {"below": "20%"}, True, "value 0.125"),
        ("42", {"below": 42}, False, "value 42, wanted below 42"),
        ("vector(90)", {"at_most": "1m30s"}, True, "value 90"),
        ("vector(-1.5)", {"above": 0}, False, "value -1.5, wanted above 0"),
        ("vector(1) == 1", {"equals": True}, False, "value 1, wanted true"),
        ('count({job="shop"}) > 3', {"above": 3}, True, "value "),
    ],
)
def test_the_one_value_of_a_query_is_judged(real, query, good, holds, why):
    verdict = looked(made(real.url, query, good))[1]
    assert verdict.good is holds
    assert verdict.why.startswith(why)


@pytest.mark.external
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('sum(up{job="none"})', "Prometheus: the query's result is empty; write `default: 0`"),
        ("vector(0) / 0", "Prometheus: the query's value is nan: no number to compare"),
        ("vector(1) / 0", "Prometheus: the query's value is inf"),
        ("prometheus_http_requests_total", "values, not one: wrap it in sum() or max()"),
        ("up[1m]", "Prometheus: the query's result is a matrix, not one value"),
        ('"text"', "Prometheus: the query's result is a string, not one value"),
        ("sum(up", "Prometheus: bad_data: "),
        ("no_such_function(up)", "Prometheus: bad_data: "),
    ],
)
def test_a_query_without_one_finite_value_says_nothing(real, query, said):
    assert said in silence(made(real.url, query))


@pytest.mark.external
def test_an_empty_result_can_mean_a_number(real):
    reading, verdict = looked(made(real.url, 'sum(up{job="none"})', {"equals": 0}, default=0))
    assert verdict == Judgement(good=True, why="value 0")
    assert reading.fields == {"empty": True}
    assert looked(made(real.url, "sum(up)", default=0))[0].fields == {"empty": False}


@pytest.mark.external
def test_a_default_does_not_hide_an_answer_that_is_no_number(real):
    assert "value is nan" in silence(made(real.url, "vector(0) / 0", default=0))


@pytest.mark.external
def test_the_evidence_is_its_answer_and_a_query_of_any_length_and_letter_is_asked(real):
    query = f'sum(up{{job!~"{"é|" * 3000}x"}})'
    reading = made(real.url, query).read(5)
    assert reading.evidence.startswith(b'{"status":"success"')
    assert reading.media_type == "application/json"


@pytest.mark.external
def test_a_prometheus_that_is_gone_says_nothing_and_is_not_bad():
    with Prometheus() as own:
        probe = made(own.url, "vector(1)")
        assert looked(probe)[1].good
        own.stop()
        assert silence(probe) == f"Prometheus: connection refused by 127.0.0.1:{own.port}"


OK = b"HTTP/1.1 200 OK\r\n"
VECTOR = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "1"]}]}}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (answer("<html>"), "status 200, and no JSON: is the target's url right?"),
        (answer("gone", 404), "status 404, and no JSON: is the target's url right?"),
        (answer("", 302, "location: http://elsewhere/"), "status 302, and no JSON"),
        (answer({"status": "fine"}), "status 200, and no answer of its API: is the target's url right?"),
        (answer([1]), "status 200, and no answer of its API"),
        (answer({"status": "success"}), "the answer has an unknown shape"),
        (answer({"status": "success", "data": {"resultType": "vector", "result": [{"value": []}]}}), "unknown shape"),
        (answer({"status": "success", "data": {"resultType": "scalar", "result": [1, "x"]}}), "unknown shape"),
        (answer({"status": "error", "errorType": "timeout", "error": "query timed out"}, 503), "timeout: query timed"),
        (raw(OK + b"content-length: 9\r\n\r\n{"), "broke the connection off"),
        (answer(b'{"status": "success", "x": "' + b"y" * 2_000_000), "status 200, and no JSON"),
    ],
)
def test_what_is_no_answer_of_prometheus_says_nothing(script, said):
    with Server(script) as server:
        assert said in silence(made(server.url, "up"))


@pytest.mark.parametrize("script", [silent, dripping(OK + b"content-length: 9999\r\n\r\n", b" ", 0.02)])
def test_one_that_hangs_says_nothing_within_the_timeout(script):
    with Server(script) as server:
        began = time.monotonic()
        said = silence(made(server.url, "up"), timeout=0.4)
        assert time.monotonic() - began < 1.4
    assert said == f"Prometheus: no answer from 127.0.0.1:{server.port} within 0.4 s"


def test_nobody_there_says_nothing():
    port = free_port()
    assert silence(made(f"http://127.0.0.1:{port}", "up")) == f"Prometheus: connection refused by 127.0.0.1:{port}"


def test_its_own_timeout_is_told_so_that_it_does_not_work_on_for_nobody():
    with Server(answer(VECTOR)) as server:
        looked(made(f"{server.url}/prefix", "up"), timeout=2.5)
        (request,) = server.requests
    assert request.startswith(b"POST /prefix/api/v1/query ")
    assert request.endswith(b"query=up&timeout=3s")


def test_no_secret_is_told(monkeypatch):
    monkeypatch.setenv("PROMETHEUS_TOKEN", CANARY)
    headers = {"authorization": {"env": "PROMETHEUS_TOKEN"}}
    echo = {**VECTOR, "warnings": [CANARY]}
    with Server(answer(echo)) as server:
        reading = made(server.url, "up", headers=headers).read(5)
        assert f"authorization: {CANARY}".encode() in server.requests[0]
        assert CANARY not in repr(reading)
        server.script = answer({"status": "error", "errorType": CANARY, "error": f"you sent {CANARY}"}, 400)
        assert CANARY not in silence(made(server.url, "up", headers=headers))


@pytest.mark.parametrize("wrong", [{"query": ""}, {"query": "x" * 10_001}, {"query": "up", "default": "none"}, {}])
def test_a_wrong_question_is_refused(wrong):
    with pytest.raises(InjectorError):
        rebuild(registry.probe_kind("prometheus.query").parameters, wrong)
