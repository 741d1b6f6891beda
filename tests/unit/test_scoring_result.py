"""Met, missed and unknown are three things; a rubric survives its way through JSON; times read well."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.result import Known, Limit, Missed, Unknown, Verdict, to_json, verdict
from scoring.rubric import VERSION, AlertLimit, RecoveryLimit, RelapseLimit, Rubric, RunbookStepsLimit, UnharmedLimit
from scoring.wording import clock, limit_words, result_words

WITHIN_10 = Limit(10.0)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Known(10.0), Verdict.MET),
        (Known(10.1), Verdict.MISSED),
        (Known(9.0, low=8.0, high=9.0), Verdict.MET),
        (Known(12.0, low=11.0, high=12.0), Verdict.MISSED),
        (Known(12.0, low=9.0, high=12.0), Verdict.UNKNOWN),
        (Missed(60.0, "nothing came"), Verdict.MISSED),
        (Unknown("blind"), Verdict.UNKNOWN),
    ],
)
def test_a_result_is_judged_by_its_limit_and_an_interval_across_it_cannot_be(result, expected):
    assert verdict(result, WITHIN_10) is expected


def test_without_a_limit_nothing_is_judged():
    assert verdict(Missed(1.0), None) is Verdict.NOT_JUDGED


def test_a_share_must_reach_its_limit():
    limit = Limit(1.0, "share", at_most=False)

    assert verdict(Known(1.0, "share"), limit) is Verdict.MET
    assert verdict(Known(0.5, "share"), limit) is Verdict.MISSED


def test_the_three_kinds_of_result_are_told_apart_in_json():
    results = [Known(1.0, low=0.5, high=1.0), Known(2.0), Missed(3.0, "no"), Unknown("blind")]

    assert [to_json(each)["is"] for each in results] == ["known", "known", "missed", "unknown"]
    assert to_json(results[0])["interval"] == [0.5, 1.0]
    assert to_json(results[1])["interval"] is None
    assert json.loads(json.dumps([to_json(each) for each in results]))


FULL = Rubric(
    steady_state=("pays",),
    time_limit=60,
    alert=AlertLimit("A", 10, {"region": "eu"}, ("checkout",), ("owner", "runbook")),
    recovery=RecoveryLimit(40, ("pays",), ("no-duplicates",), 5),
    unharmed=UnharmedLimit(("us",)),
    runbook_steps=RunbookStepsLimit(1.0),
    relapse=RelapseLimit(30, 20),
    answer={"journey": "pay", "harmed": ["eu"]},
)


@pytest.mark.parametrize("rubric", [Rubric(), FULL])
def test_a_rubric_comes_back_from_json_as_it_was(rubric):
    assert Rubric.from_json(json.loads(json.dumps(rubric.to_json()))) == (
        rubric if not rubric.answer else Rubric(**{**_fields(rubric), "answer": {"journey": "pay", "harmed": ["eu"]}})
    )


def _fields(rubric):
    return {name: getattr(rubric, name) for name in Rubric.__slots__}


def test_a_rubric_of_a_newer_version_is_read_without_what_this_one_does_not_know():
    written = {**FULL.to_json(), "version": VERSION + 1, "brand_new": {"x": 1}}
    written["alert"]["also_new"] = True

    assert Rubric.from_json(written).version == VERSION + 1
    assert Rubric.from_json(written).alert == FULL.alert


def test_an_empty_rubric_is_what_a_drill_without_one_gets():
    assert Rubric.from_json({}) == Rubric()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0:00"),
        (3.21, "0:03.2"),
        (40, "0:40"),
        (59.96, "1:00"),
        (61.4, "1:01"),
        (3723, "1:02:03"),
        (-2.5, "-0:02.5"),
    ],
)
def test_times_read_like_a_clock(seconds, expected):
    assert clock(seconds) == expected


@given(st.floats(min_value=-1e6, max_value=1e6))
def test_no_time_ever_shows_sixty_seconds(seconds):
    assert ":60" not in clock(seconds)


def test_results_and_limits_are_worded_with_their_units():
    assert result_words(Known(2.0, low=1.0, high=2.0)) == "0:01 to 0:02"
    assert result_words(Known(0.5, "share")) == "50%"
    assert result_words(Known(0.0, "yes")) == "no"
    assert result_words(Known(3.0, "count")) == "3"
    assert result_words(Missed(60.0)) == "not by 1:00"
    assert result_words(Unknown("why")) == "unknown"
    assert limit_words(None) == ""
    assert limit_words(Limit(120)) == "within 2:00"
    assert limit_words(Limit(0.8, "share", at_most=False)) == "at least 80%"
    assert limit_words(Limit(0, "count")) == "0"
    assert limit_words(Limit(1, "yes", at_most=False)) == "yes"
