"""A drill that is killed while an extension's fault is on, or while its function runs, leaves nothing of either."""

import os
import signal
from pathlib import Path

import extension
import pytest
from servers import wait_until
from workplace import Workplace

FUNCTIONS = "chaosshop.pools"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    python = extension.environment(tmp_path / "chaos")
    with Workplace(tmp_path) as place:
        consent = f"consent: [{FUNCTIONS}.close_pool, {FUNCTIONS}.hang]"
        place.workspace({"chaos": f"{{kind: chaostoolkit, with: {{python: {python}, timeout: 60s}}, {consent}}}"})
        (tmp_path / "pool").write_text("open")
        yield place


def fault(pool: Path, func: str, arguments: str) -> str:
    back = f"{{module: {FUNCTIONS}, func: open_pool, arguments: {{path: {pool}}}}}"
    call = f"module: {FUNCTIONS}, func: {func}, arguments: {{{arguments}}}"
    return f"{{inject: chaostoolkit.action, with: {{{call}, revert: [{back}]}}, duration: 5m}}"


def test_killed_while_the_fault_is_on_the_guards_go_its_way_back(here):
    pool = here.folder / "pool"
    running = here.start("run", here.drill("closed", {"pool": fault(pool, "close_pool", f"path: {pool}")}))
    wait_until(lambda: pool.read_text() == "closed", "it is on", 60)
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: pool.read_text() == "open", "it is reverted", 60)


def test_killed_while_its_function_runs_the_function_is_ended_too(here):
    pool, pids = here.folder / "pool", here.folder / "pids"
    running = here.start("run", here.drill("hung", {"pool": fault(pool, "hang", f"pids: {pids}")}))
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2, "it runs", 60)
    pool.write_text("closed")
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: pool.read_text() == "open", "it is reverted", 60)
    for pid in map(int, pids.read_text().split()):
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists() or _zombie(pid), "it is ended", 30)  # type: ignore[misc]


def _zombie(pid: int) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()
