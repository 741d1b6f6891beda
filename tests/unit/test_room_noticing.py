"""When something was noticed, as people say it, on the workspace's clock and its odd nights."""

from datetime import UTC, datetime

import pytest

from drills.room.errors import RoomError
from drills.room.noticing import SECOND, noticed_at

BERLIN = "Europe/Berlin"


def utc(text):
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


NOW, BEGAN = utc("2026-03-10 13:05:30"), utc("2026-03-10 13:00:20")


@pytest.mark.parametrize(
    ("said", "zone", "meant"),
    [
        ("2m", "UTC", "2026-03-10 13:03:30"),
        ("0s", "UTC", "2026-03-10 13:05:30"),
        ("13:03", "UTC", "2026-03-10 13:03:00"),
        ("14:03:20", BERLIN, "2026-03-10 13:03:20"),
        ("13:05:30", "UTC", "2026-03-10 13:05:30"),
        ("13:00", "UTC", "2026-03-10 13:00:20"),
        (" 13:03 ", "UTC", "2026-03-10 13:03:00"),
    ],
)
def test_a_moment_is_taken_as_it_was_said(said, zone, meant):
    assert noticed_at(said, now=NOW, began=BEGAN, zone=zone) == utc(meant)


def test_nothing_said_is_none():
    assert noticed_at(None, now=NOW, began=BEGAN, zone="UTC") is None


@pytest.mark.parametrize("said", ["13:06", "13:05:31", "12:59", "13:00:19", "6m", "9h"])
def test_a_moment_to_come_or_before_the_drill_is_refused_with_both_ends(said):
    with pytest.raises(RoomError, match=r"before this drill began, at 13:00:20, or still to come: it is 13:05:30 now"):
        noticed_at(said, now=NOW, began=BEGAN, zone="UTC")


@pytest.mark.parametrize("said", ["", "yesterday", "2", "-2m", "25:00", "13:60", "2m ago", "13.03", "\x1b[2J"])
def test_what_is_no_moment_is_refused_with_what_to_write(said):
    with pytest.raises(RoomError, match="write how long ago, such as 2m, or when, such as 14:03"):
        noticed_at(said, now=NOW, began=BEGAN, zone="UTC")


def test_before_midnight_is_yesterday():
    now, began = utc("2026-03-10 23:04:00"), utc("2026-03-10 22:50:00")

    assert noticed_at("23:58", now=now, began=began, zone=BERLIN) == utc("2026-03-10 22:58:00")


def test_a_time_that_the_clocks_show_twice_is_the_later_one_that_has_been():
    began = utc("2026-10-25 00:20:00")

    assert noticed_at("02:30", now=utc("2026-10-25 00:40:00"), began=began, zone=BERLIN) == utc("2026-10-25 00:30:00")
    assert noticed_at("02:30", now=utc("2026-10-25 01:40:00"), began=began, zone=BERLIN) == utc("2026-10-25 01:30:00")
