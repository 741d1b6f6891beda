"""Who speaks from a terminal, and what their words become: one harmless line, a known word, a list, seconds."""

import os

import pytest

from drills.guard.processes import start_time
from drills.room.errors import RoomError
from drills.room.speaking import ROLES, Speaker, forget, joining, named, onlooker, remember, remembered, speaker
from drills.room.texts import choice, choices, items, one_line, said, seconds

ANA = Speaker("ana", "commander")


def test_a_terminal_session_remembers_who_joined_until_it_forgets(tmp_path):
    assert remembered(tmp_path) is None

    remember(tmp_path, ANA)

    assert remembered(tmp_path) == ANA
    assert speaker(tmp_path, "", {}) == ANA
    forget(tmp_path)
    forget(tmp_path)
    assert remembered(tmp_path) is None


def test_a_name_that_is_typed_goes_before_the_environment_and_that_before_the_session(tmp_path):
    remember(tmp_path, ANA)

    assert speaker(tmp_path, "li", {"GAMEDAY_AS": "jo"}) == Speaker("li")
    assert speaker(tmp_path, "", {"GAMEDAY_AS": "jo"}) == Speaker("jo")
    assert speaker(tmp_path, "ana", {}) == ANA


def test_whoever_says_nothing_of_themselves_may_look_and_not_speak(tmp_path, monkeypatch):
    monkeypatch.delenv("GAMEDAY_AS", raising=False)

    assert onlooker(tmp_path, "") == Speaker("")
    with pytest.raises(RoomError, match="gameday join --as NAME --role ROLE, or add --as NAME, or set GAMEDAY_AS"):
        speaker(tmp_path, "", {})


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'{"name": 1, "role": "lead"}', b'{"name": "x", "role": "king"}']
)
def test_a_damaged_session_file_is_nobody(tmp_path, content):
    remember(tmp_path, ANA)
    (path,) = (tmp_path / ".gameday" / "terminals").iterdir()
    path.write_bytes(content)

    assert remembered(tmp_path) is None


def test_what_ended_sessions_left_goes_with_the_next_one_that_joins(tmp_path):
    folder = tmp_path / ".gameday" / "terminals"
    folder.mkdir(parents=True)
    (folder / f"{os.getpid()}-1").write_text("another process had this number")
    (folder / "99999999-5").write_text("gone")

    remember(tmp_path, ANA)

    session = os.getsid(0)
    assert [path.name for path in folder.iterdir()] == [f"{session}-{start_time(session)}"]


def test_a_robot_is_shown_as_one():
    assert joining("pager", "lead", robot=True).by == "pager (robot)"
    assert joining("pager (robot)", "lead", robot=True).by == "pager (robot)"
    with pytest.raises(RoomError, match="add --robot"):
        joining("pager (robot)", "lead", robot=False)


@pytest.mark.parametrize(
    "name", ["", "  ", "a\nb", "a\x1b[31mb", "a\u202eb", "x" * 61, "a  b", "GameDay", "guard", "guard 2"]
)
def test_a_name_that_could_mislead_is_refused(name):
    with pytest.raises(RoomError):
        named(name)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\tc", "a b c"),
        ("\x1b]0;title\x07x", "]0;title x"),
        ("a\u202eb \ud800c", "a b c"),
        ("é ü 🚀", "é ü 🚀"),
        (" ", ""),
    ],
)
def test_a_text_becomes_one_harmless_line(text, line):
    assert one_line(text, "it") == line


def test_a_text_has_a_length_and_sometimes_must_be_there():
    with pytest.raises(RoomError, match="more than 2000"):
        one_line("x" * 2001, "it")
    with pytest.raises(RoomError, match="the guess is empty"):
        said("\x00", "the guess")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (None, None),
        ([], None),
        (["none"], []),
        (["None"], []),
        (["a,b", "c", "a"], ["a", "b", "c"]),
        (["a, b,"], ["a", "b"]),
    ],
)
def test_a_list_is_typed_in_one_word_or_in_several(given, found):
    assert items(given, "--harmed") == found


@pytest.mark.parametrize("given", [["a,none"], [","], ["none", "b"], [",".join(map(str, range(51)))]])
def test_a_list_that_says_both_or_nothing_or_too_much_is_refused(given):
    with pytest.raises(RoomError, match="--harmed"):
        items(given, "--harmed")


def test_known_words_are_taken_in_any_case_and_others_are_answered_with_the_one_meant():
    assert choice(" Lead", ROLES, "--role") == "lead"
    assert choices(["Lead,SCRIBE"], ROLES, "--role") == ["lead", "scribe"]
    with pytest.raises(RoomError, match="did you mean `observer`"):
        choice("obsrver", ROLES, "--role")


@pytest.mark.parametrize(("text", "found"), [(None, None), ("5m", 300.0), ("1m30s", 90.0)])
def test_a_time_is_seconds(text, found):
    assert seconds(text, "--by") == found


@pytest.mark.parametrize("text", ["0s", "5", "soon", "31d", ""])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(RoomError, match="--by"):
        seconds(text, "--by")
