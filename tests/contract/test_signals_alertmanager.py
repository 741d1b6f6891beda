"""The source `alertmanager` tells what fires and what is over, and says when it cannot know; against the real one."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import raw_server
from heard import Heard
from monitoring import Alertmanager as Real
from servers import NatsServer, Running, free_port, listening, wait_until
from shop_exporter import ShopsExporter

from drills.demo.shop.settings import Region
from drills.demo.shop.settings import Settings as Shop
from drills.signals import registry
from drills.signals.contract import AlertSource, SignalError
from injectors.values import rebuild

CANARY = "canary-9f2c71"
DOWN = {"alertname": "PayDown", "service": "checkout", "severity": "page"}


@pytest.fixture(scope="module")
def real() -> Iterator[Real]:
    with Real() as server:
        yield server


def made(url: str, name: str = "alerts", **settings: Any) -> AlertSource:
    """As gameday makes it from `with:`."""
    kind = registry.source_kind("alertmanager")
    return kind.make(name, rebuild(kind.settings, {"url": url, "poll": "100ms", **settings}))


@contextmanager
def listening_to(url: str, **settings: Any) -> Iterator[tuple[AlertSource, Heard]]:
    source, heard = made(url, **settings), Heard()
    source.start(heard)
    try:
        yield source, heard
    finally:
        source.stop()


def named(name: str, **labels: str) -> dict[str, str]:
    return {**DOWN, "alertname": name, "service": name, **labels}


@pytest.mark.external
def test_an_alert_is_delivered_when_it_fires_and_when_it_is_over(real):
    with listening_to(real.url) as (source, heard):
        before = time.time_ns()
        real.tell(named("Fires"))
        heard.wait(1)
        real.tell(named("Fires"), over=True)
        heard.wait(2)
        fired, over = heard.alerts
    assert heard.said == [("Fires", "firing"), ("Fires", "resolved")]
    assert (fired.source, fired.labels, fired.annotations) == (
        "alerts",
        named("Fires"),
        {"summary": "seen by the test"},
    )
    assert fired.fingerprint == over.fingerprint
    assert fired.event_at == fired.starts_at
    assert before - 10**9 <= fired.starts_at <= fired.received_at <= time.time_ns()
    assert fired.received_mono <= over.received_mono
    assert json.loads(fired.raw)["labels"] == named("Fires")
    assert over.event_at is None, "when it ended is not told by the API"
    assert (source.problem, source.blind) == ("", ())


@pytest.mark.external
def test_what_fires_already_is_delivered_with_the_time_when_it_began(real):
    real.tell(named("Older"))
    with listening_to(real.url) as (_, heard):
        assert ("Older", "firing") in heard.said, "delivered before start returns"
        old = next(each for each in heard.alerts if each.name == "Older")
        real.tell(named("Older"), over=True)
    assert old.starts_at < old.received_at


@pytest.mark.external
def test_what_is_silenced_reaches_nobody_until_the_silence_ends(real):
    silence = real.silence("Quiet")
    with listening_to(real.url) as (_, heard):
        real.tell(named("Quiet"))
        wait_until(lambda: real.states().get("Quiet") == "suppressed", "it is silenced")
        real.tell(named("Loud"))
        heard.wait(1)
        assert heard.said == [("Loud", "firing")]
        real.unsilence(silence)
        heard.wait(2, limit=30)
        for name in ("Quiet", "Loud"):
            real.tell(named(name), over=True)
    assert heard.said == [("Loud", "firing"), ("Quiet", "firing")]


@pytest.mark.external
def test_one_that_is_silenced_while_it_fires_is_not_over(real):
    with listening_to(real.url) as (_, heard):
        real.tell(named("Known"))
        heard.wait(1)
        silence = real.silence("Known")
        wait_until(lambda: real.states().get("Known") == "suppressed", "it is silenced")
        real.tell(named("After"))
        heard.wait(2)
        assert heard.said == [("Known", "firing"), ("After", "firing")]
        real.tell(named("Known"), over=True)
        heard.wait(3)
        real.unsilence(silence)
        real.tell(named("After"), over=True)
    assert heard.said[2] == ("Known", "resolved")


@pytest.mark.external
def test_what_another_alert_inhibits_reaches_nobody(real):
    real.tell({"alertname": "Outage", "service": "cart", "severity": "outage"})
    with listening_to(real.url) as (_, heard):
        heard.wait(1)
        real.tell({"alertname": "CartSlow", "service": "cart", "severity": "page"})
        wait_until(lambda: real.states().get("CartSlow") == "suppressed", "it is inhibited")
        real.tell(named("Beside"))
        heard.wait(2)
        for name, severity in (("Outage", "outage"), ("CartSlow", "page")):
            real.tell({"alertname": name, "service": "cart", "severity": severity}, over=True)
        real.tell(named("Beside"), over=True)
    assert heard.said[:2] == [("Outage", "firing"), ("Beside", "firing")]


@pytest.mark.external
def test_one_that_ended_and_fires_again_between_two_looks_is_told_as_two(real):
    with listening_to(real.url) as (_, heard):
        real.tell(named("Again"))
        heard.wait(1)
        real.tell(named("Again"), over=True)
        real.tell(named("Again"))
        heard.wait(3)
        real.tell(named("Again"), over=True)
    assert heard.said[:3] == [("Again", "firing"), ("Again", "resolved"), ("Again", "firing")]
    assert heard.alerts[2].starts_at > heard.alerts[0].starts_at


@pytest.mark.external
def test_while_alertmanager_is_down_the_source_is_blind_and_says_so():
    with Real() as own, listening_to(own.url) as (source, heard):
        own.tell(named("Lasting"))
        heard.wait(1)
        up = time.time_ns()
        own.stop()
        wait_until(lambda: source.problem, "it says so")
        ((since, until),) = source.blind
        assert since <= time.time_ns()
        assert until is None
        assert source.problem == f"alerts does not answer: connection refused by 127.0.0.1:{own.port}"
        assert heard.said == [("Lasting", "firing")], "silence is no news"
        assert since >= up - 10**9


@pytest.mark.external
def test_after_a_restart_alerts_that_were_not_told_again_are_no_news_for_a_while():
    with Real() as own, listening_to(own.url, relearns="3s") as (source, heard):
        began = {name: named(name) for name in ("Stays", "Ended")}
        since = time.time()
        for labels in began.values():
            own.tell(labels)
        heard.wait(2)
        first = {each.name: each.starts_at for each in heard.alerts}
        own.stop()
        wait_until(lambda: "connection refused" in source.problem, "it is down")
        own.start()
        wait_until(lambda: "restarted" in source.problem, "the restart is noticed")
        assert len(heard.alerts) == 2, "neither is over: it was only not told again"
        own.tell(began["Stays"], since=_moment(first["Stays"]))
        heard.wait(3)
        ((dark, light),) = source.blind
        assert dark / 1e9 >= since - 1
        assert light is not None
        assert source.problem == ""
    assert heard.said[2:] == [("Ended", "resolved")]


def _moment(nanoseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1000)


LIST, STATUS = "/api/v2/alerts", "/api/v2/status"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (raw_server.answer("not found", 404), "status 404: is the target's url right?"),
        (raw_server.answer("<html>"), "is no JSON: is the target's url right?"),
        (raw_server.answer({"status": "success"}), "the answer is no list of at most 10000 alerts"),
        (raw_server.answer([{"labels": {}}]), "the list of alerts cannot be read"),
        (raw_server.answer(b"[" + b" " * 17_000_000), "its answer is longer than 16777216 bytes"),
        (raw_server.answer("", 302, "location: http://elsewhere/"), "status 302"),
        (raw_server.reset, "connection"),  # reset or broken off, as the system saw it
    ],
)
def test_a_wrong_url_is_told_at_the_start(script, said):
    with (
        raw_server.Server(script) as server,
        pytest.raises(SignalError, match="the alert source alerts does not") as no,
    ):
        made(server.url).start(Heard())
    assert said in str(no.value)


def test_nobody_there_is_told_at_the_start():
    port = free_port()
    with pytest.raises(SignalError, match=f"connection refused by 127.0.0.1:{port}"):
        made(f"http://127.0.0.1:{port}").start(Heard())


def test_no_secret_and_no_answer_is_told(monkeypatch):
    monkeypatch.setenv("ALERTS_TOKEN", CANARY)
    headers = {"authorization": {"env": "ALERTS_TOKEN"}}
    with raw_server.Server(raw_server.answer({"echo": CANARY}, 401)) as server:
        source = made(server.url, headers=headers)
        with pytest.raises(SignalError) as no:
            source.start(Heard())
        assert f"authorization: {CANARY}".encode() in server.requests[0]
    assert CANARY not in f"{no.value!r} {source!r} {source.problem} {no.value.__cause__!r}"


def test_a_missing_secret_is_named_at_the_start(monkeypatch):
    monkeypatch.delenv("ALERTS_TOKEN", raising=False)
    with pytest.raises(SignalError, match="export ALERTS_TOKEN"):
        made("http://127.0.0.1:9", headers={"authorization": {"env": "ALERTS_TOKEN"}}).start(Heard())


def test_an_alert_whose_beginning_only_moves_back_is_the_same_one():
    earlier = {**_listed("Merged"), "startsAt": "2026-01-01T00:00:00Z"}
    with raw_server.Server(_two_pages([_listed("Merged")])) as server, listening_to(server.url) as (_, heard):
        heard.wait(1)
        server.script = _two_pages([earlier, _listed("Next")])
        heard.wait(2)
    assert heard.said == [("Merged", "firing"), ("Next", "firing")]


def _two_pages(alerts: list[Any]) -> raw_server.Script:
    """Alertmanager's two pages, as a server that can be made to hang."""

    def script(line: Any, server: raw_server.Server) -> None:
        page = alerts if LIST.encode() in server.requests[-1] else {"uptime": "2026-01-02T03:04:05Z"}
        raw_server.answer(page)(line, server)

    return script


