"""`http` sees what a user would: a wrong answer is bad, and only what could not be asked is unanswered."""

import json
import socket
import time
from typing import Any

import pytest
from certificates import Authority
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_server import Server, answer, dripping, raw, reset, silent
from servers import free_port

from drills.signals import registry
from drills.signals.contract import EVIDENCE_LIMIT, Judgement, Probe, Reading, Unanswered
from injectors.contract import InjectorError
from injectors.values import rebuild

CANARY = "canary/7d21 9b"
MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n"


def made(url: str, asked: dict[str, Any] | None = None, good: dict[str, Any] | None = None, **site: Any) -> Probe:
    """As gameday makes it."""
    kind = registry.probe_kind("http")
    target = rebuild(kind.settings, {"url": url, **site})
    return kind.make(target, rebuild(kind.parameters, asked or {}), rebuild(kind.good, good or {}))


def looked(probe: Probe, timeout: float = 5) -> tuple[Reading, Judgement]:
    reading = probe.read(timeout)
    return reading, probe.judge(reading)


def judged(script: Any, good: dict[str, Any] | None = None, asked: dict[str, Any] | None = None) -> Judgement:
    with Server(script) as server:
        return looked(made(server.url, asked, good))[1]


@pytest.mark.parametrize(
    ("status", "good", "holds", "why"),
    [
        (200, {}, True, "status 200 in"),
        (204, {}, True, "status 204 in"),
        (302, {}, True, "status 302 in"),
        (399, {}, True, "status 399 in"),
        (400, {}, False, "status 400, wanted below 400"),
        (503, {}, False, "status 503, wanted below 400"),
        (503, {"status": 503}, True, "status 503 in"),
        (200, {"status": 503}, False, "status 200, wanted 503"),
        (429, {"status": [200, 429]}, True, "status 429 in"),
        (500, {"status": [200, 429]}, False, "status 500, wanted 200 or 429"),
        (404, {"status": [404], "equals": 404}, True, "status 404"),
        (201, {"at_most": 200}, False, "status 201, wanted at most 200"),
    ],
)
def test_a_status_is_good_below_400_or_as_it_is_wanted(status, good, holds, why):
    verdict = judged(answer("", status), good)
    assert verdict.good is holds
    assert verdict.why.startswith(why)


@pytest.mark.parametrize(
    ("body", "good", "holds", "why"),
    [
        ({"state": "paid", "id": 7}, {"json": {"state": "paid"}}, True, "status 200 in"),
        ({"state": "open"}, {"json": {"state": "paid"}}, False, "status 200, json.state is a text of 4 characters"),
        ({}, {"json": {"state": "paid"}}, False, "status 200, json.state is missing"),
        ("<html>", {"json": {"state": "paid"}}, False, "status 200, the body is no JSON"),
        ("", {"json": {}}, False, "status 200, the body is no JSON"),
        ("the shop is open", {"contains": "open"}, True, "status 200 in"),
        ("the shop is closed", {"contains": "open"}, False, "status 200, the body does not contain 'open'"),
        ("Größe 3", {"contains": "Größe"}, True, "status 200 in"),
    ],
)
def test_the_body_is_judged_too(body, good, holds, why):
    verdict = judged(answer(body), good)
    assert verdict.good is holds
    assert verdict.why.startswith(why)


@pytest.mark.parametrize(
    ("value", "good", "holds", "why"),
    [
        (3, {"below": 5}, True, ", orders.0.waiting 3"),
        (7, {"below": 5}, False, ", orders.0.waiting 7, wanted below 5"),
        ("late", {"equals": "on time"}, False, ", orders.0.waiting a text of 4 characters, wanted 'on time'"),
        ("on time", {"equals": "on time"}, True, ", orders.0.waiting a text of 7 characters"),
        (True, {"equals": True}, True, ", orders.0.waiting true"),
    ],
)
def test_a_value_in_the_json_is_compared(value, good, holds, why):
    verdict = judged(answer({"orders": [{"waiting": value}]}), good, {"value": "orders.0.waiting"})
    assert verdict.good is holds
    assert verdict.why.endswith(why)


@pytest.mark.parametrize("body", [{"orders": []}, {"orders": [{"waiting": None}]}, {"orders": [{"waiting": {}}]}])
def test_a_value_that_is_not_there_says_nothing(body):
    with pytest.raises(Unanswered, match=r"orders\.0\.waiting has no value"):
        judged(answer(body), {"below": 5}, {"value": "orders.0.waiting"})


def test_a_slow_answer_is_bad_by_its_time_and_the_time_is_told():
    def slow(line: socket.socket, server: Server) -> None:
        server.over.wait(0.25)
        answer("late")(line, server)

    with Server(slow) as server:
        reading, verdict = looked(made(server.url, good={"within": "100ms"}))
    assert not verdict.good
    assert verdict.why == f"status 200 in {reading.fields['seconds']:.3f} s, wanted within 0.1 s"
    assert reading.fields["seconds"] >= 0.25


