"""The scenarios on the pages of queues run as they stand, on real servers, and nothing outlives a killed drill."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis_server import RedisServer
from rq import Queue
from rq_workers import RqWorker
from servers import wait_until
from workplace import Workplace, said

PAGES = Path(__file__).resolve().parents[2] / "docs" / "targets"


def scenario(page: str) -> str:
    """The whole scenario of a page, with shorter times."""
    text = (PAGES / page).read_text()
    (found,) = re.findall(r"```yaml\n(scenario: .*?)```", text, re.DOTALL)
    return found.replace("when: 10s", "when: 0s").replace("duration: 2m", "duration: 2s")


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as running, RqWorker(running):
        running.do("SET", "gameday:consent", "staging")
        with running.client() as client:
            client.connection_pool.connection_kwargs["decode_responses"] = False
            Queue("mails", connection=client).enqueue("time.sleep", 0)
        yield running


@pytest.fixture
def here(tmp_path, server) -> Iterator[Workplace]:
    with Workplace(tmp_path) as place:
        place.workspace({"cache": f'{{kind: redis, with: {{url: "{server.url}"}}}}'})
        told = (tmp_path / "gameday.yaml").read_text()
        (tmp_path / "gameday.yaml").write_text(told.replace("services: {orders: {}, ", "services: {checkout: {}, "))
        yield place


def untouched(server: RedisServer) -> bool:
    marks = [key for key in server.do("KEYS", "*") if key == "rq:suspended" or key.startswith("gameday:")]
    return marks == ["gameday:consent"] and bool(server.do("SET", "basket", "pears"))


@pytest.mark.parametrize("page", ["redis.md", "rq.md", "celery.md"])
def test_the_scenario_of_the_page_runs_and_leaves_nothing(here, server, page):
    path = here.folder / "scenarios" / "shown.yaml"
    path.write_text(scenario(page))
    planned = here.type("plan", path)
    assert planned.returncode == 0, said(planned)
    assert f"127.0.0.1:{server.port}" in planned.stdout

    ended = here.type("run", path)

    assert ended.returncode == 0, said(ended)
    assert here.left_on() == []
    assert untouched(server)


@pytest.mark.parametrize(("page", "change"), [("redis.md", "held"), ("rq.md", "suspended")])
def test_a_drill_that_is_killed_in_the_middle_leaves_nothing(here, server, page, change):
    path = here.folder / "scenarios" / "shown.yaml"
    path.write_text(scenario(page).replace("duration: 2s", "duration: 2m"))
    running = here.start("run", path)
    here.until_on(change)

    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=10)

    wait_until(lambda: here.left_on() == [], "the guards have reverted it", 30)
    assert untouched(server)


def test_writes_that_are_refused_and_clients_that_are_cut_off_end_too(here, server):
    with server.client(client_name="cart") as client:
        client.ping()
        faults = {
            "full": "{inject: redis.refuse_writes, duration: 1s}",
            "cut": "{inject: redis.kill_clients, with: {name: cart}, when: 2s after full ends}",
        }
        running = here.start("run", here.drill("both", faults, service="checkout", time_limit="30s"))
        here.until_on("full")
        here.until_on("cut")
        client.ping()
        ended = here.ended(running)
    assert ended.returncode == 0, said(ended)
    assert untouched(server)


def test_a_sweep_ends_what_a_dead_machine_left(here, server):
    running = here.start(
        "run", here.drill("one", {"full": "{inject: redis.refuse_writes, duration: 1m}"}, service="mail")
    )
    here.until_on("full")
    here.kill_with_its_guards(running)
    (here.folder / ".gameday").rename(here.folder / "lost")

    found = here.type("sweep")
    assert found.returncode == 3, said(found)
    assert "writes are refused" in found.stdout
    ended = here.type("sweep", "--revert")
    assert ended.returncode == 0, said(ended)
    assert untouched(server)
