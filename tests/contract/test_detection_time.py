"""When the real Prometheus and Alertmanager alert, the moment we record is the moment it came; the demo's rules too."""

import http.client
import json
import statistics
import sys
import threading
import time
import tomllib
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest
import yaml
from monitoring import Alertmanager, Prometheus
from servers import ROOT, NatsServer, Running, free_port, listening, wait_until
from shop_exporter import ShopsExporter
from webhook_senders import heard_by

from drills.demo.shop.settings import Region
from drills.demo.shop.settings import Settings as Shop

LIMIT = 50 * 10**6
"""ns between the true arrival and the moment we record."""
SHOP = ROOT / "drills" / "demo" / "shop"
RULES: Mapping[str, Any] = yaml.safe_load((SHOP / "prometheus-rules.yml").read_text())


class Tap:
    """Stands before our webhook: notes the true moment at which each alert is here whole, and passes it on."""

    def __init__(self, onward: str) -> None:
        self.arrived: dict[tuple[str, str], int] = {}
        tap = self

        class Passing(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                now = time.time_ns()
                for each in json.loads(body)["alerts"]:
                    tap.arrived.setdefault((each["labels"]["alertname"], each["status"]), now)
                line = http.client.HTTPConnection(onward, timeout=15)
                line.request("POST", "/", body)
                status = line.getresponse().status
                line.close()
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class ShopsMonitor(Running):
    """The demo's own monitor in a shop where nothing else is open: paying is refused, no worker runs."""

    def __init__(self, broker: NatsServer) -> None:
        super().__init__("the shop's monitor")
        self.port = free_port()
        self.exporter = ShopsExporter()
        regions = {"eu": Region(free_port(), "http://127.0.0.1:9", "orders-eu")}
        ports = (free_port(), free_port(), self.port, self.exporter.port)
        shop = Shop(str(self.folder), broker.url, *ports, regions)
        shop.save(self.folder / "shop.json")

    def start(self) -> None:
        files = [str(self.folder / "shop.json"), str(SHOP / "alerts.toml"), str(self.folder), "3"]
        self.exporter.begin(self.folder / "shop.json")
        self.run([sys.executable, "-m", "drills.demo.shop.monitor", *files], lambda: listening(self.port))

    def close(self) -> None:
        self.exporter.close()
        super().close()


@pytest.mark.external
def test_what_prometheus_and_alertmanager_send_is_recorded_within_50_ms_of_its_true_arrival():
    rules = [{"alert": f"Up{number}", "expr": "up == 1", "labels": {"service": f"s{number}"}} for number in range(9)]
    with (
        heard_by() as (source, heard),
        Tap(source.address) as tap,
        Alertmanager(tap.url) as alerting,
        Prometheus({"groups": [{"name": "up", "rules": rules}]}, f"127.0.0.1:{alerting.port}"),
    ):
        heard.wait(9, limit=60)
    off = [each.received_at - tap.arrived[each.name, each.status] for each in heard.alerts[:9]]
    assert min(off) >= 0, "never before it came"
    assert statistics.median(off) <= LIMIT
    assert all((each.starts_at or 0) < each.received_at for each in heard.alerts)


@pytest.mark.external
def test_the_demos_rules_page_on_a_real_prometheus_that_scrapes_the_shops_monitor():
    with NatsServer() as broker, heard_by() as (source, heard), Alertmanager(f"http://{source.address}/") as alerting:
        monitor = ShopsMonitor(broker)
        try:
            monitor.start()
            with Prometheus(RULES, f"127.0.0.1:{alerting.port}", f"127.0.0.1:{monitor.port}"):
                wanted = {"CheckoutWritesFailing", "OrderWorkerMissing"}
                wait_until(lambda: wanted <= {name for name, _ in heard.said}, "both fire", 60)
        finally:
            monitor.close()
    said = {each.name: each for each in heard.alerts}
    assert said["CheckoutWritesFailing"].labels["region"] == "eu"
    assert said["CheckoutWritesFailing"].labels["service"] == "checkout"
    assert "customers cannot pay" in said["CheckoutWritesFailing"].annotations["summary"]


def test_the_demos_two_files_of_rules_say_the_same():
    ours = tomllib.loads((SHOP / "alerts.toml").read_text())["alert"]
    theirs = RULES["groups"][0]["rules"]
    assert [
        (each["name"], f"{each['measure']} > {each['above']:g}", each["labels"], each["runbook"]) for each in ours
    ] == [(each["alert"], each["expr"], each["labels"], each["annotations"]["runbook_url"]) for each in theirs]
    assert [each["for"] * 1000 for each in ours] == [_milliseconds(each["for"]) for each in theirs]


def _milliseconds(text: str) -> float:
    return float(text.removesuffix("ms")) if text.endswith("ms") else float(text.removesuffix("s")) * 1000
