"""Celery's tasks on a real Redis are counted and dated as its page says, and a real worker lives through the fault."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.signals import before_task_publish
from redis_server import RedisServer
from servers import end_tree, wait_until

from drills.signals import registry as signals
from drills.signals.contract import Unanswered
from injectors import registry
from injectors.contract import Change, State
from injectors.values import rebuild

APP = """
from celery import Celery
app = Celery("shop", broker=BROKER)

@app.task(name="shop.note")
def note(where):
    open(where, "a").write("done\\n")
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as running:
        yield running


@pytest.fixture
def app(server) -> Iterator[Celery]:
    server.do("FLUSHALL")
    made = Celery("shop", broker=server.url, set_as_current=False)
    yield made
    made.close()


@pytest.fixture
def dated() -> Iterator[None]:
    """The senders do what the page says."""

    def say_when(headers: dict[str, Any], **_: Any) -> None:
        headers["sent_at"] = time.time() - 90

    before_task_publish.connect(say_when)
    yield
    before_task_publish.disconnect(say_when)


def read(server: RedisServer, name: str, **asked: Any) -> Any:
    found = signals.probe_kind(f"redis.{name}")
    made = found.make(
        rebuild(found.settings, {"url": server.url}),
        rebuild(found.parameters, {"key": "celery", **asked}),
        rebuild(found.good, {"at_most": 2}),
    )
    return made.read(5).value


@pytest.mark.usefixtures("dated")
def test_tasks_are_counted_and_the_oldest_is_dated_by_its_sender(server, app):
    assert read(server, "queue_depth") == 0
    app.send_task("shop.note", ["x"])
    app.send_task("shop.note", ["y"])
    assert read(server, "queue_depth") == 2
    assert 89 < read(server, "queue_age", time="headers.sent_at") < 150


def test_a_task_that_nobody_dated_has_an_unknown_age(server, app):
    app.send_task("shop.note", ["x"])
    with pytest.raises(Unanswered, match=r"no time in its field `headers.sent_at`"):
        read(server, "queue_age", time="headers.sent_at")


@pytest.fixture
def worker(server, tmp_path) -> Iterator[Path]:
    (tmp_path / "shopapp.py").write_text(APP.replace("BROKER", repr(server.url)))
    command = [sys.executable, "-m", "celery", "-A", "shopapp", "worker", "--pool", "solo", "--concurrency", "1"]
    with (tmp_path / "said").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield tmp_path
        finally:
            end_tree(process)


def test_a_real_worker_works_on_by_itself_once_refused_writes_are_reverted(server, app, worker):
    done = worker / "done"

    def finished(times: int) -> bool:
        return done.exists() and done.read_text().count("done") >= times

    app.send_task("shop.note", [str(done)])
    wait_until(lambda: finished(1), "the worker works", 60)
    server.do("SET", "gameday:consent", "staging")
    target = {"url": server.url}
    kind = registry.kind("redis.refuse_writes")
    (subject,) = kind.subjects(target, {})
    injector = registry.make(Change("one", kind.name, subject, "gameday-7-0a1b2c", target=target))
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    with pytest.raises(Exception, match="NOREPLICAS"):
        app.send_task("shop.note", [str(done)], retry=False)
    injector.revert(undo)
    app.send_task("shop.note", [str(done)])
    wait_until(lambda: finished(2), "the worker works again", 60)
