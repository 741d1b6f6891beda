"""The source `webhook` takes what Alertmanager sends, once each, and refuses everything else aloud."""

import json
import socket
import time

import pytest
from heard import Heard
from servers import free_port
from webhook_senders import BEGAN_NS, alert, group, heard_by, made, post

from drills.signals.contract import EVIDENCE_LIMIT, Alert, SignalError
from drills.signals.sources.listener import BODY_LIMIT, Listener, Shown
from injectors.contract import InjectorError

CANARY = "canary-6be0d3"


def test_one_alert_comes_with_its_three_times_and_its_words():
    with heard_by() as (source, heard):
        before, mono = time.time_ns(), time.monotonic_ns()
        assert post(source, group(alert())) == (200, "taken")
        after = time.time_ns()
    (one,) = heard.alerts
    assert before <= one.received_at <= after
    assert mono <= one.received_mono <= time.monotonic_ns()
    expected = Alert(
        "pages",
        "f-PayDown",
        "PayDown",
        "firing",
        {"alertname": "PayDown", "service": "checkout"},
        {"summary": "paying fails"},
        BEGAN_NS,
        BEGAN_NS,
        one.received_at,
        one.received_mono,
        one.raw,
    )
    assert one == expected
    assert json.loads(one.raw) == alert()
    assert (source.problem, source.blind) == ("", ())


def test_the_end_of_an_alert_has_the_time_of_its_end():
    with heard_by() as (source, heard):
        post(source, group(alert()))
        post(source, group(alert(status="resolved")))
    assert heard.said == [("PayDown", "firing"), ("PayDown", "resolved")]
    assert heard.alerts[1].starts_at == BEGAN_NS
    assert heard.alerts[1].event_at == BEGAN_NS - 123456789 + 300 * 10**9


def test_a_group_is_taken_apart_each_with_its_own_state():
    with heard_by() as (source, heard):
        post(source, group(alert("A"), alert("B", "resolved"), alert("C")))
    assert heard.said == [("A", "firing"), ("B", "resolved"), ("C", "firing")]


def test_the_same_alert_again_is_delivered_once_however_late_it_is_repeated():
    with heard_by() as (source, heard):
        for body in (group(alert()), group(alert(), alert("Other")), group(alert(status="resolved"))):
            post(source, body)
        assert post(source, group(alert(), alert(status="resolved"))) == (200, "taken")
        post(source, group(alert(startsAt="2026-01-02T04:00:00Z")))
    assert heard.said == [
        ("PayDown", "firing"),
        ("Other", "firing"),
        ("PayDown", "resolved"),
        ("PayDown", "firing"),
    ], "the last one is a new one: it began later"


def test_one_that_comes_hours_late_keeps_the_time_when_it_began():
    with heard_by() as (source, heard):
        post(source, group(alert(startsAt="2020-01-01T00:00:00Z")))
    assert heard.alerts[0].starts_at == 1577836800 * 10**9
    assert heard.alerts[0].received_at > heard.alerts[0].starts_at + 86400 * 10**9


def test_without_a_fingerprint_the_labels_are_one():
    with heard_by() as (source, heard):
        bare = {key: value for key, value in alert().items() if key != "fingerprint"}
        turned = {**bare, "labels": dict(reversed(bare["labels"].items()))}
        post(source, group(bare, turned, {**bare, "labels": {"alertname": "PayDown"}}))
    assert len(heard.alerts) == 2
    assert heard.alerts[0].fingerprint != heard.alerts[1].fingerprint


def test_keys_that_a_later_version_adds_are_accepted_and_times_may_be_missing():
    odd = {"status": "firing", "labels": {}, "notification_reason": "new"}
    with heard_by() as (source, heard):
        assert post(source, group(odd, silenceURL="x"))[0] == 200
    assert (heard.alerts[0].name, heard.alerts[0].starts_at) == ("", None)


def test_alerts_that_the_sender_left_out_are_a_gap():
    with heard_by() as (source, heard):
        post(source, group(alert(), truncatedAlerts=7))
        ((since, until),) = source.blind
    assert since == until == heard.alerts[0].received_at
    assert source.problem == ""


