"""Watches the shop from outside, as any monitor would, and alerts by the rules of `alerts.toml`. Mends nothing."""

import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from drills.demo.shop.alert_delivery import Postman, listing, stamp
from drills.demo.shop.alert_rules import Evaluation, Measured, parse
from drills.demo.shop.broker import Broker, BrokerError
from drills.demo.shop.http_client import NoAnswer, call
from drills.demo.shop.http_server import Answer, Request, server
from drills.demo.shop.settings import QUEUE, WORKERS, Settings, load

EVERY = 0.3
"""Seconds between two looks of one check."""
PATIENCE = 3.0
Check = Callable[[], list[Measured]]


def pays(shop: Settings, region: str) -> Check:
    """What the exporter saw as a customer of this region; while it is down the monitor sees nothing, and is silent."""
    url = f"http://127.0.0.1:{shop.exporter_port}/pays?region={region}"

    def look() -> list[Measured]:
        try:
            status, seen = call("GET", url, timeout=PATIENCE + 1)
        except NoAnswer:
            return []
        if status != 200:
            return []
        labels = {"region": region}
        refused = Measured("pay_refused", float(seen["refused"]), labels, str(seen["said"]))
        return [Measured("pay_seconds", float(seen["seconds"]), labels), refused]

    return look


def queue_of(shop: Settings) -> Check:
    """How many paid orders wait for their confirmation, and since when the oldest."""
    broker = Broker(shop.nats)

    def look() -> list[Measured]:
        depth, age = broker.waiting(QUEUE, WORKERS), broker.oldest(QUEUE)
        return [Measured("queue_depth", float(depth)), Measured("queue_age", age)]

    return look


def workers(shop: Settings, wanted: int) -> Check:
    """How many of the pool's processes are there."""
    run = Path(shop.folder, "run")

    def look() -> list[Measured]:
        alive = sum(_alive(file) for file in run.glob("worker-*.pid"))
        return [Measured("workers_missing", float(max(0, wanted - alive)), {}, f"{alive} of {wanted}")]

    return look


def ledger(shop: Settings) -> Check:
    """Does the ledger's listener show a certificate that its callers accept?"""

    def look() -> list[Measured]:
        context = ssl.create_default_context(cafile=shop.authority)
        try:
            with (
                socket.create_connection(("127.0.0.1", shop.ledger_port), PATIENCE) as plain,
                context.wrap_socket(plain, server_hostname="localhost"),
            ):
                return [Measured("ledger_tls_broken", 0.0)]
        except ssl.SSLCertVerificationError as error:
            return [Measured("ledger_tls_broken", 1.0, {}, error.verify_message)]
        except OSError as error:
            return [Measured("ledger_tls_broken", 1.0, {}, str(error))]

    return look


def _alive(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text(encoding="ascii")), 0)
    except (OSError, ValueError):
        return False
    return True


class Monitor:
    """Runs the checks, each in its own thread, and judges what they see by the rules."""

    def __init__(self, shop: Settings, rules: Path, runbooks: Path) -> None:
        self.url = f"http://127.0.0.1:{shop.monitor_port}"
        self._rules, self._runbooks = rules, runbooks
        self._read_at = 0
        self._evaluation = Evaluation([], f"{self.url}/runbooks")
        self._postmen = [Postman(receiver, self.url) for receiver in shop.receivers]
        self._latest: dict[tuple[str, ...], Measured] = {}
        self._lock = threading.Lock()
        self._born = stamp(time.time())

    def watch(self, check: Check) -> None:
        """Look again and again; a look that fails changes no alert, and what nobody measures any more is not shown."""
        before: list[Measured] = []
        while True:
            try:
                seen = check()
            except BrokerError as error:
                print(f"{error}", file=sys.stderr, flush=True)
                seen = []
            self._judge(seen, before)
            before = seen
            time.sleep(EVERY)

    def alerts(self, _: Request) -> Answer:
        """What fires, as Alertmanager's API lists it."""
        with self._lock:
            return Answer(200, listing(self._evaluation.firing.values(), self.url))

    def status(self, _: Request) -> Answer:
        """Since when it watches, as Alertmanager's API says it: one that was restarted has forgotten what fired."""
        return Answer(
            200, {"uptime": self._born, "versionInfo": {"version": "demo"}, "cluster": {"status": "disabled"}}
        )

    def measures(self, _: Request) -> Answer:
        """What was seen last, for a person."""
        with self._lock:
            rows = sorted(self._latest.items())
        return Answer(200, {" ".join(key): {"value": seen.value, "detail": seen.detail} for key, seen in rows})

    def metrics(self, _: Request) -> Answer:
        """The same for a Prometheus; `prometheus-rules.yml` beside this file has the rules."""
        with self._lock:
            rows = [_sample(seen) for _, seen in sorted(self._latest.items())]
        return Answer(200, "".join(rows), "text/plain; version=0.0.4")

    def runbook(self, request: Request) -> Answer:
        """The page an alert links to."""
        page = self._runbooks / Path(request.path).name
        if page.suffix != ".md" or not page.is_file():
            return Answer(404, {"error": "no such runbook"})
        return Answer(200, page.read_text(encoding="utf-8"), "text/markdown; charset=utf-8")

    def _judge(self, seen: list[Measured], before: list[Measured]) -> None:
        with self._lock:
            self._follow_rules()
            for one in before:
                self._latest.pop(_key(one), None)
            for one in seen:
                self._latest[_key(one)] = one
            for alert in self._evaluation.look(seen, time.time()):
                state = "fires" if alert.ended_at is None else "is over"
                print(f"{alert.labels} {state}: {alert.annotations['summary']}", file=sys.stderr, flush=True)
                for postman in self._postmen:
                    postman.take(alert)

    def _follow_rules(self) -> None:
        stamp = self._rules.stat().st_mtime_ns
        if stamp == self._read_at:
            return
        self._read_at = stamp
        try:
            self._evaluation.use(parse(self._rules.read_text(encoding="utf-8")))
        except ValueError as error:
            print(f"keeps the old rules: {error}", file=sys.stderr, flush=True)


def _key(seen: Measured) -> tuple[str, ...]:
    return (seen.measure, *sorted(seen.labels.values()))


def _sample(seen: Measured) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in sorted(seen.labels.items()))
    return f"{seen.measure}{{{labels}}} {seen.value}\n"


def main() -> None:
    """Watch until ended: `monitor SETTINGS RULES RUNBOOKS WORKERS`."""
    shop, rules, runbooks, wanted = load(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    monitor = Monitor(shop, rules, runbooks)
    checks = [*(pays(shop, region) for region in shop.regions), queue_of(shop), workers(shop, wanted), ledger(shop)]
    for check in checks:
        threading.Thread(target=monitor.watch, args=(check,), daemon=True).start()
    routes = {
        ("GET", "/"): monitor.measures,
        ("GET", "/metrics"): monitor.metrics,
        ("GET", "/api/v2/alerts"): monitor.alerts,
        ("GET", "/api/v2/status"): monitor.status,
        ("GET", "/-/ready"): lambda _: Answer(200, {"ready": True}),
        ("GET", "/runbooks/*"): monitor.runbook,
    }
    server(shop.monitor_port, routes).serve_forever()


if __name__ == "__main__":
    main()
