"""`good:` means one thing for every probe: exact at its limits, strict about types, silent about answers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drills.signals.contract import Unanswered
from drills.signals.good import Compared, Core, amount, judge, same, shown
from injectors.contract import InjectorError
from injectors.values import rebuild

CANARY = "canary-0c77de"
NUMBERS = st.one_of(st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False, width=64))


def good(**asked) -> Compared:
    return rebuild(Compared, asked)


@pytest.mark.parametrize(
    ("asked", "value", "holds"),
    [
        ({"below": 3}, 2.999, True),
        ({"below": 3}, 3, False),
        ({"above": 3}, 3.001, True),
        ({"above": 3}, 3, False),
        ({"at_least": 3}, 3, True),
        ({"at_least": 3}, 2.999, False),
        ({"at_most": 3}, 3, True),
        ({"at_most": 3}, 3.001, False),
        ({"above": 0, "below": 10}, 5, True),
        ({"above": 0, "below": 10}, 10, False),
        ({"at_least": 3, "at_most": 3}, 3, True),
        ({"below": "60s"}, 59.9, True),
        ({"below": "60s"}, 60, False),
        ({"below": "1m30s"}, 89, True),
        ({"at_most": "20%"}, 0.2, True),
        ({"at_most": "20%"}, 20, False),
        ({"above": "-5s"}, -4, True),
        ({"above": "-5s"}, -5, False),
        ({"equals": 3}, 3, True),
        ({"equals": 3}, 3.0, True),
        ({"equals": 3}, 4, False),
        ({"equals": 3}, True, False),
        ({"equals": 1}, True, False),
        ({"equals": True}, 1, False),
        ({"equals": True}, True, True),
        ({"equals": False}, 0, False),
        ({"equals": 0}, False, False),
        ({"equals": 0.1}, 0.1, True),
        ({"equals": "60s"}, 60, True),
        ({"equals": "20%"}, 0.2, True),
        ({"equals": "ready"}, 1, False),
        ({"below": 3}, True, False),
        ({"equals": 0}, 0, True),
        ({"equals": 9007199254740993}, 9007199254740992, False),
    ],
)
def test_a_value_is_good_exactly_within_its_limits(asked, value, holds):
    assert judge(good(**asked), "waiting", value).good is holds


@pytest.mark.parametrize(
    ("asked", "text", "holds"),
    [
        ({"equals": "ready"}, "ready", True),
        ({"equals": "ready"}, "Ready", False),
        ({"equals": 3}, "3", False),
        ({"equals": "3"}, "3", True),
        ({"below": 3}, "2", False),
    ],
)
def test_a_text_is_only_ever_equal(asked, text, holds):
    assert judge(good(**asked), "state", None, text=text).good is holds


def test_a_number_goes_before_the_text_it_was_written_as():
    assert judge(good(equals=3), "it printed", 3, text="3.0").good


@pytest.mark.parametrize(
    ("asked", "value", "why"),
    [
        ({"below": 3}, 2, "waiting 2"),
        ({"below": 3}, 5, "waiting 5, wanted below 3"),
        ({"above": 1.5}, 0.25, "waiting 0.25, wanted above 1.5"),
        ({"at_least": 3}, 2, "waiting 2, wanted at least 3"),
        ({"at_most": "60s"}, 61, "waiting 61, wanted at most 60"),
        ({"equals": "ready"}, 1, "waiting 1, wanted 'ready'"),
        ({"equals": True}, False, "waiting false, wanted true"),
        ({"equals": 3, "below": 2}, 5, "waiting 5, wanted 3"),
    ],
)
def test_the_reason_is_a_sentence_a_person_reads(asked, value, why):
    assert judge(good(**asked), "waiting", value).why == why


def test_a_unit_stands_behind_a_number_alone():
    assert judge(good(below=3), "connected in", 0.5, unit=" s").why == "connected in 0.5 s"
    assert judge(good(equals=True), "connected", True, unit=" s").why == "connected true"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_says_nothing(value):
    with pytest.raises(Unanswered, match="not a finite number"):
        judge(good(above=1), "ratio", value)


def test_null_says_nothing():
    with pytest.raises(Unanswered, match="ratio has no value"):
        judge(good(above=1), "ratio", None)


def test_no_answers_text_is_quoted_in_a_reason():
    verdict = judge(good(equals="ready"), "state", None, text=CANARY)
    assert verdict.why == f"state a text of {len(CANARY)} characters, wanted 'ready'"
    assert CANARY not in repr(verdict)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "say what good is: one of equals, below, above, at_least, at_most"),
        ({"below": "soon"}, "write a number, a duration such as 60s, or a share such as 20%"),
        ({"below": True}, "write a number"),
        ({"below": math.nan}, "finite"),
        ({"above": math.inf}, "finite"),
        ({"above": 5, "below": 3}, "no value can ever be good"),
        ({"at_least": "2m", "below": "1m"}, "no value can ever be good"),
        ({"equals": [1]}, "equals"),
        ({"under": 3}, "under"),
        ({"equals": "x" * 4097}, "4096"),
    ],
)
def test_what_says_nothing_or_can_never_hold_is_refused(asked, told):
    with pytest.raises(InjectorError, match=told):
        good(**asked)


def test_a_core_may_be_empty_and_then_compares_nothing():
    assert not Core().compares
    assert Core(equals=False).compares
    with pytest.raises(ValidationError):
        Compared()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("60s", 60.0),
        ("1m30s", 90.0),
        ("250ms", 0.25),
        ("1.5h", 5400.0),
        ("2d", 172800.0),
        ("-90s", -90.0),
        ("20%", 0.2),
        ("-3%", -0.03),
        ("150%", 1.5),
        ("60", None),
        ("s", None),
        ("60 s", None),
        ("6Os", None),
        ("", None),
        ("-", None),
        ("٣s", None),
    ],
)
def test_durations_and_shares_are_amounts_and_nothing_else_is(text, read):
    assert amount(text) == (read if read is None else pytest.approx(read))


@pytest.mark.parametrize(
    ("value", "ours", "words"),
    [
        (None, False, "null"),
        (True, False, "true"),
        (3, False, "3"),
        (10**40, False, "a huge number"),
        (0.1 + 0.2, False, "0.3"),
        (12345678.5, False, "12345678.5"),
        ("secret", False, "a text of 6 characters"),
        ("ready", True, "'ready'"),
        ([1, 2], False, "a list of 2"),
        ({"a": 1}, False, "a map"),
    ],
)
def test_a_value_is_shown_in_words(value, ours, words):
    assert shown(value, ours=ours) == words


@given(value=NUMBERS, limit=NUMBERS)
def test_below_and_at_least_are_opposites_and_so_are_above_and_at_most(value, limit):
    def holds(**asked) -> bool:
        return judge(good(**asked), "it", value).good

    assert holds(below=limit) is not holds(at_least=limit)
    assert holds(above=limit) is not holds(at_most=limit)
    assert (holds(at_least=limit) and holds(at_most=limit)) is (float(limit) == value)


SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=20))


@given(left=SCALARS, right=SCALARS)
def test_same_never_confuses_true_with_1_or_a_number_with_its_text(left, right):
    if isinstance(left, bool) != isinstance(right, bool):
        assert not same(left, right)
    if isinstance(right, str) and not isinstance(left, str):
        assert not same(left, right)
    assert same(left, left)


@given(text=st.text(min_size=8, alphabet=st.characters(codec="ascii", categories=["L", "N"])), asked=NUMBERS)
def test_whatever_text_comes_it_is_judged_and_not_quoted(text, asked):
    verdict = judge(good(above=asked), "it", None, text=text)
    assert not verdict.good
    assert verdict.why == f"it a text of {len(text)} characters, wanted above {float(asked):g}"
