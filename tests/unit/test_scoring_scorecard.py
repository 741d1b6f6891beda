"""The scorecard as a whole: its parts, what makes it void, and that the order of arrival changes nothing."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_timelines import RUBRIC, Timeline, good_drill, ns

from scoring.measures import MEASURES
from scoring.result import Unknown, Verdict
from scoring.rubric import (
    VERSION,
    ContainmentLimit,
    NoticedLimit,
    RelapseLimit,
    RunbookStepsLimit,
    SharedPictureLimit,
    UpdatesLimit,
)
from scoring.scorecard import score
from scoring.timeline import Entry


def test_a_good_drill_meets_everything_and_names_the_parts():
    card = good_drill().card()

    assert card.headline == (
        "5 of 5 met (alert detection met, alert names the impact met, recovery met, unharmed met, faults left met)"
    )
    assert (card.met, card.of, card.outcome, card.rubric_version) == (5, 5, "completed", VERSION)


def test_faults_left_are_judged_whether_or_not_anybody_asked():
    card = score(good_drill().entries, rubric=replace(RUBRIC, alert=None, recovery=None, unharmed=None))

    assert [row.measure for row in card.judged] == ["faults_left"]


@pytest.mark.parametrize("outcome", ["void", "refused"])
def test_a_void_or_refused_drill_has_an_outcome_and_no_scores(outcome):
    told = good_drill()
    told.entries.pop()
    card = told.ended(outcome=outcome, why="the fault never bit").card()

    assert {type(row.result) for row in card.rows} == {Unknown}
    assert {row.verdict for row in card.judged} == {Verdict.UNKNOWN}
    assert card.headline == f"nothing measured: {outcome}: the fault never bit"
    assert not card.measured


def test_a_stopped_drill_is_scored_as_far_as_it_went():
    told = good_drill()
    told.entries.pop()
    card = told.stop(30).ended(31, "stopped").card()

    assert card.outcome == "stopped"
    assert card.measured
    assert {row.measure: str(row.verdict) for row in card.judged}["alert_detection"] == "met"


def test_without_an_effect_nothing_but_what_is_left_can_be_measured():
    told = Timeline().started().source().fault(1, "injecting").fault(3, "clear").ended()
    rows = {row.measure: row for row in told.card().rows}

    assert rows["alert_detection"].result == Unknown("no fault took effect")
    assert rows["faults_left"].verdict is Verdict.MET


PEOPLE = replace(
    RUBRIC,
    noticed=NoticedLimit(60),
    shared_picture=SharedPictureLimit(600),
    containment=ContainmentLimit(900, "errors-low"),
    updates=UpdatesLimit(900),
    runbook_steps=RunbookStepsLimit(1.0),
    relapse=RelapseLimit(60, 30),
)


def test_what_people_do_is_unknown_when_nobody_took_part_and_only_what_was_asked_for_is_shown():
    rows = {row.measure: row for row in good_drill(PEOPLE).card().rows}

    for measure in ("noticed", "shared_picture", "containment", "updates", "runbook_steps"):
        assert (rows[measure].verdict, rows[measure].result) == (Verdict.UNKNOWN, Unknown("nobody took part"))
    assert rows["relapse"].result == Unknown("no recovery was declared")
    shown = {row.measure for row in good_drill().card().rows}
    assert shown.isdisjoint(each.name for each in MEASURES if each.of_people)


def test_observers_and_facilitators_alone_are_nobody():
    told = good_drill()
    told.add(3, "person", {"person": "ana", "role": "facilitator", "state": "joined"}, by="ana")
    told.add(4, "mark", {"mark": "observation", "text": "it is slow"}, by="ana")

    assert {row.measure for row in told.card().rows} == {row.measure for row in good_drill().card().rows}


def test_a_measure_that_fails_is_unknown_and_the_others_stand():
    told = good_drill()
    told.alert(5)
    told.entries[-1].body["labels"] = 7
    rows = {row.measure: row for row in told.card().rows}

    assert rows["alert_detection"].result.why.startswith("the measure failed: ")
    assert rows["recovery"].verdict is Verdict.MET


def test_an_empty_timeline_has_a_card_that_knows_nothing():
    card = score([])

    assert card.outcome == "not ended"
    assert {row.verdict for row in card.judged} == {Verdict.UNKNOWN}


def test_an_old_drill_can_be_scored_by_another_rubric():
    stricter = replace(RUBRIC, alert=replace(RUBRIC.alert, within=1), version=VERSION - 1)
    card = score(good_drill().entries, rubric=stricter)

    assert card.rubric_version == VERSION
    assert {row.measure: str(row.verdict) for row in card.judged}["alert_detection"] == "missed"


def test_the_card_is_plain_json():
    card = good_drill().card().to_json()

    assert json.loads(json.dumps(card)) == card
    assert {row["measure"] for row in card["rows"]} >= {"first_symptom", "alert_detection", "faults_left"}


def test_every_measure_says_which_words_of_the_essay_ask_for_it():
    for measure in MEASURES:
        assert '"' in (measure.find.__doc__ or ""), measure.name


# --- order of arrival, duplicates, late and unrelated entries ----------------------------


def seen(entries):
    """The card without which entry proved what."""
    return score(entries).to_json()


def busy_drill() -> list[Entry]:
    told = good_drill(PEOPLE).alert(4.5, starts=3.5, fingerprint="f2").look(30, "us-pays", good=True)
    return told.fault(9, "injecting", "b").fault(9.5, "active", "b").fault(17, "clear", "b", by="responders").entries


DRILLS = {"good": good_drill().entries, "busy": busy_drill()}
drills = st.sampled_from(sorted(DRILLS)).map(DRILLS.__getitem__)


@given(drills.flatmap(st.permutations))
def test_the_order_of_arrival_does_not_matter(entries):
    renumbered = [replace(entry, seq=seq) for seq, entry in enumerate(entries, 1)]
    expected = seen(sorted(entries, key=lambda entry: entry.seq))

    assert seen(entries) == expected
    if len({entry.at for entry in entries}) == len(entries):
        assert seen(renumbered) == expected


@given(drills, st.data())
def test_an_entry_told_twice_changes_nothing(entries, data):
    twice = data.draw(st.lists(st.sampled_from(entries), max_size=5))
    late = [replace(entry, seq=len(entries) + offset) for offset, entry in enumerate(twice, 1)]

    assert seen([*entries, *late]) == seen(entries)


UNRELATED = [
    ("note", {"text": "CheckoutSlow"}),
    ("message", {"message": "m", "sender": "support", "to": [], "text": "checkout is slow"}),
    ("probe", {"probe": "somebody-elses", "good": False, "why": "bad", "looked_at": ns(3), "looked_before": None}),
    ("alert", {"source": "pager", "fingerprint": "z", "name": "CheckoutSlow", "status": "resolved", "labels": {}}),
    ("evidence", {"digest": "0" * 64, "media_type": "text/plain", "size": 1, "about": "x"}),
    ("a-kind-of-next-year", {"anything": [1, 2, {"deep": None}]}),
]


@given(drills, st.sampled_from(UNRELATED), st.floats(min_value=-10, max_value=49))
def test_an_unrelated_entry_changes_nothing(entries, unrelated, at):
    kind, body = unrelated
    entry = Entry(len(entries) + 1, ns(at), kind, "somebody", "all", body)

    assert seen([*entries, entry]) == seen(entries)


bodies = st.dictionaries(
    st.sampled_from(
        ["state", "phase", "fault", "probe", "good", "status", "name", "listening", "received_at", "outcome"]
    ),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just("firing"), st.just("active")),
)
entries_of_any_kind = st.builds(
    Entry,
    st.integers(1, 100),
    st.integers(0, 10**12),
    st.sampled_from(["drill", "fault", "probe", "alert", "source", "stop", "x"]),
    st.just("x"),
    st.just("all"),
    bodies,
)


@settings(max_examples=200)
@given(st.lists(entries_of_any_kind, max_size=20))
def test_whatever_is_on_a_timeline_there_is_a_card(entries):
    card = score(entries, rubric=PEOPLE)

    assert json.dumps(card.to_json())
    assert 0 <= card.met <= card.of
