"""STOP in every way a person or a machine says it, while a fault is on at a real target: reverted, or loudly not."""

import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from servers import wait_until
from workplace import GAMEDAY, Workplace, said

from drills.engine.interrupts import APART

SLOW = {"slow": "{inject: toxiproxy.latency, with: {proxy: payments, latency: 300ms}, duration: 2m}"}


@pytest.fixture
def here(tmp_path, staging):
    with Workplace(tmp_path) as place:
        targets = staging.targets
        del targets["pages"]
        place.workspace(targets)
        yield place
        staging.proxies.silent = False


def begun(here, through=()):
    running = here.start("run", here.drill("one", SLOW), through=through)
    here.until_on("slow")
    return running


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143), (signal.SIGTSTP, 130)],
)
def test_a_signal_reverts_even_where_the_parent_shell_ignored_it(here, staging, number, code):
    running = begun(here, ("sh", "-c", f"trap '' {signal.Signals(number).name[3:]}; exec \"$@\"", "sh"))

    running.send_signal(number)
    ended = here.ended(running)

    assert ended.returncode == code, said(ended)
    assert f"STOP, interrupted, by gameday: {signal.Signals(number).name}" in ended.stdout
    assert staging.toxics() == []
    assert here.left_on() == []


def test_twice_prints_the_exact_command_that_reverts_and_leaves_it_to_the_guards(here, staging):
    running = begun(here)
    staging.proxies.silent = True

    running.send_signal(signal.SIGINT)
    time.sleep(APART + 0.1)  # twice within less is one wish: that is what is tried
    running.send_signal(signal.SIGINT)
    ended = here.ended(running)

    assert ended.returncode == 130, said(ended)
    assert "revert by hand with: gameday revert 1\n" in ended.stderr
    assert len(staging.toxics()) == 1
    staging.proxies.silent = False
    reverted = here.type("revert", "1")
    wait_until(lambda: not staging.toxics(), "the guards or that command took it away", 20)
    assert reverted.returncode in {0, 3}, said(reverted)
    wait_until(lambda: not here.left_on(), "and it is confirmed", 20)


IN_ITS_TERMINAL = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_ctrl_c_in_a_terminal_goes_to_all_that_run_there_and_reverts_once(here, staging):
    outer, inner = pty.openpty()
    path = here.drill("one", SLOW)
    running = subprocess.Popen(
        [sys.executable, "-c", IN_ITS_TERMINAL, *GAMEDAY, "run", str(path)],
        cwd=here.folder,
        env={**here.environment, "TERM": "xterm"},
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    shown = b""
    try:
        here.until_on("slow")
        os.write(outer, b"\x03")
        while piece := os.read(outer, 65536):
            shown += piece
    except OSError:
        pass  # Linux says so when the other end of a terminal is closed
    finally:
        os.close(outer)
        code = running.wait(30)

    assert code == 130, shown.decode(errors="replace")
    assert b"stopped: interrupted: SIGINT" in shown
    assert b"Ctrl-C reverts" in shown
    assert staging.toxics() == []


def test_stop_by_command_reverts_ends_with_4_and_refuses_starts_until_cleared(here, staging):
    running = begun(here)

    stopped = here.type("stop", "1", "--reason", "real page")
    ended = here.ended(running)

    assert (stopped.returncode, "  slow: reverted" in stopped.stdout) == (0, True), said(stopped)
    assert (ended.returncode, staging.toxics()) == (4, []), said(ended)
    rehearsed = here.type("run", "--rehearse", "scenarios/one.yaml")
    refused = here.type("run", "scenarios/one.yaml")
    assert (rehearsed.returncode, refused.returncode) == (2, 2)
    assert "STOP of drill 1 was pressed by " in refused.stderr
    assert "gameday stop --clear --reason WHY" in refused.stderr


def test_a_stop_that_cannot_reach_the_target_is_not_confirmed_until_it_can(here, staging):
    running = begun(here)
    staging.proxies.silent = True

    stopped = here.type("stop", "1", "--reason", "real page")
    ended = here.ended(running)

    assert stopped.returncode == 3, said(stopped)
    assert "slow: NOT CONFIRMED" in stopped.stdout
    assert ended.returncode == 3, said(ended)
    assert "NOT CONFIRMED REVERTED: slow: " in ended.stderr
    staging.proxies.silent = False
    wait_until(lambda: not here.left_on() or here.type("revert", "--all").returncode == 0, "it is reverted", 30)
    assert staging.toxics() == []


def test_the_lever_reverts_what_runs_and_nothing_gets_through_until_it_is_released(here, staging):
    (here.folder / "scenarios" / "day.yaml").write_text(
        "game_day: day\ntitle: One part\nparts:\n  only: {scenario: one, when: 0s}\n"
    )
    running = begun(here)

    pulled = here.type("lever", "engage", "--reason", "incident")
    ended = here.ended(running)

    assert (pulled.returncode, ended.returncode, staging.toxics()) == (0, 4, []), said(ended)
    assert here.type("lever", "show").stdout.startswith("engaged by ")
    for words in ("run scenarios/one.yaml", "run --rehearse scenarios/one.yaml", "run scenarios/day.yaml"):
        tried = here.type(*words.split())
        assert (tried.returncode, "incident" in tried.stdout + tried.stderr) == (2, True), said(tried)
    assert staging.toxics() == []
    assert here.type("lever", "release").returncode == 2
    assert here.type("lever", "release", "--reason", "over").returncode == 0
    assert here.type("lever", "show").stdout == "released\n"


# --- the store fails in the middle -----------------------------------------------------------------------------------


def locked(path):
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('begin exclusive'); "
    program += "print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_store_that_is_locked_meanwhile_loses_nothing_and_the_drill_is_reverted(here, staging):
    running = begun(here)
    store = here.folder / ".gameday" / "store.db"
    wait_until(lambda: _kept(store) >= 3, "the first entries are in the store")
    with locked(store) as holder:
        stopped = here.type("stop", "1", "--reason", "real page")
        ended = here.ended(running)
        holder.communicate()

    assert (stopped.returncode, ended.returncode, staging.toxics()) == (0, 4, []), said(ended)
    spill = here.folder / ".gameday" / "drills" / "1" / "timeline-not-saved.jsonl"
    assert f"error: drill 1: the timeline could not be saved: store {store}: another process" in ended.stderr
    assert f"it is in {spill}" in ended.stderr
    spilled = [json.loads(line) for line in spill.read_text().splitlines()]
    shown = [line for line in ended.stdout.splitlines() if line.lstrip().startswith("+")]
    assert _kept(store) + len(spilled) == len(shown), said(ended)
    assert spilled[-1]["body"]["state"] == "ended"


def _kept(store):
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM entries").fetchone()[0]
    except sqlite3.Error:
        return 0
