import os
import threading

import pytest
from guard_parts import facts, moved, prepared

from drills.guard.control import new_drill_folder
from drills.guard.errors import GuardError, Held
from drills.guard.lines import Resolved, Taken
from drills.guard.phases import Limits, Phase
from drills.guard.reading import read_log
from drills.guard.take_over import alive, open_drills, resolve, take_over, wait_free
from drills.guard.undolog import FILE, UndoLog

FAST = Limits(tries=2, first_wait=0.005, longest_wait=0.01)


def noop(name, path):
    return prepared(name, file=str(path))


def a_dead_drill(workspace, *lines, **more):
    folder = new_drill_folder(workspace)[1]
    with UndoLog.create(folder, facts(**more)) as log:
        if lines:
            log.append(*lines)
    return folder


@pytest.fixture
def bent(tmp_path):
    """A file that holds our line behind the old one."""
    path = tmp_path / "target"
    path.write_text("oldgameday-1-abcdef a\n")
    return path


def test_a_takeover_reverts_from_the_log_alone_and_says_who_and_when(tmp_path, bent):
    folder = a_dead_drill(tmp_path, noop("a", bent), moved("a", Phase.ACTIVE))
    done = take_over(folder, by="ann", why="gameday revert --all")
    assert bent.read_text() == "old"
    assert set(done.cleared) == {"a"}
    assert done.closed
    (taken,) = read_log(folder / FILE).takeovers
    assert (taken.by, taken.why, taken.pid) == ("ann", "gameday revert --all", os.getpid())
    assert open_drills(tmp_path) == []


def test_a_takeover_of_a_closed_log_writes_nothing(tmp_path, bent):
    folder = a_dead_drill(tmp_path, noop("a", bent), moved("a"))
    before = (folder / FILE).read_bytes()
    assert take_over(folder, by="ann").closed
    assert (folder / FILE).read_bytes() == before


def test_what_cannot_be_reverted_is_stuck_and_the_next_command_says_so(tmp_path, bent):
    bent.write_text("old, and changed by gameday-1-abcdef a\nmore\n")
    folder = a_dead_drill(tmp_path, noop("a", bent), moved("a", Phase.ACTIVE))
    done = take_over(folder, by="ann", limits=FAST)
    assert not done.closed
    assert not done.retry
    (left,) = open_drills(tmp_path)
    assert (left.drill, left.folder, left.damage) == ("1", folder, ())
    assert left.open["a"].startswith("stuck: ")
    resolve(folder, "a", why="mended by hand", by="ann")
    assert open_drills(tmp_path) == []
    assert isinstance(read_log(folder / FILE).lines[-1], Resolved)


def test_an_injector_that_is_not_there_is_stuck_not_a_crash(tmp_path):
    entries = (prepared("a", kind="gone.plugin"), prepared("b", kind="noop", wrong=1))
    folder = a_dead_drill(tmp_path, *entries, moved("a", Phase.INJECTING), moved("b", Phase.INJECTING))
    done = take_over(folder, by="ann", limits=FAST)
    assert set(done.stuck) == {"a", "b"}


def test_a_running_drill_is_alive_and_cannot_be_taken_over_or_resolved(tmp_path, bent):
    folder = new_drill_folder(tmp_path)[1]
    with UndoLog.create(folder, facts()) as log:
        log.append(noop("a", bent))
        assert alive(folder)
        assert open_drills(tmp_path) == []
        assert not wait_free(folder, 0.05)
        with pytest.raises(Held):
            take_over(folder, by="ann")
        with pytest.raises(Held):
            resolve(folder, "a", why="x", by="ann")
        timer = threading.Timer(0.1, log.close)
        timer.start()
        assert wait_free(folder, 5)
        timer.join()
    assert not alive(folder)


def test_a_folder_without_a_log_left_nothing(tmp_path):
    folder = new_drill_folder(tmp_path)[1]
    assert not alive(folder)
    assert open_drills(tmp_path) == []


@pytest.mark.parametrize(("change", "why", "said"), [("a", "  ", "reason"), ("b", "x", "no open 'b'; open are: a")])
def test_only_what_is_open_is_resolved_and_only_with_a_reason(tmp_path, change, why, said):
    folder = a_dead_drill(tmp_path, prepared("a"), moved("a", Phase.STUCK), prepared("b"), moved("b"))
    with pytest.raises(GuardError, match=said):
        resolve(folder, change, why=why, by="ann")


def test_a_damaged_log_is_reverted_as_far_as_it_can_be_read_and_stays_loud_until_it_is_resolved(tmp_path, bent):
    folder = a_dead_drill(tmp_path, prepared("lost"), noop("a", bent), moved("a", Phase.ACTIVE))
    path = folder / FILE
    path.write_bytes(path.read_bytes().replace(b"owner of lost", b"owner of lust"))
    done = take_over(folder, by="ann")
    assert bent.read_text() == "old"
    assert done.damage == ("line 2: its checksum is wrong",)
    assert not done.closed
    assert open_drills(tmp_path)[0].damage == done.damage
    resolve(folder, "line 2", why="looked at every target", by="ann")
    assert open_drills(tmp_path) == []


def test_without_a_first_line_a_takeover_still_reverts(tmp_path, bent):
    folder = a_dead_drill(tmp_path, noop("a", bent))
    path = folder / FILE
    path.write_bytes(b"x" + path.read_bytes())
    done = take_over(folder, by="ann", settle=0.0)
    assert bent.read_text() == "old"
    assert len(done.damage) == 1


def test_a_takeover_that_was_itself_cut_off_is_done_again(tmp_path, bent):
    lines = [noop("a", bent), moved("a", Phase.ACTIVE), Taken("guard 1", "gone"), moved("a", Phase.REVERTING)]
    folder = a_dead_drill(tmp_path, *lines)
    with (folder / FILE).open("ab") as file:
        file.write(b'{"n":5,"line":"pha')
    assert take_over(folder, by="guard 2").closed
    assert bent.read_text() == "old"
    assert [each.by for each in read_log(folder / FILE).takeovers] == ["guard 1", "guard 2"]