def test_the_request_is_made_as_it_is_written_and_only_once():
    asked = {"method": "POST", "path": "/pay?amount=1&to=ä b".replace(" ", "%20"), "body": {"basket": ["tea"]}}
    with Server(answer({"paid": True})) as server:
        looked(made(f"{server.url}/shop/", {**asked, "headers": {"X-Drill": "7"}}, headers={"x-team": "orders"}))
        (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /shop/pay?amount=1&to=%C3%A4%20b HTTP/1.1")
    for line in (b"x-drill: 7", b"x-team: orders", b"content-type: application/json", b"user-agent: gameday"):
        assert line in head.lower()
    assert json.loads(body) == {"basket": ["tea"]}


def test_a_redirect_is_seen_and_not_followed():
    with Server(answer("elsewhere")) as other, Server(answer("", 302, f"location: {other.url}/")) as server:
        reading, verdict = looked(made(server.url, good={"status": 200}))
        assert other.requests == []
    assert reading.value == 302
    assert verdict == Judgement(good=False, why="status 302, wanted 200")


def test_the_environments_proxy_is_not_asked(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    with Server(answer("direct")) as server:
        assert looked(made(server.url))[1].good


@pytest.mark.parametrize(
    "pieces",
    [
        (OK + b"transfer-encoding: chunked\r\n\r\n", b"3\r\nabc\r\n", b"0\r\n\r\n"),
        (b"HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n" + OK + b"content-length: 3\r\n\r\nabc",),
        (OK + b"\r\n", b"abc"),
        (b"HTTP/1.0 200 OK\r\n\r\nabc",),
    ],
)
def test_every_way_to_frame_a_body_is_read(pieces):
    with Server(raw(*pieces)) as server:
        reading, verdict = looked(made(server.url, good={"contains": "abc"}))
    assert verdict.good, verdict
    assert (reading.evidence, reading.fields["bytes"]) == (b"abc", 3)


BROKEN = "connection"
"""Broken off or reset, as the system saw it."""


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (reset, BROKEN),
        (raw(), BROKEN),
        (raw(OK + b"content-length: 10\r\n\r\nabc"), BROKEN),
        (raw(OK + b"transfer-encoding: chunked\r\n\r\n5\r\nab"), BROKEN),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), BROKEN),
        (raw(b"HTTP/1.1 two hundred\r\n\r\n"), BROKEN),
        (raw(OK + b"x: " + b"y" * 200_000 + b"\r\n\r\n"), BROKEN),
        (raw(b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n"), BROKEN),
    ],
)
def test_an_answer_that_is_not_whole_is_bad(script, why):
    with Server(script) as server:
        reading, verdict = looked(made(server.url))
    assert not verdict.good
    assert why in verdict.why
    assert reading.value is None


