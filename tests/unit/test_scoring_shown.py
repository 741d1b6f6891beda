"""What people see of a timeline and a scorecard says what is in them, in one line, and is harmless for a terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_timelines import Timeline, good_drill, ns

from drills.cli.scorecard_table import show
from drills.cli.sentences import line, sentence
from scoring.result import Unknown, Verdict
from scoring.timeline import Entry
from scoring.wording import printable

SENTENCES = [
    ("drill", {"state": "ended", "outcome": "void", "why": "it never bit"}, "the drill ended: void: it never bit"),
    ("fault", {"change": "kill", "phase": "clear", "by": "responders"}, "kill is gone, confirmed; ended by responders"),
    (
        "fault",
        {"change": "kill", "phase": "stuck", "why": "no answer"},
        "kill IS STUCK: nobody could confirm that it is gone: no answer",
    ),
    ("fault", {"change": "kill", "phase": "of next year"}, "kill: of next year"),
    ("probe", {"probe": "pays", "good": None, "why": "timed out"}, "pays: no answer: timed out"),
    ("source", {"source": "pager", "listening": False, "why": "refused"}, "pager IS BLIND: refused"),
    ("source", {"source": "pager", "listening": True, "why": ""}, "pager listens"),
    (
        "alert",
        {"name": "A", "status": "firing", "labels": {"b": "2", "a": "1"}, "annotations": {"summary": "slow"}},
        "A is firing (a=1, b=2): slow",
    ),
    ("stop", {"rule": "stop pressed", "why": "enough", "by": "ana"}, "STOP, stop pressed, by ana: enough"),
    ("message", {"sender": "support", "to": ["comms"], "text": "hi"}, "support to comms: hi"),
    ("message", {"sender": "vendor", "to": [], "text": "hi"}, "vendor to all: hi"),
    ("note", {"text": "line one\nline two\t\x1b[31m"}, "line one line two [31m"),
    ("evidence", {"digest": "a" * 64, "size": 3, "about": "pays"}, "kept 3 bytes about pays (aaaaaaaaaaaa)"),
    ("of next year", {"x": 1, "y": "z"}, "x: 1, y: z"),
]


@pytest.mark.parametrize(("kind", "body", "expected"), SENTENCES)
def test_every_kind_of_entry_has_its_sentence(kind, body, expected):
    assert sentence(Entry(1, 0, kind, "gameday", "all", body)) == expected


def test_a_line_begins_with_the_time_since_the_start_and_who():
    entry = Entry(1, ns(12.3), "note", "ana", "all", {"text": "hello"})

    assert line(entry, ns(0)).split() == ["+0:12.3", "note", "ana", "hello"]


@given(st.text())
def test_text_from_outside_is_always_one_printable_line(text):
    assert printable(text).isprintable()
    long = sentence(Entry(1, 0, "note", "x", "all", {"text": text * 400}))
    assert len(long) <= 400


def test_a_piped_card_has_a_line_for_each_row_then_what_is_unknown_and_the_headline_last():
    out = io.StringIO()
    card = good_drill().card()
    show(card, out)

    lines = out.getvalue().splitlines()
    unknown = [row for row in card.rows if row.verdict is Verdict.NOT_JUDGED and isinstance(row.result, Unknown)]
    assert unknown
    assert len(lines) == 1 + 1 + (len(card.rows) - len(unknown)) + 1 + 1
    assert lines[-2].startswith("not asked for, and unknown: ")
    assert all(f"{row.title} ({row.result.why})" in lines[-2] for row in unknown)
    assert lines[-1] == card.headline


def test_a_void_drill_shows_its_outcome_and_no_table():
    out = io.StringIO()
    show(Timeline().started().ended(outcome="void", why="it never bit").card(), out)

    assert out.getvalue().splitlines() == [
        "drill 1: Slow (checkout on staging), void",
        "nothing measured: void: it never bit",
    ]