def test_half_a_character_does_not_lose_the_alert():
    with heard_by() as (source, heard):
        body = json.dumps(group(alert(annotations={"summary": "x"}))).replace('"x"', r'"\ud83d down"').encode()
        assert post(source, body)[0] == 200
    assert heard.alerts[0].annotations == {"summary": "? down"}


def test_a_huge_alert_is_kept_only_in_part():
    with heard_by() as (source, heard):
        post(source, group(alert(annotations={"summary": "x" * 500_000})))
    assert len(heard.alerts[0].raw) == EVIDENCE_LIMIT


# --- what is refused


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no group of alerts of version 4"),
        (b"alert!", "no group of alerts of version 4"),
        (b"[" * 50_000, "no group of alerts of version 4"),
        (b'{"version": NaN}', "no group of alerts of version 4: NaN is no JSON"),
        ([], "the body: "),
        ({}, "version: Field required"),
        (group(alert(), version="3"), "version: Input should be '4'"),
        (group(alert(), version=4), "version: Input should be '4'"),
        (group(alert(), alerts={}), "alerts: "),
        (group(alert(), "one"), "alerts.1: "),  # type: ignore[arg-type]
        (group(alert(status="acknowledged")), "status: Input should be 'firing' or 'resolved'"),
        (group(alert(startsAt="yesterday")), "startsAt: Value error, write a time as 2026-01-02T03:04:05"),
        (group(alert(startsAt=1767323045.5)), "startsAt: "),
        (group(alert(labels={"severity": 1})), "labels.severity: "),
        (group(alert(fingerprint="f" * 201)), "fingerprint: "),
        (group(*[{}] * 10_001), "alerts: List should have at most 10000 items"),
        (group({"labels": {"k" * 50_000: 1}, "status": "firing"}), "labels.kkk"),
    ],
)
def test_what_is_no_group_of_version_4_is_refused_whole_and_makes_the_source_blind(body, said):
    with heard_by() as (source, heard):
        status, why = post(source, body)
        assert status == 400
        assert said in why
        assert len(why) < 400
        assert source.problem == f"pages turned a sender away: 400, {why}"
        assert source.blind[0][1] is None
        assert heard.alerts == []
        assert post(source, group(alert()))[0] == 200
        assert source.problem == "", "it hears again"
        assert source.blind[0][1] is not None


def test_no_value_of_a_refused_body_is_repeated():
    with heard_by() as (source, _):
        for body in (group(alert(status=CANARY)), {"version": CANARY}, group(alert(startsAt=CANARY)), CANARY.encode()):
            assert CANARY not in post(source, body)[1]
            assert CANARY not in source.problem


def test_a_body_that_is_too_long_is_refused_so_that_the_sender_can_read_why():
    with heard_by() as (source, heard):
        status, said = post(source, b"x" * (BODY_LIMIT + 1))
        assert (status, said) == (413, f"the body is longer than {BODY_LIMIT} bytes")
        assert "413" in source.problem
        assert post(source, b" " * (BODY_LIMIT - 500) + json.dumps(group()).encode())[0] == 200
        assert heard.alerts == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_a_post_is_taken_and_a_look_is_no_gap(method):
    with heard_by() as (source, heard):
        assert post(source, group(alert()), method)[0] == 405
        assert (heard.alerts, source.problem) == ([], "")


def test_the_path_is_the_senders_own():
    with heard_by() as (source, heard):
        assert post(source, group(alert()), path="/any/path?of=the+receiver")[0] == 200
    assert len(heard.alerts) == 1