@pytest.mark.parametrize(
    "script",
    [
        silent,
        dripping(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", 0.02),
        dripping(OK + b"content-length: 100000\r\n\r\n", b"x", 0.02),
        dripping(OK + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.02),
        dripping(OK + b"\r\n", b"x" * 65536, 0.0),
    ],
    ids=["silent", "head drips", "body drips", "chunks drip", "body without end"],
)
def test_nothing_takes_longer_than_the_timeout_however_the_bytes_drip(script):
    with Server(script) as server:
        began = time.monotonic()
        _, verdict = looked(made(server.url), timeout=0.4)
        took = time.monotonic() - began
    assert verdict == Judgement(good=False, why=f"no answer from 127.0.0.1:{server.port} within 0.4 s")
    assert 0.4 <= took < 1.4


def test_nobody_there_is_bad():
    port = free_port()
    assert looked(made(f"http://127.0.0.1:{port}"))[1].why == f"connection refused by 127.0.0.1:{port}"


def test_a_huge_body_is_judged_by_what_is_kept_and_never_kept_whole():
    with Server(answer(b"begin" + b"x" * 5 * MIB)) as server:
        reading, verdict = looked(made(server.url, good={"contains": "begin"}))
        assert verdict.good
        assert reading.fields["bytes"] == 5 * MIB + 5
        assert len(reading.evidence) == EVIDENCE_LIMIT
        assert reading.evidence.endswith(b"[cut here]")
        assert looked(made(server.url, good={"status": 200}))[1].good
        for good in ({"contains": "end"}, {"json": {}}):
            with pytest.raises(Unanswered, match="the body is too long to judge"):
                looked(made(server.url, good=good))


def test_the_media_type_of_the_evidence_is_the_servers():
    with Server(raw(OK + b"content-length: 3\r\n\r\nabc")) as server:
        assert looked(made(server.url))[0].media_type == "text/html"


class TestNothingIsKnown:
    """What this machine could not ask says nothing about the server."""

    def said(self, *arguments: Any, **site: Any) -> str:
        with pytest.raises(Unanswered) as nothing:
            made(*arguments, **site).read(5)
        return f"{nothing.value} {nothing.value!r}"

    def test_of_a_name_that_does_not_resolve(self):
        assert "the name 'no-such-host.invalid' does not resolve here" in self.said("http://no-such-host.invalid")

    def test_without_the_secret_of_a_header(self, monkeypatch):
        monkeypatch.delenv("SHOP_TOKEN", raising=False)
        said = self.said("http://127.0.0.1:9", {"headers": {"authorization": {"env": "SHOP_TOKEN"}}})
        assert "export SHOP_TOKEN" in said

    @pytest.mark.parametrize("secret", ["two\r\nlines: 1", "two\nlines"])
    def test_with_a_secret_that_no_header_may_hold_which_is_not_told(self, monkeypatch, secret):
        monkeypatch.setenv("SHOP_TOKEN", secret)
        with Server(answer()) as server:
            said = self.said(server.url, headers={"authorization": {"env": "SHOP_TOKEN"}})
        assert "a header holds what no header may" in said
        assert "lines" not in said

    def test_with_a_ca_file_that_is_not_there_or_none(self, tmp_path):
        said = self.said("https://127.0.0.1:9", ca=str(tmp_path / "no.pem"))
        assert f"the CA file {tmp_path}/no.pem cannot be used: No such file" in said
        (tmp_path / "empty.pem").write_text("nothing")
        assert "it holds no PEM certificate" in self.said("https://127.0.0.1:9", ca=str(tmp_path / "empty.pem"))


def test_a_secret_that_is_echoed_is_kept_nowhere(monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    echo = {"you_sent": CANARY, "url": f"/?q={CANARY}", "quoted": "canary%2F7d21%209b", "n": {"m": CANARY}}
    asked = {"headers": {"authorization": {"env": "SHOP_TOKEN"}}, "value": "you_sent"}
    with Server(answer(echo)) as server:
        probe = made(server.url, asked, {"equals": "something", "json": {"n": {"m": "another"}}})
        reading, verdict = looked(probe)
        assert f"authorization: {CANARY}".encode() in server.requests[0]
    assert b"[secret]" in reading.evidence
    for kept in (repr(reading), repr(verdict), repr(probe), str(probe), reading.evidence.decode()):
        assert CANARY not in kept
        assert "7d21" not in kept


def test_a_server_is_trusted_by_its_ca_and_its_name(tmp_path):
    ours, other = Authority(tmp_path), Authority(tmp_path, "other")
    with Server(answer("safe"), ours.context("127.0.0.1")) as server:
        assert looked(made(server.url, ca=str(ours.ca)))[1].good
        wrong = looked(made(server.url, ca=str(other.ca)))[1]
        assert wrong.why.startswith(f"the certificate of 127.0.0.1:{server.port} does not verify: ")
    with Server(answer("safe"), ours.context("elsewhere.staging")) as server:
        wrong = looked(made(server.url, ca=str(ours.ca)))[1]
        assert "does not verify: IP address mismatch" in wrong.why


def test_tls_spoken_to_a_plain_port_is_bad():
    with Server(raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), reads=False) as server:
        verdict = looked(made(server.url.replace("http:", "https:")), timeout=2)[1]
    assert verdict.why.startswith(f"the TLS handshake with 127.0.0.1:{server.port} failed: ")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://shop", "write an address such as http"),
        ("http://", "write an address such as http"),
        ("shop.staging:8080", "write an address such as http"),
        ("http://ana:word@shop", "a secret is never written here"),
        ("http://shop/?q=1", "write only scheme, host, port and path"),
        ("http://shop:0", "port 0 is no port"),
        ("http://shop:99999", "Port out of range"),
        ("http://bücher.staging", "xn--"),
    ],
)
def test_a_wrong_address_is_refused_before_anything_is_asked(url, told):
    with pytest.raises(InjectorError, match=told):
        made(url)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"body": "x"}, "GET sends no body: write method: POST"),
        ({"method": "POST", "body": "x" * 65537}, "longer than 65536"),
        ({"path": "pay"}, "begins with /"),
        ({"headers": {"two words": "x"}}, "one word"),
        ({"headers": {"Content-Length": "5"}}, "ours to send"),
        ({"method": "TRACE"}, "GET"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_asked(asked, told):
    with pytest.raises(InjectorError, match=told):
        made("http://shop", asked)


@given(said=st.binary(max_size=300), lead=st.sampled_from([b"", OK, OK + b"\r\n", b"HTTP/1.1 "]))
@settings(max_examples=80)
def test_whatever_bytes_come_back_there_is_a_verdict_or_nothing_is_known(said, lead):
    with Server(raw(lead + said)) as server:
        probe = made(server.url, {"value": "a"}, {"contains": "a", "json": {"a": 1}, "equals": 1})
        try:
            verdict = looked(probe, timeout=2)[1]
        except Unanswered:
            return
    assert verdict.why
