"""Harm as the key says, on timelines worked by hand. The fault is on from 1.5 to 19.8, its call goes out at 1.0."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_timelines import Timeline

from scoring.result import Known, Unknown
from scoring.rubric import Rubric

KEY = Rubric(answer={"harmed": ["acme"], "safe": ["globex"]})


def told(*looks, rubric=KEY):
    """(second, probe, cohort, what it said)"""
    timeline = Timeline(rubric).started().bent()
    for at, probe, cohort, good in looks:
        timeline.look(at, probe, good=good)
        timeline.entries[-1].body["cohort"] = cohort
    return timeline.ended()


BEFORE = (0.5, "acme-pays", "acme", True), (0.5, "globex-pays", "globex", True)
AFTER = (30, "acme-pays", "acme", True), (30, "globex-pays", "globex", True)
HURT = (5, "acme-pays", "acme", False)


def found(*looks, rubric=KEY):
    return told(*looks, rubric=rubric).result("blast_radius")


def test_harm_where_the_key_says_so_and_none_where_it_says_safe_is_all_of_it():
    assert found(*BEFORE, HURT, *AFTER) == Known(
        1.0,
        "share",
        low=1.0,
        high=1.0,
        why="harmed: acme; safe: globex",
        detail={"harmed": ["acme"], "safe": ["globex"], "unseen": []},
    )


def test_harm_beyond_the_boundary_is_named():
    result = found(*BEFORE, HURT, (6, "globex-pays", "globex", False), *AFTER)

    assert (result.value, result.why) == (0.5, "globex was harmed")


def test_a_cohort_that_should_suffer_and_did_not_is_named():
    result = found(*BEFORE, *AFTER)

    assert (result.value, result.why) == (0.5, "acme was safe")


def test_a_cohort_that_nobody_looked_at_may_be_either():
    result = found(BEFORE[0], HURT, AFTER[0])

    assert (result.low, result.high, result.why) == (0.5, 1.0, "nobody can say of globex")


def test_no_answer_is_never_safe():
    silent = (6, "globex-pays", "globex", None)

    assert found(*BEFORE, HURT, silent, *AFTER).low == 0.5
    assert found(*BEFORE, HURT, silent, (7, "globex-pays", "globex", False), *AFTER).why == "globex was harmed"


def test_safe_needs_a_look_that_came_after_the_fault():
    assert found(*BEFORE, HURT, AFTER[0], (10, "globex-pays", "globex", True)).why == "nobody can say of globex"


def test_what_turned_bad_only_after_the_fault_was_no_harm_of_it():
    assert found(*BEFORE, HURT, *AFTER, (31, "globex-pays", "globex", False)).value == 1.0


def test_a_probe_with_patience_needs_to_be_bad_for_that_long():
    patient = replace(KEY, bad_for={"acme-pays": 3.0})

    assert found(*BEFORE, HURT, (7, "acme-pays", "acme", True), *AFTER, rubric=patient).why == "acme was safe"
    assert found(*BEFORE, HURT, (9, "acme-pays", "acme", False), *AFTER, rubric=patient).value == 1.0


def test_one_of_several_probes_of_a_cohort_is_enough_for_harm_and_all_are_needed_for_safety():
    more = (5, "globex-reads", "globex", False), (30, "globex-reads", "globex", True)

    assert found(*BEFORE, HURT, *more, *AFTER).why == "globex was harmed"


@pytest.mark.parametrize("answer", [{}, {"journey": "a customer pays"}, {"harmed": [], "safe": []}])
def test_without_cohorts_in_the_key_there_is_nothing_to_compare(answer):
    assert found(*BEFORE, HURT, *AFTER, rubric=Rubric(answer=answer)) == Unknown("the key names no cohorts")


def test_when_no_probe_can_tell_it_is_unknown():
    assert isinstance(found(), Unknown)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.floats(0.2, 48), st.sampled_from(["acme", "globex"]), st.sampled_from([True, False, None]))),
    st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_does_not_matter_and_the_share_stays_within_its_bounds(looks, random):
    timeline = told(*{round(at, 3): (round(at, 3), f"{who}-pays", who, good) for at, who, good in looks}.values())
    shuffled = list(timeline.entries)
    random.shuffle(shuffled)
    result = timeline.result("blast_radius")

    assert replace(timeline, entries=shuffled).result("blast_radius") == result
    if isinstance(result, Known):
        assert 0 <= result.low <= result.high <= 1
        assert not set(result.detail["harmed"]) & set(result.detail["safe"])
