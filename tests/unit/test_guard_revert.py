import threading
import time
from dataclasses import replace

import pytest
from guard_parts import CountingDisk, FullDisk, World, facts, moved, prepared

from drills.guard.calls import within
from drills.guard.errors import Hung
from drills.guard.phases import Limits, Phase
from drills.guard.reading import read_log
from drills.guard.revert import revert_changes
from drills.guard.undolog import FILE, UndoLog

FAST = Limits(tries=4, first_wait=0.005, longest_wait=0.02, settle_look=0.01)


def a_log(tmp_path, entries, disk=None):
    log = UndoLog.create(tmp_path, facts(), disk)
    log.append(*entries, *(moved(entry.change.id, Phase.ACTIVE) for entry in entries))
    return log


def revert(log, world, **more):
    names = more.pop("names", list(log.tracked))
    return revert_changes(log, names, by="test", make=world.make, **{"limits": FAST, **more})


def test_everything_is_reverted_confirmed_and_written(tmp_path):
    names = [f"c{number}" for number in range(20)]
    world = World(bent=set(names))
    heard = []
    with a_log(tmp_path, [prepared(name) for name in names]) as log:
        before = time.time_ns()
        done = revert(log, world, why="STOP", told=heard.append)
        assert not world.bent
        assert set(done.cleared) == set(names)
        assert all(before < at < time.time_ns() for at in done.cleared.values())
        assert (done.stuck, done.unrecorded) == ({}, "")
        assert read_log(tmp_path / FILE).closed
    assert [each.phase for each in heard] == [Phase.REVERTING] * 20 + [Phase.CLEAR] * 20
    assert {(each.by, each.why) for each in heard} == {("test", "STOP")}


def test_no_look_comes_before_the_reverts_that_are_under_way(tmp_path):
    names = [f"c{number}" for number in range(10)]
    world = World(bent=set(names), meet=len(names))
    with a_log(tmp_path, [prepared(name) for name in names]) as log:
        assert set(revert(log, world).cleared) == set(names)
    assert world.most_together == len(names)
    assert [each for each in world.heard if each == "look"] == ["look"] * len(names)
    assert world.heard[: len(names)] == ["revert"] * len(names)


def test_a_revert_that_hangs_keeps_no_other_target_from_being_looked_at(tmp_path):
    world = World(bent={"a", "b"}, hanging={"a": threading.Event()})
    with a_log(tmp_path, [prepared("a"), prepared("b")]) as log:
        began = time.time_ns()
        done = revert(log, world, call_seconds=4.0)
        world.hanging["a"].set()
    assert set(done.stuck) == {"a"}
    assert done.cleared["b"] - began < 3.5e9


def test_what_was_never_injected_needs_no_call_and_no_right_to_be_over(tmp_path):
    world = World(broken={"a"})
    with UndoLog.create(tmp_path, facts()) as log:
        log.append(prepared("a"), prepared("b"), moved("b", Phase.INJECTING))
        done = revert(log, world)
        assert (set(done.cleared), done.stuck) == ({"a", "b"}, {})
        assert [(each.change, each.why) for each in log.log.lines if getattr(each, "phase", "") == Phase.CLEAR] == [
            ("a", "never injected"),
            ("b", ""),
        ]
    assert world.calls == ["b"]


def test_where_a_line_is_damaged_everything_is_reverted_even_what_seems_never_injected(tmp_path):
    world = World(bent={"a"})
    with UndoLog.create(tmp_path, facts()) as log:
        log.append(prepared("a"))
        log.append(moved("a", Phase.INJECTING))
        log.append(prepared("b"))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes().replace(b'"injecting"', b'"injectinh"'))
    with UndoLog.open(path) as log:
        assert log.tracked["a"].phase is Phase.PREPARED
        revert(log, world, names=["a"])
    assert world.calls == ["a"]
    assert not world.bent


def test_owners_go_in_parallel_and_within_one_the_last_goes_first(tmp_path):
    world = World(meet=2)
    entries = [prepared("a1", "A"), prepared("b1", "B"), prepared("a2", "A"), prepared("a3", "A"), prepared("b2", "B")]
    with a_log(tmp_path, entries) as log:
        revert(log, world)
    assert [name for name in world.calls if name[0] == "a"] == ["a3", "a2", "a1"]
    assert [name for name in world.calls if name[0] == "b"] == ["b2", "b1"]
    assert world.most_together == 2


