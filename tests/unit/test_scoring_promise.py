"""A promise on timelines worked by hand: kept, broken, unknown, untried. The fault is on from 1.5 to 19.8."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_timelines import Timeline, ns

from scoring.result import Known, Unknown
from scoring.rubric import Promise, Rubric
from scoring.timeline import PROBE, Entry

SLOW = Promise("payments", "slow", "degrade", "slow", "still-pays")
ONE = Rubric(promises=(SLOW,))
PATIENT = replace(ONE, bad_for={"still-pays": 3.0})


def told(rubric=ONE):
    return Timeline(rubric).started().bent()


def looks(timeline, *seen):
    """(second at which the look ended, what it said); each took a tenth of a second."""
    for at, good in seen:
        timeline.look(at, "still-pays", good=good)
    return timeline.ended()


def found(timeline):
    (row,) = [row for row in timeline.card().rows if row.measure == "promise"]
    return row


def cell(timeline):
    return found(timeline).result.detail["cell"]


def test_a_promise_is_kept_when_its_probe_was_good_at_every_look_while_the_fault_was_on():
    row = found(looks(told(), (1.0, False), (2.0, True), (19.0, True), (25.0, False)))

    assert row.result == Known(
        1.0, "kept", why="still-pays was good at 2 of 2 looks while the fault was on", detail=row.result.detail
    )
    assert row.result.detail == {
        "cell": "kept",
        "dependency": "payments",
        "mode": "slow",
        "then": "degrade",
        "probe": "still-pays",
    }
    assert (row.title, str(row.verdict)) == ("promise of payments (slow)", "met")


def test_one_bad_look_breaks_it_and_says_when_and_why():
    row = found(looks(told(), (2.0, True), (6.5, False), (8.0, True)))

    assert row.result.why == "still-pays was bad at 0:05: status 503, wanted 200"
    assert (row.result.value, str(row.verdict), row.result.detail["cell"]) == (0.0, "missed", "broken")


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (1.55, "the look began before the effect was confirmed"),
        (1.2, "the look was over before the effect"),
        (19.85, "the look ended after the revert began"),
        (19.95, "the look came while it was reverted"),
        (30.0, "the look came after the fault"),
    ],
)
@pytest.mark.parametrize("good", [True, False])
def test_a_look_outside_of_the_confirmed_fault_neither_keeps_nor_breaks_it(at, why, good):
    row = found(looks(told(), (at, good)))

    assert row.result.why == "still-pays gave no reading while the fault was on", why
    assert (str(row.verdict), row.result.detail["cell"]) == ("unknown", "unknown")


def test_looks_at_the_two_ends_of_the_fault_count():
    assert cell(looks(told(), (1.6, True), (19.8, False))) == "broken"
    assert cell(looks(told(), (1.6, False), (19.8, True))) == "broken"


def test_no_answer_is_unknown_unless_harm_was_seen_too():
    assert cell(looks(told(), (2.0, None))) == "unknown"
    assert cell(looks(told(), (2.0, True), (6.0, None), (8.0, True))) == "unknown"
    assert cell(looks(told(), (2.0, None), (6.0, False))) == "broken"
    assert "gave no answer at 0:04.5" in found(looks(told(), (2.0, True), (6.0, None))).result.why


def test_a_probe_with_patience_breaks_it_only_when_bad_for_that_long():
    assert cell(looks(told(PATIENT), (2.0, False), (4.9, False), (5.1, True))) == "kept"
    assert cell(looks(told(PATIENT), (2.0, False), (5.0, False), (5.1, True))) == "broken"
    assert cell(looks(told(PATIENT), (2.0, False), (3.0, None), (5.0, False), (6, True))) == "broken"
    assert cell(looks(told(PATIENT), (2.0, False), (3.0, True), (6.0, False), (7.0, True))) == "kept"
    assert cell(looks(told(PATIENT), (2.0, True), (3.0, None), (4.0, True))) == "kept"
    assert cell(looks(told(PATIENT), (2.0, True), (3.0, None), (6.0, None), (7.0, True))) == "unknown"


def test_bad_at_the_end_for_too_short_a_time_is_unknown():
    row = found(looks(told(PATIENT), (2.0, True), (18.0, False), (19.0, False)))

    assert row.result.why == "still-pays was not good when the fault ended, for less than the 0:03 of its `for:`"
    assert isinstance(row.result, Unknown)


def test_a_fault_that_never_took_effect_leaves_it_untried():
    never = Timeline(ONE).started().fault(0.9, "prepared").fault(1.0, "injecting").fault(3, "clear")

    row = found(looks(never, (2.0, True)))
    assert row.result.why == "untried: slow never took effect"
    assert (str(row.verdict), row.result.detail["cell"]) == ("unknown", "untried")
    assert cell(looks(Timeline(ONE).started(), (2.0, True))) == "untried"


def test_a_fault_of_which_a_part_was_never_felt_leaves_it_untried():
    half = told().fault(1.0, "injecting", "slow.2", fault="slow").fault(5.0, "clear", "slow.2", fault="slow")

    assert cell(looks(half, (2.0, True))) == "untried"


def test_with_several_parts_it_counts_from_the_last_felt_to_the_first_that_ends():
    both = told().fault(1.0, "injecting", "slow.2", fault="slow").fault(4.0, "active", "slow.2", fault="slow")
    both.fault(9.0, "reverting", "slow.2", fault="slow").fault(9.5, "clear", "slow.2", fault="slow")

    assert cell(looks(both, (3.0, False), (5.0, True), (12.0, False))) == "kept"


def test_each_promise_is_judged_by_its_own_fault():
    stale = Promise("stock", "stale", "review", "old-stock", "reviewed")
    both = told(Rubric(promises=(SLOW, stale))).fault(25, "injecting", "old-stock").fault(26, "active", "old-stock")
    both.fault(40, "reverting", "old-stock").fault(41, "clear", "old-stock")
    both.look(5, "still-pays", good=True).look(30, "reviewed", good=False).look(30, "still-pays", good=False).ended()

    rows = {row.about: row.result.detail["cell"] for row in both.card().rows if row.measure == "promise"}
    assert rows == {"payments (slow)": "kept", "stock (stale)": "broken"}


def test_responders_who_end_the_fault_end_the_promise_with_it():
    mended = Timeline(ONE).started().fault(1.0, "injecting").fault(1.5, "active").fault(8.0, "clear", by="responders")

    assert cell(looks(mended, (5.0, True), (9.0, False))) == "kept"


def test_a_relapse_is_another_story():
    again = (
        told().fault(30, "injecting", "slow.relapse", fault="slow").fault(31, "active", "slow.relapse", fault="slow")
    )
    for entry in again.entries[-2:]:
        entry.body["relapse"] = True

    assert cell(looks(again, (5.0, True), (35.0, False))) == "kept"


def test_a_promise_that_no_probe_shows_is_unknown():
    row = found(looks(told(Rubric(promises=(replace(SLOW, probe=None),))), (5.0, True)))

    assert row.result.why == "no probe shows it"


@pytest.mark.parametrize("outcome", ["void", "refused"])
def test_nothing_is_said_of_a_drill_that_measured_nothing(outcome):
    timeline = told().look(5.0, "still-pays", good=False).ended(outcome=outcome, why="no effect")

    assert str(found(timeline).verdict) == "unknown"
    assert "cell" not in found(timeline).result.detail


def test_a_drill_that_tries_none_has_no_row_and_old_timelines_neither():
    assert not [row for row in told(Rubric()).ended().card().rows if row.measure == "promise"]
    assert Rubric.from_json({"time_limit": 5.0}).promises == ()


def test_a_rubric_with_promises_survives_json():
    assert Rubric.from_json(ONE.to_json()) == ONE
    assert ONE.watched == {"still-pays"}
    assert Rubric.from_json({"promises": [{"dependency": "d", "mode": "m", "then": "stop", "fault": "f", "new": 1}]})


unhurried = settings(max_examples=100)
seen = st.lists(st.tuples(st.floats(0.2, 48), st.sampled_from([True, False, None])), max_size=12)


@unhurried
@given(seen, st.sampled_from([ONE, PATIENT]), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(seen, rubric, random):
    timeline = looks(told(rubric), *{round(at, 3): (round(at, 3), good) for at, good in seen}.values())
    shuffled = list(timeline.entries)
    random.shuffle(shuffled)

    assert found(replace(timeline, entries=shuffled)) == found(timeline)


@unhurried
@given(seen, st.floats(0.2, 48), st.sampled_from([ONE, PATIENT]))
def test_kept_and_broken_never_come_without_a_reading_of_their_kind(seen, at, rubric):
    """What is said of it is borne by a look that began and ended while the fault was on."""
    timeline = looks(told(rubric), (at, None), *seen)
    inside = {good for when, good in [*seen, (at, None)] if when - 0.1 >= 1.5 - 1e-9 and when <= 19.8 + 1e-9}

    assert {"kept": True in inside, "broken": False in inside, "unknown": True}[cell(timeline)]
    if rubric is ONE:
        assert cell(timeline) == (
            "broken" if False in inside else "unknown" if None in inside or not inside else "kept"
        )


@unhurried
@given(seen, st.floats(0.2, 48), st.sampled_from([True, False, None]))
def test_what_another_probe_says_changes_nothing(seen, at, good):
    timeline = looks(told(), *seen)
    body = {"probe": "another", "good": good, "why": "", "value": 1, "looked_at": ns(at - 0.1), "looked_before": None}

    assert found(replace(timeline, entries=[*timeline.entries, Entry(999, ns(at), PROBE, "x", "facilitators", body)]))
    assert cell(replace(timeline, entries=[*timeline.entries, Entry(999, ns(at), PROBE, "x", "all", body)])) == cell(
        timeline
    )


def test_a_probe_that_shows_a_promise_is_no_green_health_check():
    hurt = told().look(5, "pays", good=False).look(5, "still-pays", good=True).look(5, "health", good=True)
    hurt.look(0.5, "health", good=True).entries[-4].body["cohort"] = "eu"

    assert hurt.ended().result("green_checks").detail["green"] == ["health"]


def test_it_is_shown_in_its_own_two_words():
    kept, broken = looks(told(), (5, True)), looks(told(), (5, False))

    rows = [
        next(row for row in each.card().to_json()["rows"] if row["measure"] == "promise") for each in (kept, broken)
    ]
    assert [(row["limit_text"], row["result_text"]) for row in rows] == [("kept", "kept"), ("kept", "broken")]
