"""The real Prometheus and Alertmanager for the tests, and what a test asks of them by plain HTTP. Never a fake."""

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

from servers import ROOT, Running, ask, free_port, missing

HOUR = dt.timedelta(hours=1)


class Alertmanager(Running):
    """The real server; groups are sent at once to the webhook, when there is one."""

    def __init__(self, webhook: str = "", token: str = "") -> None:
        super().__init__("alertmanager")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        shown = f", http_config: {{authorization: {{credentials: {token}}}}}" if token else ""
        hook = f"[{{url: '{webhook}', send_resolved: true{shown}}}]" if webhook else "[]"
        self.config = self.folder / "alertmanager.yml"
        self.config.write_text(f"""
route: {{receiver: team, group_by: [service], group_wait: 100ms, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: team, webhook_configs: {hook}}}]
inhibit_rules: [{{source_matchers: [severity=outage], target_matchers: [severity=page], equal: [service]}}]
""")

    def start(self) -> None:
        """Start it (again) on the same port; it keeps its silences and forgets its alerts."""
        found = _found("alertmanager", "prometheus-alertmanager")
        flags = [f"--config.file={self.config}", f"--storage.path={self.folder}/kept", "--cluster.listen-address="]
        self.run([found, *flags, f"--web.listen-address=127.0.0.1:{self.port}"], lambda: self.holds(self.port))

    def tell(self, labels: Mapping[str, str], *, over: bool = False, since: dt.datetime | None = None) -> None:
        """Tell it of an alert as Prometheus does, or that the alert is over."""
        now = dt.datetime.now(dt.UTC)
        alert: dict[str, Any] = {"labels": dict(labels), "annotations": {"summary": "seen by the test"}}
        alert["startsAt"] = (since or now).isoformat()
        alert["endsAt"] = (now if over else now + HOUR).isoformat()
        status, said = ask("POST", f"{self.url}/api/v2/alerts", [alert])
        assert status == 200, said

    def silence(self, name: str) -> str:
        """Silence every alert of this name; return the silence's id."""
        now = dt.datetime.now(dt.UTC)
        matcher = {"name": "alertname", "value": name, "isRegex": False, "isEqual": True}
        window = {"startsAt": now.isoformat(), "endsAt": (now + HOUR).isoformat()}
        body = {"matchers": [matcher], **window, "createdBy": "test", "comment": "test"}
        status, said = ask("POST", f"{self.url}/api/v2/silences", body)
        assert status == 200, said
        return str(said["silenceID"])

    def unsilence(self, silence: str) -> None:
        """End a silence."""
        status, said = ask("DELETE", f"{self.url}/api/v2/silence/{silence}")
        assert status == 200, said

    def states(self) -> dict[str, str]:
        """Alert's name -> active or suppressed, as it says itself."""
        listed = ask("GET", f"{self.url}/api/v2/alerts")[1]
        return {each["labels"]["alertname"]: each["status"]["state"] for each in listed}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Prometheus(Running):
    """The real server; it scrapes and evaluates as often as it can, and tells an Alertmanager when there is one."""

    def __init__(self, rules: Mapping[str, Any] | None = None, alertmanager: str = "", scraped: str = "") -> None:
        super().__init__("prometheus")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.scraped = scraped or f"127.0.0.1:{self.port}"
        self.config = self.folder / "prometheus.yml"
        told = [{"static_configs": [{"targets": [alertmanager]}]}] if alertmanager else []
        config = {
            "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms"},
            "scrape_configs": [{"job_name": "shop", "static_configs": [{"targets": [self.scraped]}]}],
            "rule_files": ["rules.json"] if rules else [],
            "alerting": {"alertmanagers": told},
        }
        self.config.write_text(json.dumps(config))  # JSON is YAML, too
        (self.folder / "rules.json").write_text(json.dumps(rules or {}))

    def start(self) -> None:
        """Start it (again) with what it stored."""
        found = _found("prometheus")
        flags = [f"--config.file={self.config}", f"--storage.tsdb.path={self.folder}/kept", "--log.level=warn"]
        self.run([found, *flags, f"--web.listen-address=127.0.0.1:{self.port}"], self._ready)

    def _ready(self) -> bool:
        return self.holds(self.port) and ask("GET", f"{self.url}/-/ready")[0] == 200

    def value(self, query: str) -> list[Any]:
        """Return what it says itself."""
        return list(ask("GET", f"{self.url}/api/v1/query?{urlencode({'query': query})}")[1]["data"]["result"])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _found(*names: str) -> str:
    paths = (shutil.which(ROOT / ".tools" / "bin" / name) or shutil.which(name) for name in names)
    return next(filter(None, paths), None) or missing(
        names[0], f"make tools (it needs Go), or apt-get install {names[-1]}"
    )