def test_it_ends_within_a_second_even_while_a_question_hangs():
    with raw_server.Server(_two_pages([])) as server, listening_to(server.url) as (source, _):
        server.script = raw_server.silent
        asked = len(server.requests)
        wait_until(lambda: len(server.requests) > asked, "a question hangs")
        began = time.monotonic()
        source.stop()
        source.stop()
        assert time.monotonic() - began < 1


def _listed(name: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name},
        "startsAt": "2026-01-02T03:04:05.123456789Z",
        "fingerprint": f"f-{name}",
        "status": {"state": "active"},
    }


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_source_whose_thread_broke_off_says_that_it_hears_nothing():
    def deliver(alert: Any) -> None:
        raise RuntimeError(alert.name)

    with raw_server.Server(_two_pages([])) as server:
        source = made(server.url, "breaking")
        source.start(deliver)
        server.script = _two_pages([_listed("Any")])
        (thread,) = (each for each in threading.enumerate() if each.name == "alertmanager breaking")
        thread.join(10)
        source.stop()
    assert source.problem == "breaking is not asked any more: its thread broke off"
    assert source.blind[-1][1] is None


class ShopsMonitor(Running):
    """The demo's own monitor, in a shop where nothing else is open."""

    def __init__(self, broker: NatsServer) -> None:
        super().__init__("the shop's monitor")
        self.port = free_port()
        self.exporter = ShopsExporter()
        regions = {"eu": Region(free_port(), "http://127.0.0.1:9", "orders-eu")}
        ports = (free_port(), free_port(), self.port, self.exporter.port)
        shop = Shop(str(self.folder), broker.url, *ports, regions)
        shop.save(self.folder / "shop.json")
        self.rules = self.folder / "alerts.toml"
        self.rule(limit=0.5)

    def rule(self, limit: float) -> None:
        """Alert when paying is refused more than this (it is 0 or 1)."""
        self.rules.write_text(
            '[[alert]]\nname = "PayRefused"\nmeasure = "pay_refused"\nfor = 0\n'
            f'above = {limit}\nlabels = {{}}\nsummary = "refused"\nrunbook = "pay"\n'
        )

    def start(self) -> None:
        files = [str(self.folder / "shop.json"), str(self.rules), str(self.folder), "3"]
        self.exporter.begin(self.folder / "shop.json")
        self.run([sys.executable, "-m", "drills.demo.shop.monitor", *files], lambda: listening(self.port))

    def close(self) -> None:
        self.exporter.close()
        super().close()


def test_the_monitor_of_the_demo_is_heard_like_the_real_one():
    with NatsServer() as broker:
        monitor = ShopsMonitor(broker)
        try:
            monitor.start()
            with listening_to(f"http://127.0.0.1:{monitor.port}", poll="200ms") as (source, heard):
                heard.wait(1)
                monitor.rule(limit=2)
                heard.wait(2)
                assert source.problem == ""
                monitor.stop()
                wait_until(lambda: source.problem, "it is down")
                monitor.start()
                wait_until(lambda: "restarted" in source.problem, "the restart is noticed")
        finally:
            monitor.close()
    assert heard.said == [("PayRefused", "firing"), ("PayRefused", "resolved")]
    assert heard.alerts[0].labels == {"alertname": "PayRefused", "region": "eu"}


def test_the_librarys_workspace_names_a_source_that_is_installed():
    file = Path(__file__).parents[2] / "scenarios" / "library" / "gameday.yaml"
    assert "kind: alertmanager" in file.read_text()
    assert "alertmanager" in registry.source_names()
