"""The source `webhook` while many send, while senders break off, and from the real Prometheus and Alertmanager."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import pytest
from heard import Heard
from hypothesis import given, settings
from hypothesis import strategies as st
from monitoring import Alertmanager, Prometheus
from raw_server import Server, answer
from servers import free_port, wait_until
from webhook_senders import alert, group, heard_by, made, post

from drills.signals import subset
from drills.signals.contract import Alert
from drills.signals.sources import alertmanager_json
from drills.signals.sources.listener import AT_ONCE

PAGE = {"alertname": "PayDown", "service": "checkout", "severity": "page"}


def reading() -> set[threading.Thread]:
    """The threads that serve one request each."""
    return {each for each in threading.enumerate() if "process_request" in each.name}


def all_of(line: socket.socket) -> bytes:
    """Everything that is said until the other side closes."""
    line.settimeout(5)
    return b"".join(iter(lambda: line.recv(4096), b""))


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


@contextlib.contextmanager
def half_a_request(address: str) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port_of(address)), 5) as line:
        line.sendall(b"POST / HTTP/1.1\r\ncontent-length: 100\r\n\r\nbegin")
        yield line


def test_many_senders_at_once_are_all_heard_and_each_alert_once():
    bodies = [group(*(alert(f"A{number}") for number in range(start, start + 5))) for start in range(40)]
    with heard_by() as (source, heard), ThreadPoolExecutor(16) as senders:
        answers = list(senders.map(lambda body: post(source, body)[0], bodies))
    assert answers == [200] * 40
    assert sorted(each.name for each in heard.alerts) == sorted(f"A{number}" for number in range(44))


def test_more_at_once_than_there_is_room_for_are_turned_away_aloud_and_room_comes_back():
    with heard_by() as (source, heard), contextlib.ExitStack() as held:
        for _ in range(AT_ONCE):
            held.enter_context(half_a_request(source.address))
        with socket.create_connection(("127.0.0.1", port_of(source.address)), 5) as late:
            wait_until(lambda: source.problem, "it says so")
            late.settimeout(5)
            assert late.recv(100).startswith(b"HTTP/1.0 503 ")
        assert f"{AT_ONCE} requests at once" in source.problem
        held.close()
        wait_until(lambda: _taken(source), "there is room again")
    assert heard.said == [("PayDown", "firing")]


def _taken(source: Any) -> bool:
    try:
        return post(source, group(alert()))[0] == 200
    except OSError:
        return False


def test_a_sender_that_breaks_off_may_have_had_an_alert():
    with heard_by() as (source, heard):
        with half_a_request(source.address) as line:
            line.shutdown(socket.SHUT_WR)
            said = all_of(line)
        assert said.startswith(b"HTTP/1.0 400 ")
        assert source.problem.endswith("400, the body is shorter than its Content-Length")
        assert heard.alerts == []


def test_somebody_who_only_looks_at_the_port_is_no_gap_however_he_goes_away():
    with heard_by() as (source, heard):
        for said in (b"", b"POST / HTTP/1.1\r\n"):
            before = reading()
            with socket.create_connection(("127.0.0.1", port_of(source.address)), 5) as line:
                line.sendall(said)
                wait_until(lambda before=before: reading() - before, "it is being read")  # type: ignore[misc]
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wait_until(lambda before=before: not reading() - before, "it is over")  # type: ignore[misc]
        assert post(source, group(alert()))[0] == 200
        assert (source.problem, source.blind) == ("", ())
    assert len(heard.alerts) == 1


def test_a_body_of_unknown_length_is_refused():
    with heard_by() as (source, _), socket.create_connection(("127.0.0.1", port_of(source.address)), 5) as line:
        line.sendall(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
        assert b"send a Content-Length" in all_of(line)


@pytest.mark.parametrize("length", ["-1", "1e3", "\u0663", "9" * 30, "5, 5"])
def test_a_strange_length_is_refused(length):
    with heard_by() as (source, _), socket.create_connection(("127.0.0.1", port_of(source.address)), 5) as line:
        line.sendall(f"POST / HTTP/1.1\r\ncontent-length: {length}\r\n\r\n".encode())
        line.shutdown(socket.SHUT_WR)
        assert all_of(line).split()[1] in (b"411", b"413")


def test_an_alert_that_could_not_be_passed_on_is_taken_when_it_is_sent_again():
    calls: list[Alert] = []

    def fails_once(one: Alert) -> None:
        calls.append(one)
        if len(calls) == 1:
            raise RuntimeError("the drill is not ready")

    source = made()
    source.start(fails_once)
    try:
        with pytest.raises(ConnectionError):
            post(source, group(alert()))
        assert "RuntimeError" in source.problem
        assert "not ready" not in source.problem
        assert post(source, group(alert()))[0] == 200
    finally:
        source.stop()
    assert len(calls) == 2
    assert source.problem == ""


def test_a_whole_alert_that_comes_after_the_end_is_told_to_come_again():
    before, source, heard = reading(), made(), Heard()
    source.start(heard)
    body = json.dumps(group(alert())).encode()
    with socket.create_connection(("127.0.0.1", port_of(source.address)), 5) as line:
        line.sendall(f"POST / HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body[:-1])
        wait_until(lambda: reading() - before, "it is being read")
        source.stop()
        line.sendall(body[-1:])
        assert all_of(line).startswith(b"HTTP/1.0 503 ")
    assert heard.alerts == []


def test_after_its_end_nothing_is_delivered_and_the_port_is_free():
    before, source, heard = reading(), made(), Heard()
    source.start(heard)
    port = port_of(source.address)
    with half_a_request(source.address) as line:
        wait_until(lambda: reading() - before, "it is being read")
        began = time.monotonic()
        source.stop()
        source.stop()
        assert time.monotonic() - began < 1
        line.sendall(json.dumps(group(alert())).encode()[:95])
        assert b" 400 " in all_of(line)
    assert heard.alerts == []
    again = made(listen=f"127.0.0.1:{port}")
    again.start(heard)
    again.stop()


TREES: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
CHANGES = st.dictionaries(
    st.sampled_from(["status", "labels", "annotations", "startsAt", "endsAt", "fingerprint", "new"]), TREES, max_size=3
)


@given(changed=CHANGES, around=st.dictionaries(st.sampled_from(["version", "alerts", "truncatedAlerts"]), TREES))
@settings(max_examples=300)
def test_any_body_is_read_as_alerts_or_is_a_value_error(changed, around):
    body = json.dumps(group(alert(**changed), **around)).encode()
    try:
        alerts, left_out = alertmanager_json.sent("pages", body, 1, 2)
    except ValueError:
        return
    assert isinstance(left_out, int)
    for each in alerts:
        assert each.status in ("firing", "resolved")
        assert each.fingerprint
        json.dumps(each.labels, ensure_ascii=False).encode()
        assert subset.parse(each.raw)


# --- the real ones


@pytest.mark.external
def test_the_real_alertmanager_sends_a_group_and_its_end_when_it_is_told_to():
    other = {**PAGE, "alertname": "PaySlow"}
    with heard_by() as (source, heard), Alertmanager(f"http://{source.address}/") as real:
        real.tell(PAGE)
        real.tell(other)
        heard.wait(2)
        real.tell(PAGE, over=True)
        heard.wait(3)
    assert sorted(heard.said[:2]) == [("PayDown", "firing"), ("PaySlow", "firing")]
    assert heard.said[2:] == [("PayDown", "resolved")]
    by_name = {each.name: each for each in heard.alerts[:2]}
    assert heard.alerts[2].fingerprint == by_name["PayDown"].fingerprint
    assert heard.alerts[2].starts_at == by_name["PayDown"].starts_at
    assert (heard.alerts[2].event_at or 0) > (heard.alerts[2].starts_at or 0)
    assert source.problem == ""


@pytest.mark.external
def test_the_real_alertmanager_tries_again_while_nobody_listens():
    port = free_port()
    with Alertmanager(f"http://127.0.0.1:{port}/") as real:
        real.tell(PAGE)
        wait_until(lambda: "connection refused" in real.output(), "it has tried in vain")
        with heard_by(listen=f"127.0.0.1:{port}") as (_, heard):
            heard.wait(1, limit=30)
    assert heard.said == [("PayDown", "firing")]


@pytest.mark.external
def test_the_real_alertmanager_shows_the_token(monkeypatch):
    monkeypatch.setenv("ALERT_TOKEN", "open-sesame")
    with heard_by(token={"env": "ALERT_TOKEN"}) as (source, heard):
        with Alertmanager(f"http://{source.address}/") as real:
            real.tell(PAGE)
            wait_until(lambda: "401" in source.problem, "it is turned away without")
        assert heard.alerts == []
        with Alertmanager(f"http://{source.address}/", token="open-sesame") as real:
            real.tell(PAGE)
            heard.wait(1)
    assert source.problem == ""


class Shop:
    """A real target for Prometheus: one metric that a test turns."""

    def __init__(self) -> None:
        self.refused = 0
        self._server = Server(self._page)

    def _page(self, line: socket.socket, server: Server) -> None:
        answer(f"pay_refused {self.refused}\n", 200, "content-type: text/plain")(line, server)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.port}"


RULE = {
    "alert": "PayRefused",
    "expr": "pay_refused > 0",
    "labels": {"severity": "page", "service": "checkout"},
    "annotations": {"summary": "{{ $value }} refused", "runbook_url": "http://runbooks/pay"},
}


@pytest.mark.external
def test_what_goes_wrong_is_scraped_judged_grouped_sent_and_heard_and_so_is_its_end():
    rules = {"groups": [{"name": "shop", "rules": [RULE]}]}
    with (
        heard_by() as (source, heard),
        Alertmanager(f"http://{source.address}/") as alerting,
        Shop() as shop,
        Prometheus(rules, f"127.0.0.1:{alerting.port}", shop.address) as monitor,
    ):
        wait_until(lambda: monitor.value("pay_refused"), "it is scraped")
        began = time.time_ns()
        shop.refused = 3
        heard.wait(1, limit=30)
        first = heard.alerts[0]
        shop.refused = 0
        heard.wait(2, limit=60)
    assert heard.said == [("PayRefused", "firing"), ("PayRefused", "resolved")]
    assert first.labels["service"] == "checkout"
    assert first.annotations == {"summary": "3 refused", "runbook_url": "http://runbooks/pay"}
    assert began < (first.starts_at or 0) < first.received_at
    assert first.starts_at == heard.alerts[1].starts_at
    assert (heard.alerts[1].event_at or 0) > (first.starts_at or 0)
    assert source.problem == ""
