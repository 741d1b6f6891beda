"""`tcp` and `tls` tell who listens and which certificate is shown, on real sockets with real certificates."""

import contextlib
import datetime as dt
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any

import pytest
from certificates import DAY, Authority
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_server import Server, answer, dripping, raw, reset, silent
from servers import free_port

from drills.signals import registry
from drills.signals.contract import Judgement, Probe, Reading, SignalError, Unanswered
from drills.signals.probes.tls_certificate import covers
from injectors.contract import InjectorError
from injectors.values import rebuild

SECOND = dt.timedelta(seconds=1)


def made(kind: str, target: dict[str, Any], asked: dict[str, Any] | None = None, **good: Any) -> Probe:
    """As gameday makes it."""
    found = registry.probe_kind(kind)
    return found.make(
        rebuild(found.settings, target), rebuild(found.parameters, asked or {}), rebuild(found.good, good)
    )


def looked(probe: Probe, timeout: float = 5) -> tuple[Reading, Judgement]:
    reading = probe.read(timeout)
    return reading, probe.judge(reading)


def here(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port}


@contextlib.contextmanager
def full_listener() -> Iterator[int]:
    """A port whose waiting line is full: to whoever comes next it does not answer at all."""
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = int(listener.getsockname()[1])
        for _ in range(8):
            line = waiting.enter_context(socket.socket())
            line.settimeout(0.3)
            try:
                line.connect(("127.0.0.1", port))
            except TimeoutError:
                break
        yield port


# --- tcp


def test_whoever_accepts_is_good_and_the_time_is_its_value():
    with Server(silent) as server:
        reading, verdict = looked(made("tcp", here(server.port)))
    assert verdict == Judgement(good=True, why=f"connected in {reading.value:.3f} s")
    assert 0 < reading.value < 1
    assert reading.fields == {"seconds": reading.value}


@pytest.mark.parametrize(
    ("good", "holds"),
    [({"within": "5s"}, True), ({"within": "0ms"}, False), ({"below": "5s"}, True), ({"above": "5s"}, False)],
)
def test_the_time_can_be_judged(good, holds):
    with Server(silent) as server:
        assert looked(made("tcp", here(server.port), **good))[1].good is holds


def test_nobody_there_is_bad():
    port = free_port()
    verdict = looked(made("tcp", here(port)))[1]
    assert verdict == Judgement(good=False, why=f"connection refused by 127.0.0.1:{port}")


def test_somebody_who_does_not_answer_is_bad_after_the_timeout():
    with full_listener() as port:
        began = time.monotonic()
        verdict = looked(made("tcp", here(port)), timeout=0.3)[1]
        took = time.monotonic() - began
    assert verdict == Judgement(good=False, why=f"no answer from 127.0.0.1:{port} within 0.3 s")
    assert 0.3 <= took < 1.4


def test_a_name_with_several_addresses_needs_only_one_that_answers():
    with Server(silent) as server:
        assert looked(made("tcp", {"host": "localhost", "port": server.port}))[1].good


@pytest.mark.parametrize("kind", ["tcp", "tls"])
def test_a_name_that_does_not_resolve_says_nothing(kind):
    with pytest.raises(Unanswered, match=r"the name 'no-such-host\.invalid' does not resolve here"):
        made(kind, {"host": "no-such-host.invalid", "port": 443}).read(5)


