"""The engine's pure parts: when things are due, when a drill must stop, what it came to."""

from dataclasses import fields
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.engine.conditions import Conditions
from drills.engine.ending import Outcome, came_to, reached
from drills.engine.faults import FaultRun, Stage
from drills.engine.looking import Look
from drills.engine.timing import Happened, due_at
from drills.engine.wishes import Situation, Stop, is_over, wants_stop
from scenarios import When
from scoring.rubric import AlertLimit, RecoveryLimit, Rubric


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(10.0, None, "start"), 110.0),
        (When(5.0, "slow-db", "effect"), 125.0),
        (When(0.0, "slow-db", "clear"), 150.0),
        (When(5.0, "other", "effect"), None),
        (When(5.0, "other", "clear"), None),
        (When(0.0, None, "hand"), 130.0),
    ],
)
def test_what_is_due_counts_from_what_it_names(when, expected):
    happened = Happened(100.0, effects={"slow-db": 120.0}, clears={"slow-db": 150.0}, hands={"it": 130.0})

    assert due_at("it", when, happened) == expected


def test_by_hand_is_due_only_once_a_person_said_so():
    assert due_at("it", When(0.0, None, "hand"), Happened(0.0)) is None


RULES = (
    ("pressed", "stop pressed"),
    ("lever", "safety lever engaged"),
    ("interrupted", "interrupted"),
    ("broken", "stop condition broken"),
    ("unanswerable", "stop condition unanswerable"),
    ("guard_lost", "guard lost"),
    ("unguarded", "undo log lost"),
    ("environment_gone", "environment no longer allowed"),
    ("freeze", "freeze begun"),
    ("unrecorded", "timeline cannot be written"),
    ("orphaned", "game day gone"),
    ("unseen", "nobody can see it"),
)
"""What is seen, and the rule that it breaks, in the order of the rules' numbers."""


def situation(**seen):
    lists = {name: (why,) for name, why in seen.items() if name in {"broken", "unanswerable"} and why}
    return Situation(**{**{name: why for name, why in seen.items() if why and name not in lists}, **lists})


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_each_rule_alone_stops_the_drill_and_says_why(name, rule):
    assert wants_stop(situation(**{name: "seen just now"})) == Stop(rule, "seen just now")


@given(st.fixed_dictionaries({name: st.sampled_from(["", "why", "another why"]) for name, _ in RULES}))
def test_of_all_that_is_wrong_the_rule_with_the_lowest_number_is_told(seen):
    first = next(((rule, seen[name]) for name, rule in RULES if seen[name]), None)
    stop = wants_stop(situation(**seen))
    assert (stop and (stop.rule, stop.why)) == first


def test_whatever_can_be_seen_has_a_rule():
    assert {each.name for each in fields(Situation)} - {"pressed_by"} == {name for name, _ in RULES}


def test_nothing_wrong_means_go_on():
    assert wants_stop(Situation()) is None


def test_a_pressed_stop_is_told_before_all_else():
    stop = wants_stop(Situation(pressed="enough", pressed_by="ana", lever="freeze", broken=("x: bad",)))

    assert stop == Stop("stop pressed", "enough", "ana")


def test_a_one_shot_is_never_over_by_time():
    assert not is_over(None, 1e9)
    assert is_over(10.0, 10.0)
    assert not is_over(10.0, 9.9)


def _looks(*goods, for_=0.0, every=1.0):
    conditions = Conditions(
        {"p": SimpleNamespace(id="p", for_=for_, every=every, timeout=1.0)}, stop_unless=("p",), started=0.0
    )
    for second, good in enumerate(goods):
        conditions.take(Look("p", good, None, "seen", float(second), second + 0.1))
    return conditions


def test_a_stop_condition_is_broken_only_when_bad_for_as_long_as_it_says():
    conditions = _looks(True, False, False, for_=3.0)

    assert conditions.broken(3.9) == ()
    assert conditions.broken(4.0) == ("p: seen",)


def test_no_answer_between_bad_looks_does_not_make_them_good():
    assert _looks(False, None, False, for_=2.0).broken(2.1) == ("p: seen",)


def test_one_good_look_ends_a_bad_time():
    assert _looks(False, True, False, for_=2.0).broken(2.5) == ()


def test_silence_is_neither_good_nor_bad_and_stops_after_a_while():
    conditions = _looks(True, None, None, every=1.0)

    assert conditions.broken(100.0) == ()
    assert conditions.unanswerable(3.0) == ()
    assert conditions.unanswerable(10.0) == ("p: seen",)


def test_a_stop_condition_that_never_answered_is_not_safe():
    conditions = _looks()

    assert conditions.unanswerable(3.9) == ()
    assert conditions.unanswerable(4.1) == ("p: no look came back",)


def test_good_time_counts_from_the_first_good_look_without_a_break():
    assert _looks(True, False, True, True).good_for(["p"], 5.0) == pytest.approx(3.0)
    assert _looks(True, None).good_for(["p"], 5.0) is None


def test_a_drill_waits_for_the_alert_and_for_the_watch_after_the_clear():
    rubric = Rubric(steady_state=("p",), alert=AlertLimit("Down", 10.0), recovery=RecoveryLimit(within=60.0, watch=3.0))
    conditions = _looks(True, True)

    assert not reached(rubric, conditions, alerted=False, last_clear=1.0, now=10.0)
    assert not reached(rubric, conditions, alerted=True, last_clear=8.0, now=10.0)
    assert reached(rubric, conditions, alerted=True, last_clear=7.0, now=10.0)


def _run(stage=Stage.OVER, **facts):
    run = FaultRun(SimpleNamespace(id="f"), ())
    run.stage = stage
    run.active_at = 1.0 if stage is Stage.OVER else None
    for name, value in facts.items():
        setattr(run, name, value)
    return run


@pytest.mark.parametrize(
    ("run", "stop", "refused", "outcome", "code"),
    [
        (_run(), None, "", Outcome.COMPLETED, None),
        (_run(void="no effect"), None, "", Outcome.VOID, 2),
        (_run(active_at=None), None, "", Outcome.VOID, 2),
        (_run(Stage.WAITING), None, "steady state bad", Outcome.REFUSED, 2),
        (_run(Stage.WAITING), None, "", Outcome.VOID, 2),
        (_run(), Stop("stop pressed", "enough"), "", Outcome.STOPPED, 4),
        (_run(), Stop("interrupted", "SIGINT"), "", Outcome.STOPPED, 130),
        (_run(), Stop("interrupted", "SIGTERM"), "", Outcome.STOPPED, 143),
        (_run(stuck={"f": "drifted"}), Stop("stop pressed", "enough"), "", Outcome.STUCK, 3),
        (_run(stuck={"f": "drifted"}, void="no effect"), None, "", Outcome.STUCK, 3),
    ],
)
def test_what_was_left_behind_weighs_most(run, stop, refused, outcome, code):
    result = came_to("1", [run], stop, refused)

    assert (result.outcome, result.exit_code) == (outcome, code)
