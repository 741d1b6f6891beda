"""With the real Prometheus and Alertmanager: a drill that stops the exporter during a fault misses its alert."""

import sys

import pytest
from http_proxy_server import Dependency, HttpProxy
from monitoring import Alertmanager, Prometheus
from servers import Running, ask, free_port, listening, wait_until
from workplace import Workplace, said

PROGRAM = """
import sys, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
open_ = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

class Metrics(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            with open_(sys.argv[2], timeout=2) as answer:
                refused = int(answer.status != 200)
        except OSError:
            refused = 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"pay_refused {refused}\\n".encode())

    def log_message(self, *_):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Metrics).serve_forever()
"""
RULES = {"groups": [{"name": "shop", "rules": [{"alert": "PayRefused", "expr": "pay_refused > 0"}]}]}
LIMIT = "{{inject: http.rate_limit, with: {{proxy: payments}}, when: {when}, duration: {duration}}}"


class Exporter(Running):
    """A metrics exporter that consents to be stopped, and its pid file."""

    def __init__(self, asks: str) -> None:
        super().__init__("the exporter")
        self.port, self.asks = free_port(), asks
        self.pid_file = self.folder / "exporter.pid"

    def __enter__(self):
        program = self.folder / "exporter.py"
        program.write_text(PROGRAM)
        command = ["env", "GAMEDAY_CONSENT=staging", sys.executable, str(program), str(self.port), self.asks]
        self.run(command, lambda: listening(self.port))
        self.pid_file.write_text(f"{self.process.pid}\n")
        return self

    def __exit__(self, *_):
        self.close()


@pytest.fixture
def here(tmp_path):
    with Dependency() as dependency, HttpProxy() as proxy, Workplace(tmp_path) as place:
        front = f"http://127.0.0.1:{proxy.create('payments', dependency.url)}"
        with (
            Exporter(f"{front}/stock") as exporter,
            Alertmanager() as alerting,
            Prometheus(RULES, f"127.0.0.1:{alerting.port}", f"127.0.0.1:{exporter.port}") as prometheus,
        ):
            place.workspace(
                {
                    "proxies": f'{{kind: http_proxy, with: {{url: "{proxy.url}"}}, consent: [payments]}}',
                    "exporter": f'{{kind: process, with: {{pidfiles: "{exporter.pid_file}"}}}}',
                    "alerts": f'{{kind: alertmanager, with: {{url: "{alerting.url}", poll: 200ms}}}}',
                }
            )
            wait_until(lambda: prometheus.value("pay_refused"), "it is scraped", 30)
            assert ask("GET", f"{front}/stock")[0] == 200
            yield place


def detection(here, drill):
    (row,) = [each for each in here.card(drill)["rows"] if each["measure"] == "alert_detection"]
    return row


@pytest.mark.external
def test_an_exporter_stopped_by_our_own_drill_is_no_excuse_for_an_alert_that_did_not_come(here):
    dark = here.drill(
        "dark",
        {
            "no-metrics": "{inject: process.stop, when: 0s, duration: 8s}",
            "limit": LIMIT.format(when="0s after no-metrics", duration="5s"),
        },
        expect="{alert: {name: PayRefused, within: 4s}}",
    )
    ran = here.type("run", dark)
    assert ran.returncode == 1, said(ran)
    assert (detection(here, "1")["verdict"], detection(here, "1")["result"]["is"]) == ("missed", "missed"), said(ran)
    assert detection(here, "1")["result"]["why"] == "PayRefused did not come"

    seen = here.drill(
        "seen", {"limit": LIMIT.format(when="0s", duration="11s")}, expect="{alert: {name: PayRefused, within: 10s}}"
    )
    ran = here.type("run", seen)
    assert detection(here, "2")["verdict"] == "met", said(ran)
