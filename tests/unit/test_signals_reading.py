"""What came in is cut, matched, dated and told apart from silence: evidence, subset, moments, blindness."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.signals import evidence, moments, subset
from drills.signals.contract import EVIDENCE_LIMIT
from drills.signals.sources.blindness import KEPT, Blindness

CANARY = "canary-b83f10"
KEYS = st.text(min_size=1, max_size=5)
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


# --- evidence


def test_what_fits_is_kept_whole():
    assert evidence.bounded(b"x" * EVIDENCE_LIMIT) == b"x" * EVIDENCE_LIMIT


def test_what_does_not_fit_is_cut_and_the_cut_is_marked():
    kept = evidence.bounded(b"x" * (EVIDENCE_LIMIT + 1))
    assert len(kept) == EVIDENCE_LIMIT
    assert kept.endswith(b"x\n[cut here]")


def test_a_secret_that_was_sent_is_blotted_out_everywhere():
    seen = f"{CANARY} and again {CANARY}".encode()
    assert evidence.without(seen, [CANARY, "other"]) == b"[secret] and again [secret]"


def test_a_secret_is_blotted_out_before_the_cut_not_after():
    lead = EVIDENCE_LIMIT - len(evidence.CUT) - 4
    kept = evidence.without(b"x" * lead + CANARY.encode() + b"y" * 100, [CANARY])
    assert CANARY.encode()[:4] not in kept
    assert len(kept) == EVIDENCE_LIMIT


@given(seen=st.binary(max_size=200), secrets=st.lists(st.text(min_size=1, max_size=5), max_size=4))
def test_no_secret_is_left_in_what_is_kept(seen, secrets):
    secrets = [each for each in secrets if each.encode(errors="ignore") not in b"[secret]" * 2]
    kept = evidence.without(seen, secrets)
    assert not any(each.encode(errors="surrogateescape") in kept for each in secrets)


# --- subset


@pytest.mark.parametrize(
    ("wanted", "found", "differs"),
    [
        ({"paid": True}, {"paid": True, "id": 7}, None),
        ({}, {"any": 1}, None),
        ({"paid": True}, {"paid": 1}, "json.paid is 1, wanted true"),
        ({"paid": True}, {}, "json.paid is missing"),
        ({"paid": None}, {}, "json.paid is missing"),
        ({"paid": None}, {"paid": None}, None),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "json.a.b is 2, wanted 1"),
        ({"a": {"b": 1}}, {"a": 3}, "json.a is 3, wanted a map"),
        ([1, 2], [1, 2], None),
        ([1, 2], [1, 2, 3], "json is a list of 3, wanted a list of 2"),
        ([1, 2], [1, 3], "json.1 is 3, wanted 2"),
        ([{"a": 1}], [{"a": 1, "b": 2}], None),
        ([], {}, "json is a map, wanted a list of 0"),
        ({"state": "paid"}, {"state": CANARY}, "json.state is a text of 13 characters, wanted 'paid'"),
        (0, 0.0, None),
        (0, False, "json is false, wanted 0"),
    ],
)
def test_a_subset_match_says_where_it_first_differs_and_quotes_no_answer(wanted, found, differs):
    assert subset.difference(wanted, found) == differs


@given(tree=TREES)
def test_everything_holds_itself(tree):
    assert subset.difference(tree, json.loads(json.dumps(tree))) is None


@given(tree=st.dictionaries(KEYS, TREES, min_size=1, max_size=4), data=st.data())
def test_a_map_holds_each_of_its_parts_but_no_part_holds_the_whole(tree, data):
    left_out = data.draw(st.sampled_from(sorted(tree)))
    part = {key: value for key, value in tree.items() if key != left_out}
    assert subset.difference(part, tree) is None
    assert subset.difference(tree, part) is not None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orders.0.waiting", 3),
        ("orders.1", None),
        ("orders.-1", None),
        ("orders.x", None),
        ("none.at.all", None),
        ("orders.0.waiting.deeper", None),
        ("", None),
    ],
)
def test_a_value_is_picked_by_its_path(path, value):
    assert subset.pick({"orders": [{"waiting": 3}]}, path) == value


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[Infinity]", b"\xff", b"[" * 100_000, b'{"a":1}x'])
def test_what_is_no_strict_json_is_a_value_error(body):
    with pytest.raises(ValueError):
        subset.parse(body)


@given(body=st.binary(max_size=50))
def test_any_bytes_are_json_or_a_value_error(body):
    try:
        subset.parse(body)
    except ValueError:
        return
    json.loads(body)


# --- moments


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("2026-01-02T03:04:05.123456789Z", 1767323045123456789),
        ("2026-01-02T03:04:05.123Z", 1767323045123000000),
        ("2026-01-02T04:04:05.123456789+01:00", 1767323045123456789),
        ("2026-01-01T21:34:05.123456789-05:30", 1767323045123456789),
        ("2026-01-02t03:04:05z", 1767323045000000000),
        ("2026-01-02 03:04:05Z", 1767323045000000000),
        ("2026-01-02T03:04:05.123456789999Z", 1767323045123456789),
        ("1969-12-31T23:59:59.5Z", -500000000),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_a_senders_time_is_read_to_the_nanosecond_and_gos_zero_is_no_time(text, nanoseconds):
    assert moments.nanoseconds(text) == nanoseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-13-02T03:04:05Z",
        "2026-02-30T03:04:05Z",
        "2026-01-02T25:04:05Z",
        "2026-01-02T03:04:60Z",
        "2026-01-02T03:04:05+99:00",
        "1767323045",
        "2026-01-02T03:04:05.Z",
        "٢٠٢٦-01-02T03:04:05Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_what_is_no_time_is_a_value_error_or_no_time_never_another_error(text):
    try:
        found = moments.nanoseconds(text)
    except ValueError:
        return
    assert text.startswith(("0001", "9999"))
    assert found is None or found > 0


@given(
    at=st.datetimes(min_value=datetime(2, 1, 2), max_value=datetime(9998, 12, 30)),  # noqa: DTZ001 - hypothesis wants it
    nanoseconds=st.integers(0, 999),
    minutes=st.integers(-23 * 60, 23 * 60),
)
def test_every_moment_in_every_zone_is_read_exactly(at, nanoseconds, minutes):
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{at:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f".{at.microsecond:06}{nanoseconds:03}{sign}{hours:02}:{rest:02}"
    since = at.replace(tzinfo=UTC) - timedelta(minutes=minutes) - datetime(1970, 1, 1, tzinfo=UTC)
    expected = (since.days * 86400 + since.seconds) * 10**9 + since.microseconds * 1000 + nanoseconds
    assert moments.nanoseconds(text) == expected


# --- blindness


def test_a_source_that_hears_has_no_gap_and_no_problem():
    blindness = Blindness()
    blindness.ends()
    assert (blindness.gaps, blindness.problem) == ((), "")


def test_a_gap_lasts_from_what_was_last_heard_until_it_hears_again():
    blindness = Blindness()
    since = time.time_ns() - 10**9
    blindness.begins(since, "down")
    assert (blindness.gaps, blindness.problem) == (((since, None),), "down")
    blindness.begins(since + 5, "still down")
    assert (blindness.gaps, blindness.problem) == (((since, None),), "still down")
    blindness.ends()
    ((began, ended),) = blindness.gaps
    assert began == since
    assert since < (ended or 0) <= time.time_ns()
    assert blindness.problem == ""


def test_a_blink_is_a_gap_of_its_own_but_not_within_another():
    blindness = Blindness()
    blindness.blinked(5)
    assert (blindness.gaps, blindness.problem) == (((5, 5),), "")
    blindness.begins(7, "down")
    blindness.blinked(8)
    assert blindness.gaps == ((5, 5), (7, None))


def test_when_there_are_too_many_gaps_the_oldest_two_become_one_and_none_is_forgotten():
    blindness = Blindness()
    for at in range(KEPT + 10):
        blindness.blinked(at)
    assert len(blindness.gaps) == KEPT
    assert blindness.gaps[0] == (0, 10)
    assert blindness.gaps[-1] == (KEPT + 9, KEPT + 9)
