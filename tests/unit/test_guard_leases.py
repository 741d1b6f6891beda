import os
import signal
import subprocess
import sys

import pytest
from guard_parts import facts, moved, prepared

from drills.guard.control import new_drill_folder
from drills.guard.errors import Blocked, GuardError, Held
from drills.guard.leases import lease, leases_folder
from drills.guard.phases import Phase
from drills.guard.take_over import resolve
from drills.guard.undolog import FILE, UndoLog

OWNER = "toxiproxy http://127.0.0.1:8474 payments"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "leases"


@pytest.fixture
def dead_drill(tmp_path, folder):
    """Makes a drill that died: its log, and the lease it had."""

    def make(*lines):
        path = new_drill_folder(tmp_path / "ws1")[1]
        with lease(OWNER, path / FILE, folder), UndoLog.create(path, facts()) as log:
            log.append(*lines)
        return path

    return make


def take(tmp_path, folder, owner=OWNER):
    return lease(owner, tmp_path / "ws2" / ".gameday" / "drills" / "1" / FILE, folder)


def test_one_owner_is_in_one_drill_even_from_two_workspaces(tmp_path, folder):
    first = lease(OWNER, tmp_path / "ws1" / FILE, folder)
    with pytest.raises(Held, match="is in another drill"):
        take(tmp_path, folder)
    take(tmp_path, folder, "another owner").close()
    first.close()
    take(tmp_path, folder).close()


def test_a_lease_ends_with_its_process(tmp_path, folder):
    program = "import sys; from drills.guard.leases import *; keep = lease(*sys.argv[1:3], Path(sys.argv[3]));"
    program += "print(1, flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program, OWNER, str(tmp_path / FILE), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        holder.stdout.readline()
        with pytest.raises(Held, match=str(holder.pid)):
            take(tmp_path, folder)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        take(tmp_path, folder).close()


@pytest.mark.parametrize("phase", [Phase.PREPARED, Phase.ACTIVE, Phase.STUCK])
def test_what_a_dead_drill_left_open_blocks_its_owner_until_it_is_resolved(tmp_path, folder, dead_drill, phase):
    path = dead_drill(prepared("a", OWNER), moved("a", phase))
    for _ in range(2):
        with pytest.raises(Blocked, match=f"a of drill 1 is still {phase} there.*gameday revert --all"):
            take(tmp_path, folder)
    resolve(path, "a", why="the proxy is gone", by="ann")
    take(tmp_path, folder).close()


def test_another_owners_open_change_blocks_nobody_else(tmp_path, folder, dead_drill):
    dead_drill(prepared("a", OWNER), moved("a"), prepared("b", "another owner"))
    take(tmp_path, folder).close()


def test_a_damaged_log_blocks_every_owner_it_held(tmp_path, folder, dead_drill):
    path = dead_drill(prepared("a", OWNER), moved("a"))
    data = (path / FILE).read_bytes().replace(b'"kind":"noop"', b'"kind":"nope"')
    (path / FILE).write_bytes(data)
    with pytest.raises(Blocked, match="damaged"):
        take(tmp_path, folder)
    resolve(path, "line 2", why="looked at the proxy", by="ann")
    take(tmp_path, folder).close()


def test_a_log_that_was_deleted_says_nothing(tmp_path, folder, dead_drill):
    path = dead_drill(prepared("a", OWNER))
    (path / FILE).unlink()
    take(tmp_path, folder).close()


def test_leases_lie_where_xdg_says_for_all_workspaces():
    program = "from drills.guard.leases import *; print(leases_folder())"
    for setting, place in (({"XDG_STATE_HOME": "/s"}, "/s"), ({"HOME": "/h"}, "/h/.local/state")):
        environment = {"PATH": os.environ["PATH"], **setting}
        said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        assert said.stdout.decode().strip() == f"{place}/gameday/leases"
    assert leases_folder().is_absolute()


def test_no_place_for_leases_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GuardError, match="XDG_STATE_HOME"):
        lease(OWNER, tmp_path / FILE, tmp_path / "file" / "leases")