def test_one_failing_revert_never_keeps_another_from_running(tmp_path):
    names = ["fine1", "unreachable", "drifted", "broken", "fine2"]
    world = World(bent=set(names), unreachable={"unreachable": 99}, drifted={"drifted"}, broken={"broken"})
    with a_log(tmp_path, [prepared(name, "one owner") for name in names]) as log:
        done = revert(log, world)
        assert set(done.cleared) == {"fine1", "fine2"}
        assert done.stuck == {
            "unreachable": "unreachable does not answer",
            "drifted": "drifted was changed by somebody else",
            "broken": "noop has a bug: KeyError",
        }
        assert done.hopeless == {"drifted"}
        assert {one.change.id: one.phase for one in log.log.open} == dict.fromkeys(done.stuck, Phase.STUCK)
    assert world.calls.count("drifted") == 1
    assert world.calls.count("unreachable") == FAST.tries


def test_what_answers_late_is_tried_again_with_a_bounded_number_of_tries(tmp_path):
    world = World(bent={"a"}, unreachable={"a": 3})
    with a_log(tmp_path, [prepared("a")]) as log:
        assert set(revert(log, world).cleared) == {"a"}


def test_a_call_that_hangs_makes_its_change_stuck_and_the_others_go_on(tmp_path):
    release = threading.Event()
    world = World(bent={"a", "hung", "c", "other"}, hanging={"hung": release})
    entries = [prepared("a", "A"), prepared("hung", "A"), prepared("c", "A"), prepared("other")]
    with a_log(tmp_path, entries) as log:
        beats = []
        done = revert(log, world, call_seconds=0.2, tick=lambda: beats.append(time.monotonic()))
        assert set(done.cleared) == {"a", "c", "other"}
        assert "did not return within 0.2s" in done.stuck["hung"]
        assert len(beats) > 3
        release.set()


def test_a_call_whose_target_may_take_longer_is_given_that_time(tmp_path):
    release = threading.Event()
    world = World(bent={"a"}, hanging={"a": release}, call_limit=20.0)
    with a_log(tmp_path, [prepared("a")]) as log:
        began = time.monotonic()

        def beat():
            if time.monotonic() - began > 0.4:
                release.set()

        assert set(revert(log, world, call_seconds=0.1, tick=beat).cleared) == {"a"}


def test_a_fault_that_comes_back_while_it_settles_is_reverted_again(tmp_path):
    world = World(bent={"a"}, comes_back={"a": 3})
    with a_log(tmp_path, [prepared("a")]) as log:
        started = time.monotonic()
        done = revert(log, world, limits=replace(FAST, settle=0.1))
        assert time.monotonic() - started >= 0.1
        assert set(done.cleared) == {"a"}
        assert not world.bent
    assert world.calls.count("a") == 2


def test_a_stuck_change_is_tried_afresh(tmp_path):
    world = World(bent={"a"}, unreachable={"a": FAST.tries})
    with a_log(tmp_path, [prepared("a")]) as log:
        assert set(revert(log, world).stuck) == {"a"}
        assert set(revert(log, world).cleared) == {"a"}


def test_only_the_named_changes_are_reverted_and_only_while_they_are_open(tmp_path):
    world = World(bent={"a", "b"})
    with a_log(tmp_path, [prepared("a"), prepared("b")]) as log:
        assert set(revert(log, world, names=["a", "unknown"]).cleared) == {"a"}
        assert revert(log, world, names=["a"]).cleared == {}
    assert world.calls == ["a"]


def test_it_reverts_even_when_the_log_cannot_be_written(tmp_path):
    disk = FullDisk(1 << 20)
    world = World(bent={"a"})
    with a_log(tmp_path, [prepared("a")], disk) as log:
        disk.left = 0
        done = revert(log, world)
    assert not world.bent
    assert set(done.cleared) == {"a"}
    assert "No space left" in done.unrecorded
    assert [one.change.id for one in read_log(tmp_path / FILE).open] == ["a"]


def test_a_stop_of_many_needs_few_flushes_and_waits_for_none_before_the_first_call(tmp_path):
    disk = CountingDisk()
    names = [f"c{number}" for number in range(100)]
    world = World(bent=set(names), meet=21)
    with a_log(tmp_path, [prepared(name) for name in names], disk) as log:
        before = disk.flushes
        revert(log, world)
        assert world.most_together > 20
        assert disk.flushes - before < 60


def test_a_call_within_its_deadline_returns_or_raises_and_one_past_it_is_left_behind():
    assert within(1, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(1, lambda: 1 / 0)
    release, ticks = threading.Event(), []
    with pytest.raises(Hung):
        within(0.1, release.wait, lambda: ticks.append(1))
    assert ticks
    release.set()
