from concurrent.futures import ThreadPoolExecutor

import pytest

from drills.guard import control
from drills.guard.errors import GuardError


def test_drills_are_numbered_and_two_at_once_get_two_numbers(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: control.new_drill_folder(tmp_path), range(40)))
    assert sorted(int(name) for name, _ in made) == list(range(1, 41))
    assert all(folder.is_dir() and folder.stat().st_mode & 0o777 == 0o700 for _, folder in made)
    assert [folder.name for folder in control.drill_folders(tmp_path)] == [str(n) for n in range(1, 41)]


def test_nobody_else_on_the_machine_reads_the_state_of_a_workspace(tmp_path):
    assert control.state_folder(tmp_path).stat().st_mode & 0o777 == 0o700


def test_a_workspace_without_drills_has_none(tmp_path):
    assert control.drill_folders(tmp_path / "nowhere") == []


def test_stop_is_heard_with_who_and_why(tmp_path):
    assert control.stop_pressed(tmp_path) is None
    control.press_stop(tmp_path, by="ann", why="customers call")
    word = control.stop_pressed(tmp_path)
    assert (word.by, word.why, word.drill) == ("ann", "customers call", tmp_path.name)


def test_the_latch_holds_until_it_is_released_with_a_reason_and_nothing_is_forgotten(tmp_path):
    assert control.latched(tmp_path) is None
    control.latch(tmp_path, by="ann", why="STOP", drill="3")
    assert control.latched(tmp_path).drill == "3"
    with pytest.raises(GuardError, match="reason"):
        control.unlatch(tmp_path, by="bob", why=" ")
    control.unlatch(tmp_path, by="bob", why="it was the load test")
    assert control.latched(tmp_path) is None
    history = [(word.by, word.why) for word in control.said(tmp_path / ".gameday" / "stop.json")]
    assert history == [("ann", "STOP"), ("bob", "it was the load test")]


def test_the_lever_is_engaged_and_released_with_reasons(tmp_path):
    with pytest.raises(GuardError, match="reason"):
        control.engage_lever(tmp_path, by="ann", why="")
    control.engage_lever(tmp_path, by="ann", why="incident 12")
    assert control.lever(tmp_path).why == "incident 12"
    control.release_lever(tmp_path, by="ann", why="over")
    assert control.lever(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"history": []}', '{"history": [{"by": 1}]}'])
def test_a_lever_that_cannot_be_read_counts_as_engaged(tmp_path, content):
    control.state_folder(tmp_path).joinpath("lever.json").write_text(content)
    assert "cannot be read" in control.lever(tmp_path).why


def test_a_start_by_hand_is_heard_once_given(tmp_path):
    assert control.started_by_hand(tmp_path, "slow-db") is None
    control.start_by_hand(tmp_path, "slow-db", by="ann")
    assert control.started_by_hand(tmp_path, "slow-db").by == "ann"
    with pytest.raises(GuardError, match="not an id"):
        control.start_by_hand(tmp_path, "../x", by="ann")


def test_the_history_is_capped(tmp_path):
    for number in range(control.HISTORY_LIMIT + 5):
        control.engage_lever(tmp_path, by="ann", why=f"{number} " + "x" * 1000)
    path = tmp_path / ".gameday" / "lever.json"
    assert path.stat().st_size <= control.SIZE_LIMIT
    assert list(control.said(path))[-1].why.startswith(f"{control.HISTORY_LIMIT + 4} ")


def test_the_state_of_a_workspace_keeps_itself_out_of_its_repository(tmp_path):
    control.new_drill_folder(tmp_path)
    control.engage_lever(tmp_path, by="ann", why="x")

    assert (tmp_path / ".gameday" / ".gitignore").read_text() == "*\n"


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / ".gameday").write_text("a file")
    with pytest.raises(GuardError, match="cannot be written"):
        control.new_drill_folder(tmp_path)
    with pytest.raises(GuardError, match="cannot be written"):
        control.press_stop(tmp_path / "nowhere", by="ann", why="x")
