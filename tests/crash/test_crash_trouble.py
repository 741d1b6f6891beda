"""An injector that fails, hangs, has a bug or dies at any of its calls, under the real command: nothing stays."""

import itertools
import os

import pytest
from chances import in_parallel
from staging import Bench

FILES = 2
MANY = 6
"""Files in `make soak`."""
CLEAR, VOID, KILLED = {0}, {2}, {-9}
AGAIN = {0, 2}
"""It is tried again; on a busy machine its duration may be over before that."""
INJECT = {"bug": VOID, "memory": VOID, "refused": VOID, "exit": VOID, "bug-after": VOID, "unreachable": AGAIN}
INJECT |= {"unreachable-after": AGAIN, "error": AGAIN, "die": KILLED, "die-after": KILLED}
REVERT = {"bug": CLEAR, "exit": CLEAR, "unreachable": CLEAR, "unreachable-after": CLEAR, "die": KILLED}
REVERT |= {"die-after": KILLED}


def play(tmp_path, verb, words, files=FILES):
    """Every kind of trouble at every call, from the first to the last; each ends as its word says."""

    def one(case):
        (word, codes), call = case
        bench = Bench(tmp_path / f"{word}-{call}", files)
        with bench.run(hold=0.5, **{verb: f"{word}@{call}"}) as run:
            ended = run.ends()
            run.wait_over()
            run.assert_nothing_left()
            assert bench.files.now() == bench.files.before, f"{case}\n{run.story()}"
            assert ended in codes, f"{case}\n{run.story()}"
            assert b"canary-in-an-exception" not in run.said + run.errors.read_bytes()

    in_parallel(one, itertools.product(words.items(), range(1, files + 1)))


def test_trouble_at_any_call_of_inject_leaves_nothing(tmp_path):
    play(tmp_path, "inject", INJECT)


def test_trouble_at_any_call_of_revert_leaves_nothing(tmp_path):
    play(tmp_path, "revert", REVERT)


@pytest.mark.soak
@pytest.mark.skipif("GAMEDAY_SOAK" not in os.environ, reason="minutes: run `make soak`")
@pytest.mark.parametrize(("verb", "words"), [("inject", INJECT), ("revert", REVERT)])
def test_trouble_at_any_of_many_calls_leaves_nothing(tmp_path, verb, words):
    play(tmp_path, verb, words, MANY)


def test_trouble_while_preparing_refuses_the_drill(tmp_path):
    def prepare(word):
        bench = Bench(tmp_path / word, FILES)
        with bench.run(prepare=f"{word}@2") as run:
            assert run.ends() == 2, run.story()
            run.wait_over()
            run.assert_nothing_left()
        assert bench.files.now() == bench.files.before

    in_parallel(prepare, ["bug", "refused", "exit"])


def test_a_bug_while_looking_at_what_is_on_changes_nothing_else(tmp_path):
    bench = Bench(tmp_path, FILES)
    with bench.run(hold=1, inspect=f"bug@{2 * FILES + 1}") as run:
        assert run.ends() == 0, run.story()
        run.wait_over()
        run.assert_nothing_left()
    assert bench.files.now() == bench.files.before


def a_revert_that_is_slower_than_a_hang_does_not_get_the_drill_killed(bench):
    with bench.run(revert="slow@1") as run:
        run.wait_said("is on")
        told = bench.type("stop", "--reason", "enough")
        assert told.returncode == 0, told
        assert run.ends() == 4, run.story()
        assert run.log().takeovers == ()


def looking_at_slow_targets_does_not_count_as_time_of_the_drill(bench):
    with bench.run(hold=0.3, prepare="slow@1") as run:
        assert run.ends() == 0, run.story()
        assert b"f0 is on" in run.said


def a_call_that_hangs_for_good_ends_the_drill_and_its_guards_revert(bench):
    with bench.run(inject="hang@2") as run:
        assert run.ends() == 3, run.story()
        assert "gameday status" in run.errors.read_text()
        run.wait_over()
        run.assert_nothing_left()


def a_revert_that_hangs_for_good_is_left_to_the_guards_loudly(bench):
    with bench.run(hold=0.3, revert="hang@2") as run:
        assert run.ends() == 3, run.story()
        assert "gameday revert 1" in run.errors.read_text()
        run.wait_over()
        run.assert_nothing_left()


def test_slow_and_hanging_calls_end_as_they_should(tmp_path):
    def play(story):
        folder = tmp_path / story.__name__
        folder.mkdir()
        bench = Bench(folder, 2)
        story(bench)
        assert bench.files.now() == bench.files.before

    stories = [
        a_call_that_hangs_for_good_ends_the_drill_and_its_guards_revert,
        a_revert_that_hangs_for_good_is_left_to_the_guards_loudly,
        a_revert_that_is_slower_than_a_hang_does_not_get_the_drill_killed,
        looking_at_slow_targets_does_not_count_as_time_of_the_drill,
    ]
    in_parallel(play, stories)