def test_a_sender_without_the_token_is_turned_away_and_the_token_is_told_nowhere(monkeypatch):
    monkeypatch.setenv("ALERT_TOKEN", CANARY)
    with heard_by(token={"env": "ALERT_TOKEN"}) as (source, heard):
        for wrong in ({}, {"authorization": "Bearer"}, {"authorization": f"Basic {CANARY}"}, {"authorization": "Ü"}):
            status, said = post(source, group(alert()), **wrong)
            assert (status, said) == (401, "the token is wrong or missing: send Authorization: Bearer ...")
            assert "401" in source.problem
        assert heard.alerts == []
        assert post(source, group(alert()), authorization=f"Bearer {CANARY}")[0] == 200
        assert (len(heard.alerts), source.problem) == (1, "")
        assert CANARY not in f"{source!r} {source.__dict__['_settings']!r} {heard.alerts!r}"


def test_a_missing_token_is_named_at_the_start(monkeypatch):
    monkeypatch.delenv("ALERT_TOKEN", raising=False)
    with pytest.raises(SignalError, match=r"the webhook pages has no token: .* export ALERT_TOKEN"):
        made(token={"env": "ALERT_TOKEN"}).start(Heard())


@pytest.mark.parametrize(
    ("listen", "told"),
    [
        ("0.0.0.0:9095", "others can reach this address: write token"),
        ("[::]:9095", "others can reach this address: write token"),
        ("localhost:9095", "write an address of this machine and a port"),
        ("127.0.0.1", "write an address of this machine and a port"),
        ("127.0.0.1:70000", "write an address of this machine and a port"),
        (":9095", "write an address of this machine and a port"),
    ],
)
def test_where_it_may_listen_is_checked_before(listen, told):
    with pytest.raises(InjectorError, match=told):
        made(listen=listen)


def test_a_port_in_use_is_named_at_the_start_with_what_to_type():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SignalError) as no:
            made(listen=f"127.0.0.1:{port}").start(Heard())
    assert f"{no.value}" == (
        f"the webhook pages cannot listen on 127.0.0.1:{port}: the port is in use; "
        f"see who holds it with `ss -ltnp sport = :{port}`, or change its `listen:`; "
        "if another drill does (`gameday status`), wait for its end: one sender is heard by one drill"
    )


def test_an_address_of_another_machine_is_named_at_the_start(monkeypatch):
    monkeypatch.setenv("ALERT_TOKEN", CANARY)
    with pytest.raises(SignalError, match=r"cannot listen on 192\.0\.2\.1:\d+: this machine has no such address"):
        made(listen=f"192.0.2.1:{free_port()}", token={"env": "ALERT_TOKEN"}).start(Heard())


def test_it_listens_on_ipv6_too():
    with heard_by(listen="[::1]:0") as (source, heard):
        assert source.address.startswith("[::1]:")
        assert post(source, group(alert()))[0] == 200
    assert len(heard.alerts) == 1


# --- its bounds


class Refusing:
    """Takes nothing, notes what was turned away."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def admits(self, _: Shown) -> None:
        return None

    def take(self, _: bytes, __: Shown, ___: int, ____: int) -> None:
        raise AssertionError("nothing whole ever came")

    def turned_away(self, _: int, why: str) -> None:
        self.said.append(why)


@pytest.mark.parametrize(
    ("head", "drop"),
    [(b"POST / HTTP/1.1\r\ncontent-length: 9999\r\n\r\n", b"x"), (b"POST / HTTP/1.1\r\n", b"x: y\r\n")],
    ids=["body", "head"],
)
def test_one_that_drips_is_cut_off_in_time(head, drop):
    taker = Refusing()
    listener = Listener("pages", "127.0.0.1", 0, taker, patience=0.4)
    try:
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", int(listener.address.rpartition(":")[2])), 5) as line:
            line.sendall(head)
            line.settimeout(0.02)
            seen = _drip(line, drop)
        assert 0.3 < time.monotonic() - began < 2
    finally:
        listener.close()
    assert (b"408" in seen) is (taker.said == ["408, the body was not here within 0.4 s"])


def _drip(line: socket.socket, drop: bytes) -> bytes:
    """Send one drop after the other until the other side closes; return what it said."""
    seen = b""
    while True:
        try:
            line.sendall(drop)
            piece = line.recv(4096)
        except TimeoutError:
            continue
        except OSError:
            return seen
        if not piece:
            return seen
        seen += piece
