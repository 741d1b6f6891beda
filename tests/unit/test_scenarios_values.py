"""Durations, shares, moments, selections, times: each written one way, each wrong way told with the right one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import Select, When
from scenarios.limits import LIMITS
from scenarios.times import Freeze, cron, stamp, window, zone
from scenarios.values import duration, for_people, select, share, when


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("300ms", 0.3), ("30s", 30), ("5m", 300), ("2h", 7200), ("7d", 604_800), ("1m30s", 90), ("1.5s", 1.5), ("0s", 0)],
)
def test_a_duration_is_read_in_seconds(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (30, "30 has no unit: write `30s` or `30m`"),
        (1.5, "1.5 has no unit"),
        ("30", "'30' is no duration: write 300ms, 30s"),
        ("5 minutes", "'5 minutes' is no duration"),
        ("5min", "is no duration"),
        ("-5s", "is no duration"),
        ("s", "is no duration"),
        ("٣s", "is no duration"),
        ("1s" * 40, "is no duration"),
        ("31d", "too long: at most 30d"),
        (None, "a duration belongs here"),
        (True, "a duration belongs here"),
        (["30s"], "a duration belongs here"),
    ],
)
def test_a_wrong_duration_is_told_with_the_right_form(value, told):
    with pytest.raises(ValueError) as caught:
        duration(value)
    assert told in str(caught.value)


@given(st.integers(min_value=0, max_value=int(LIMITS.duration) * 1000))
def test_a_duration_comes_back_as_it_was_told(milliseconds):
    assert duration(for_people(milliseconds / 1000)) == milliseconds / 1000


@pytest.mark.parametrize(("text", "part"), [("20%", 0.2), ("100%", 1.0), ("0%", 0.0), ("33.3%", 0.333)])
def test_a_share_is_read_as_a_part_of_one(text, part):
    assert share(text) == pytest.approx(part)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.2, "write `20%`"),
        (20, "write `20%`"),
        ("20", "write `20%`"),
        ("101%", "more than all"),
        ([], "a share belongs"),
    ],
)
def test_a_wrong_share_is_told_with_the_right_form(value, told):
    with pytest.raises(ValueError, match=told):
        share(value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30s", When(30, None, "start")),
        ("5m after slow-db", When(300, "slow-db", "effect")),
        ("0s after slow-db ends", When(0, "slow-db", "clear")),
        ("by hand", When(0, None, "hand")),
    ],
)
def test_a_moment_is_read_and_told_alike(text, moment):
    assert when(text) == moment
    assert str(moment) == text


@pytest.mark.parametrize(
    "value",
    ["after slow-db", "5m before slow-db", "5m after", "5m after Slow", "by Hand", "5m  after x", "", "x" * 300],
)
def test_a_wrong_moment_names_all_four_forms(value):
    with pytest.raises(ValueError, match="is no moment: write `30s`, `5m after ID`, `0s after ID ends` or `by hand`"):
        when(value)


def test_a_moment_without_a_unit_is_told_so():
    with pytest.raises(ValueError, match="10 has no unit"):
        when(10)


@pytest.mark.parametrize(
    ("value", "chosen", "told"),
    [(1, Select(count=1), "1"), ("30%", Select(share=0.3), "30%"), ("all", Select(all=True), "all")],
)
def test_a_selection_is_a_count_a_share_or_all(value, chosen, told):
    assert select(value) == chosen
    assert str(chosen) == told


@pytest.mark.parametrize("value", [0, -1, 10_000, "1", "0%", "some", None, True, 1.5, "200%"])
def test_a_wrong_selection_is_an_error(value):
    with pytest.raises(ValueError):
        select(value)


@pytest.mark.parametrize("value", ["Europe/Berlin", "UTC"])
def test_a_zone_is_a_name_of_the_time_zone_database(value):
    assert zone(value) == value


@pytest.mark.parametrize("value", ["Berlin", "CEST+2", "", 1, "../../etc/passwd", "/etc/localtime", "Europe"])
def test_what_is_no_zone_is_an_error(value):
    with pytest.raises(ValueError, match="is no time zone"):
        zone(value)


def test_a_freeze_holds_from_its_first_midnight_through_its_last_day_in_its_zone():
    freeze = Freeze.model_validate({"from": "2026-12-18", "until": "2026-12-19", "reason": "x"})
    inside = ["2026-12-17T23:00", "2026-12-18T12:00", "2026-12-19T22:59"]
    outside = ["2026-12-17T22:59", "2026-12-19T23:00"]
    assert all(freeze.holds(datetime.fromisoformat(each).replace(tzinfo=UTC), "Europe/Berlin") for each in inside)
    assert not any(freeze.holds(datetime.fromisoformat(each).replace(tzinfo=UTC), "Europe/Berlin") for each in outside)


def test_a_freeze_may_end_at_a_time_of_day():
    assert stamp("2026-12-18 18:00", end=True) == datetime(2026, 12, 18, 18, 0)  # noqa: DTZ001 - civil time


@pytest.mark.parametrize("value", ["18.12.2026", "2026-13-01", "2026-12-18 25:00", "9999-12-31", 20261218])
def test_what_is_no_date_is_an_error(value):
    with pytest.raises(ValueError, match="is no date"):
        stamp(value, end=True)


@pytest.mark.parametrize("value", ["Tue 10:00-15:00", "Tue-Thu 10:00-15:00", "Mon,Wed-Fri 09:30-10:00"])
def test_a_window_is_days_and_times(value):
    assert window(value) == value


@pytest.mark.parametrize("value", ["Tue 15:00-10:00", "10:00-15:00", "Tuesday 10:00-15:00", 5])
def test_what_is_no_window_is_an_error(value):
    with pytest.raises(ValueError):
        window(value)


@pytest.mark.parametrize("value", ["0 10 * * Tue", "*/15 8-18 1,15 * Mon-Fri", "0 0 1 1 *"])
def test_a_cron_line_has_five_fields_with_weekdays_by_name(value):
    assert cron(value) == value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("0 10 * * 2", "write it by name"),
        ("0 10 * *", "five fields"),
        ("60 10 * * *", "minute '60'"),
        ("0 10 32 * *", "day '32'"),
        ("0 x * * *", "hour 'x'"),
        (5, "is no cron line"),
    ],
)
def test_a_wrong_cron_line_is_told_with_the_field(value, told):
    with pytest.raises(ValueError, match=told):
        cron(value)