@pytest.mark.parametrize("kind", ["tcp", "tls"])
def test_what_the_probe_says_goes_before_the_target_and_both_may_be_incomplete(kind):
    probe = made(kind, {"host": "elsewhere.invalid", "port": 1}, {"host": "127.0.0.1"})
    assert (probe.host, probe.port) == ("127.0.0.1", 1)  # type: ignore[attr-defined]
    with pytest.raises(SignalError, match=f"a {kind} probe needs a host and a port"):
        made(kind, {"host": "127.0.0.1"})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"host": "a b"}, "host: "),
        ({"host": "http://x"}, "host: "),
        ({"port": 0}, "port: "),
        ({"port": 65536}, "port: "),
        ({"port": "80"}, "port: "),
        ({"host": "bücher.staging"}, "host: .*ASCII form, xn--"),
        ({"server_name": "a..staging"}, "server_name: .*a part of the host's name is empty"),
        ({"server_name": ".staging"}, "server_name: .*a part of the host's name is empty"),
        ({"server_name": "a" * 64}, "server_name: .*longer than 63"),
        ({"server_name": "\ufff9"}, "server_name: .*ASCII"),
        ({"server_name": "a\0b"}, "server_name: .*ASCII"),
    ],
)
def test_a_wrong_place_is_refused(wrong, told):
    with pytest.raises(InjectorError, match=told):
        made("tls", {"host": "127.0.0.1", "port": 80, **wrong})


# --- tls


@pytest.fixture(scope="module")
def listener() -> Iterator[Server]:
    """It speaks no TLS."""
    with Server(raw(b"220 mail.staging\r\n"), reads=False) as server:
        yield server


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def shown(ours: Authority, *names: str, asked: str = "ledger.staging", good: Any = None, **dates: Any) -> Any:
    """What the probe says of a listener that shows such a certificate."""
    with Server(answer(), ours.context(*names, **dates)) as server:
        target = {**here(server.port), "ca": str(ours.ca), "server_name": asked}
        return looked(made("tls", target, **(good or {})))


def test_a_valid_certificate_is_good_with_its_days_and_names(ours):
    reading, verdict = shown(ours, "ledger.staging", "127.0.0.1", ends=10 * DAY)
    assert verdict == Judgement(good=True, why="expires in 10.0 days")
    assert reading.fields["days_left"] == pytest.approx(10, abs=0.01)
    assert reading.value == reading.fields["seconds_left"] == pytest.approx(10 * 86400, abs=60)
    assert reading.fields["names"] == ["ledger.staging", "127.0.0.1"]
    assert (reading.fields["subject"], reading.fields["issuer"]) == ("CN=listener", "CN=authority")
    assert x509.load_pem_x509_certificate(reading.evidence).serial_number == int(reading.fields["serial"], 16)


@pytest.mark.parametrize(
    ("names", "dates", "why"),
    [
        (["ledger.staging"], {"begins": -2 * DAY, "ends": -DAY}, "certificate has expired (expired 1.0 days ago)"),
        (["ledger.staging"], {"begins": DAY}, "certificate is not yet valid (expires in 10.0 days)"),
        (["else.staging"], {}, "Hostname mismatch, certificate is not valid for 'ledger.staging'."),
        ([], {}, "Hostname mismatch"),
    ],
)
def test_a_wrong_certificate_is_bad_and_read_all_the_same(ours, names, dates, why):
    reading, verdict = shown(ours, *names, **dates)
    assert not verdict.good
    assert verdict.why.startswith(f"not valid: {why}")
    assert reading.fields["names"] == names
    assert reading.evidence.startswith(b"-----BEGIN CERTIFICATE-----")


def test_whom_nobody_trusts_is_bad(ours, tmp_path):
    stranger = Authority(tmp_path, "stranger")
    with Server(answer(), stranger.context("127.0.0.1")) as server:
        reading, verdict = looked(made("tls", {**here(server.port), "ca": str(ours.ca)}))
    assert verdict.why.startswith("not valid: unable to get local issuer certificate")
    assert reading.fields["issuer"] == "CN=stranger"


def test_a_certificate_that_is_wrong_can_be_what_is_wanted(ours):
    assert shown(ours, "ledger.staging", ends=-SECOND, good={"valid": False})[1].good
    verdict = shown(ours, "ledger.staging", good={"valid": False})[1]
    assert verdict.why == "valid, wanted one that is not (expires in 10.0 days)"


