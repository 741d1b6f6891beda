"""The scenario on the page of a target runs as it stands, with shorter times, on the real thing, and leaves nothing."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import extension
import pytest
import yaml
from certificate_folder import Folder
from docker_daemon import DockerDaemon
from http_proxy_server import Dependency, HttpProxy
from postgres_server import PostgresServer
from postgres_shop import PASSWORD, furnish, writes
from postgres_shop import state as database_state
from raw_server import Server, answer
from real_targets import Staging
from servers import RealToxiproxy, wait_until
from tls_parts import Issuer, Listener
from workplace import Workplace, said

PAGES = Path(__file__).resolve().parents[2] / "docs" / "targets"


@dataclass(frozen=True)
class Stage:
    """What a page's targets lead to in the test."""

    targets: Mapping[str, str]
    """Target, as the page names it -> its YAML in one line."""
    state: Callable[[], object]
    """All that the page's fault could change."""
    meanwhile: Callable[[], None] = lambda: None
    """What staging does by itself while the fault is on."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """A path that the page's scenario names -> where it is in the test."""


@contextlib.contextmanager
def toxiproxy(staging: Staging, _: Path) -> Iterator[Stage]:
    with RealToxiproxy() as server:
        port = server.create("payments-db", f"127.0.0.1:{staging.shop.port}")
        targets = {
            "payments-proxy": f'{{kind: toxiproxy, with: {{url: "{server.url}"}}, consent: [payments-db]}}',
            "checkout": f'{{kind: http, with: {{url: "http://127.0.0.1:{port}"}}}}',
        }
        yield Stage(targets, lambda: server.ask("GET", "/proxies/payments-db"))


@contextlib.contextmanager
def http(_: Staging, __: Path) -> Iterator[Stage]:
    with HttpProxy() as proxy, Dependency() as dependency, Server(answer({"state": "paid"})) as checkout:
        proxy.create("payments", dependency.url)
        front = f"http://127.0.0.1:{proxy.create('checkout', checkout.url)}"
        targets = {
            "payments-proxy": f'{{kind: http_proxy, with: {{url: "{proxy.url}"}}, consent: [payments]}}',
            "checkout": f'{{kind: http, with: {{url: "{front}"}}}}',
        }
        yield Stage(targets, lambda: proxy.shown("payments")["faults"])


@contextlib.contextmanager
def nats(staging: Staging, _: Path) -> Iterator[Stage]:
    targets = {"broker": staging.targets["broker"]}
    yield Stage(targets, lambda: (staging.ask("STREAM.INFO.orders")["config"], staging.paused()))


@contextlib.contextmanager
def process(staging: Staging, _: Path) -> Iterator[Stage]:
    workers = staging.workers

    def supervise() -> None:
        wait_until(lambda: not workers.tree("worker-1"), "worker-1 is killed")
        workers.do("start", "worker-1")

    yield Stage({"order-workers": staging.targets["pool"]}, workers.state, supervise)


@contextlib.contextmanager
def docker(_: Staging, __: Path) -> Iterator[Stage]:
    with DockerDaemon() as daemon, daemon.containers(3, app="orders"):
        states = lambda: sorted(each["State"] for each in daemon.client.containers(all=True))  # noqa: E731
        yield Stage({"shop": f'{{kind: docker, with: {{host: "{daemon.url}"}}}}'}, states)


@contextlib.contextmanager
def postgres(_: Staging, folder: Path) -> Iterator[Stage]:
    password = folder / "password"
    password.write_text(PASSWORD)
    with PostgresServer() as server:
        furnish(server)
        told = {"host": "127.0.0.1", "port": server.port, "user": "gameday", "password": {"file": str(password)}}
        target = f"{{kind: postgres, with: {json.dumps(told)}}}"
        yield Stage({"orders-db": target}, lambda: database_state(server), lambda: refused(server))


def refused(server: PostgresServer) -> None:
    """Wait until the application is told that it may not write."""
    wait_until(lambda: writes(server) == "25006", "writes are refused")


@contextlib.contextmanager
def certificate(_: Staging, folder: Path) -> Iterator[Stage]:
    files = Folder(folder, Issuer(), "expire")
    files.fresh()
    with Listener(files.certificate, files.key_file) as listener:
        told = {"folder": str(files.path), "reload": listener.reload, **files.authority(folder)}
        tls = {"host": "localhost", "port": listener.port, "ca": str(folder / "ca.crt")}
        targets = {
            "ledger-files": f"{{kind: certificate, with: {json.dumps(told)}, consent: [ledger.crt]}}",
            "ledger": f"{{kind: tls, with: {json.dumps(tls)}}}",
        }
        yield Stage(targets, files.state)


@contextlib.contextmanager
def chaostoolkit(_: Staging, folder: Path) -> Iterator[Stage]:
    pool = folder / "pool"
    pool.write_text("open")
    told = f"with: {{python: {extension.environment(folder)}}}, consent: [chaosshop.pools.close_pool]"
    yield Stage({"chaos": f"{{kind: chaostoolkit, {told}}}"}, pool.read_text, paths={"/run/shop/pool": str(pool)})


STAGES: Mapping[str, Callable[[Staging, Path], AbstractContextManager[Stage]]] = {
    "certificate.md": certificate,
    "chaostoolkit.md": chaostoolkit,
    "docker.md": docker,
    "http.md": http,
    "nats.md": nats,
    "postgres.md": postgres,
    "process.md": process,
    "toxiproxy.md": toxiproxy,
}
"""Page -> what it needs. A page with a test file of its own stands there instead."""


def scenario(page: str) -> str:
    """The page's scenario; nothing but its times is changed; a path may lie elsewhere."""
    (found,) = re.findall(r"```yaml\n(scenario: .*?)```", (PAGES / page).read_text(), re.DOTALL)
    return re.sub(r"duration: \w+", "duration: 2s", found.replace("when: 10s", "when: 0s"))


def named(page: str) -> set[str]:
    """The targets that the page's workspace has."""
    blocks = re.findall(r"```yaml\n(environments:.*?)```", (PAGES / page).read_text(), re.DOTALL)
    return {name for block in blocks for name in yaml.safe_load(block)["environments"]["staging"]["targets"]}


@pytest.mark.parametrize("page", STAGES)
def test_the_scenario_of_the_page_runs_and_leaves_nothing(page, staging, tmp_path):
    with STAGES[page](staging, tmp_path) as stage, Workplace(tmp_path) as here:
        here.workspace(stage.targets)
        written = (here.folder / "gameday.yaml").read_text().replace("services: {", "services: {checkout: {}, ")
        (here.folder / "gameday.yaml").write_text(written)
        path = here.folder / "scenarios" / "shown.yaml"
        text = scenario(page)
        for shown, tried in stage.paths.items():
            text = text.replace(shown, tried)
        path.write_text(text)
        before = stage.state()
        assert named(page) <= set(stage.targets), "the page names a target that its scenario was not tried with"

        running = here.start("run", path)
        stage.meanwhile()
        ended = here.ended(running)

        assert ended.returncode == 0, said(ended)
        assert here.card()["measured"]
        assert here.left_on() == []
        assert stage.state() == before
