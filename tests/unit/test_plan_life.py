"""Which subjects are hurt, when each fault is on, and which limits nobody can reach: pure, from the file alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scenarios
from drills.plan.life import at_once, lifetime, spans, time_limit
from drills.plan.meaning import reachable
from drills.plan.selecting import choose
from scenarios.values import select

POOL = ("a", "b", "c", "d", "e", "f", "g")


@pytest.mark.parametrize(
    ("wanted", "consent", "chosen"),
    [
        (1, (), ("a",)),
        (3, (), ("a", "b", "c")),
        (9, (), POOL),
        ("all", (), POOL),
        ("30%", (), ("a", "b")),  # 2.1, rounded down
        ("1%", (), ("a",)),  # at least one
        ("100%", (), POOL),
        (2, ("f", "c"), ("c", "f")),  # those who gave their consent come first
        ("all", ("f",), ("f", "a", "b", "c", "d", "e", "g")),
    ],
)
def test_a_selection_takes_the_first_in_order_and_those_with_consent_before_all(wanted, consent, chosen):
    assert choose(select(wanted), list(reversed(POOL)), consent) == chosen


@given(
    st.lists(st.text("abc", min_size=1, max_size=3), unique=True, min_size=1),
    st.one_of(st.integers(1, 20), st.integers(1, 100).map(lambda share: f"{share}%"), st.just("all")),
    st.randoms(),
)
def test_a_selection_is_the_same_in_whatever_order_the_target_tells_its_pool(pool, wanted, chance):
    first = choose(select(wanted), pool, ())
    chance.shuffle(pool)

    assert choose(select(wanted), pool, ()) == first
    assert 1 <= len(first) <= len(pool)
    assert set(first) <= set(pool)


def scenario(faults, expect="{}", more=""):
    lines = "".join(f"  {name}: {{inject: noop, {told}}}\n" for name, told in faults.items())
    head = "scenario: one\ntitle: One\nservice: x\nsteady_state: []\nstop_unless: []\n"
    return scenarios.read(f"{head}faults:\n{lines}expect: {expect}\n{more}".encode(), Path("one.yaml"))


ROW = {
    "first": "duration: 10s",
    "second": "when: 5s, duration: 10s",
    "third": "when: 2s after first ends, duration: 4s",
    "kill": "when: 1s after second",
    "last": "when: 0s after third ends, duration: 1m",
}


def test_when_each_fault_is_on_is_known_from_what_it_waits_for():
    found = {name: (span.begin, span.end) for name, span in spans(scenario(ROW).faults).items()}

    assert found == {"first": (0, 10), "second": (5, 15), "third": (12, 16), "kill": (6, 6), "last": (16, 76)}
    assert lifetime(scenario(ROW).faults) == 76


def test_the_most_faults_at_once_are_found_and_one_that_begins_as_another_ends_is_not_beside_it():
    assert at_once(scenario(ROW).faults) == ("first", "second", "kill")
    chain = {"a": "duration: 5s", "b": "when: 0s after a ends, duration: 5s"}
    assert len(at_once(scenario(chain).faults)) == 1


def test_what_waits_for_a_hand_may_be_on_beside_anything():
    by_hand = {**ROW, "hand": "when: by hand, duration: 1s", "after": "when: 1s after hand, duration: 1s"}

    assert set(at_once(scenario(by_hand).faults)) == {"first", "second", "kill", "hand", "after"}
    assert lifetime(scenario(by_hand).faults) == 76


@pytest.mark.parametrize(
    ("expect", "more", "limit"),
    [
        ("{}", "", 10),
        ("{}", "time_limit: 7s\n", 7),
        ("{alert: {name: X, within: 2m}, recovery: {within: 1m, watch: 30s}}", "", 150),
        ("{recovery: {within: 5s, watch: 2s}}", "", 12),
        ("{noticed: {within: 3m}, updates: {every: 15m}}", "", 900),
    ],
)
def test_the_time_limit_is_the_longest_limit_and_the_watch_unless_it_is_written(expect, more, limit):
    assert time_limit(scenario({"one": "duration: 10s"}, expect, more)) == limit


@pytest.mark.parametrize(
    ("expect", "more", "warning"),
    [
        ("{alert: {name: X, within: 5s}}", "", ""),
        ("{alert: {name: X, within: 2m}}", "", "our own timer ends the last fault after 10s, before this limit"),
        ("{alert: {name: X, within: 8s}}", "time_limit: 7s\n", "the drill ends after its time_limit of 7s"),
        ("{recovery: {within: 2m}}", "", ""),
    ],
)
def test_a_limit_that_nobody_can_reach_is_a_warning(expect, more, warning):
    told = [str(problem) for problem in reachable(scenario({"one": "duration: 10s"}, expect, more))]

    assert [warning in each for each in told] == [True] * bool(warning)
    assert all(problem.severity == "warning" for problem in reachable(scenario({"one": "duration: 10s"}, expect, more)))