@pytest.mark.parametrize(
    ("good", "holds", "why"),
    [
        ({"expires_after": "9d"}, True, "expires in 10.0 days"),
        ({"expires_after": "11d"}, False, "expires in 10.0 days, wanted at least 11.0 days"),
        ({"at_least": "9d"}, True, "seconds until it expires 86"),
        ({"below": "9d"}, False, "seconds until it expires 86"),
        ({"name": "ledger.staging"}, True, "expires in 10.0 days"),
        ({"name": "LEDGER.staging."}, True, "expires in 10.0 days"),
        ({"name": "a.wild.staging"}, True, "expires in 10.0 days"),
        ({"name": "orders.staging"}, False, "the certificate is not for orders.staging"),
    ],
)
def test_its_life_and_its_names_are_judged(ours, good, holds, why):
    verdict = shown(ours, "ledger.staging", "*.wild.staging", good=good)[1]
    assert verdict.good is holds
    assert verdict.why.startswith(why)


def test_who_asks_names_the_server_it_wants(ours):
    with Server(answer(), ours.context("ledger.staging")) as server:
        target = {**here(server.port), "ca": str(ours.ca)}
        assert looked(made("tls", target, {"server_name": "ledger.staging"}))[1].good
        assert not looked(made("tls", target))[1].good


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (reset, "connection reset by"),
        (raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "the TLS handshake with"),
        (raw(), ""),
        (silent, "no answer from"),
        (dripping(b"\x16\x03\x03\x20\x00", b"\x02", 0.02), "no answer from"),
    ],
    ids=["reset", "plain http", "closed", "silent", "drips"],
)
def test_a_listener_that_speaks_no_tls_is_bad_within_the_timeout(script, why):
    with Server(script, reads=False) as server:
        began = time.monotonic()
        reading, verdict = looked(made("tls", here(server.port)), timeout=0.4)
        took = time.monotonic() - began
    assert not verdict.good
    assert verdict.why.startswith(why)
    assert took < 1.4
    assert reading.value is None


def test_nobody_at_the_port_is_bad_and_a_wrong_ca_file_says_nothing(tmp_path):
    port = free_port()
    assert looked(made("tls", here(port)))[1].why == f"connection refused by 127.0.0.1:{port}"
    with pytest.raises(Unanswered, match="cannot be used: No such file"):
        made("tls", {**here(port), "ca": str(tmp_path / "none.pem")}).read(5)


def test_a_listener_that_wants_a_certificate_of_ours_shows_its_own_all_the_same(ours):
    context = ours.context("ledger.staging")
    context.load_verify_locations(ours.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    with Server(answer(), context) as server:
        target = {**here(server.port), "ca": str(ours.ca), "server_name": "ledger.staging"}
        assert looked(made("tls", target))[1].good


@pytest.mark.parametrize(
    ("names", "wanted", "is_for"),
    [
        (["a.staging"], "a.staging", True),
        (["a.staging"], "b.staging", False),
        (["*.staging"], "a.staging", False),  # of a whole top level: OpenSSL says no, too
        (["*.b.staging"], "a.b.staging", True),
        (["*.b.staging"], "a.a.b.staging", False),
        (["*.staging"], "staging", False),
        (["*"], "staging", False),
        (["*.0.0.1"], "127.0.0.1", False),
        (["127.0.0.1"], "127.0.0.1", True),
        (["::1"], "0:0:0:0:0:0:0:1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        ([], "a.staging", False),
    ],
)
def test_a_star_is_one_whole_label_and_never_part_of_an_address(names, wanted, is_for):
    assert covers(names, wanted) is is_for


LABEL = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@given(labels=st.lists(LABEL, min_size=2, max_size=4), more=LABEL)
def test_a_star_covers_every_name_one_label_below_and_none_further_down(labels, more):
    star = ".".join(["*", *labels])
    assert covers([star], ".".join([more, *labels]))
    assert not covers([star], ".".join([more, more, *labels]))
    assert not covers([star], ".".join(labels))


@given(name=st.text(min_size=1, max_size=8))
@settings(max_examples=60)
def test_any_text_as_a_servers_name_is_refused_or_asked_for(listener, name):
    try:
        probe = made("tls", {**here(listener.port), "server_name": name})
    except InjectorError:
        return
    assert not looked(probe)[1].good
