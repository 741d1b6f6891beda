"""The strict YAML reader: what is typed, what stays text, and every form it refuses, each at its place."""

import pytest

from scenarios.limits import LIMITS
from scenarios.problems import ScenarioError
from scenarios.reader import parse, plain, resolve


def read(text):
    node, problems = parse(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    return plain(node), [str(problem) for problem in problems]


def refusal(text):
    with pytest.raises(ScenarioError) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("yes", "yes"),
        ("on", "on"),
        ("no", "no"),
        ("10:00", "10:00"),
        ("0800", "0800"),
        ("00.5", "00.5"),
        ("2026-12-18", "2026-12-18"),
        ("1_000", "1_000"),
        ("-", "-"),
        ("+x", "+x"),
        ("30s", "30s"),
        ("20%", "20%"),
    ],
)
def test_only_core_types_are_typed_and_all_else_stays_text(word, value):
    found = resolve(word)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("word", [".inf", "-.INF", ".nan", "1e999", "9" * 41])
def test_a_number_that_no_file_needs_is_a_problem_at_its_place(word):
    value, problems = read(f"a:\n  b: {word}\n")
    assert value == {"a": {"b": None}}
    assert len(problems) == 1
    assert problems[0].startswith("f.yaml:2:6: a.b: ")


def test_quoted_words_stay_text():
    assert read("a: 'true'\nb: \"1\"\nc: |\n  null\n") == ({"a": "true", "b": "1", "c": "null\n"}, [])


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("", "1:1", "the file is empty"),
        ("# only a comment\n", "2:1", "the file is empty"),
        ("a:\n\tb: 1", "2:1", "a tab stands here"),
        ("a: 1\n\tb: 2", "2:1", "a tab stands here"),
        ("a: b: c", "1:5", "quote the text"),
        ("a: @x", "1:4", "cannot begin with @"),
        ("a: `x`", "1:4", "cannot begin with `"),
        ("a: %x", "1:4", "cannot begin with %"),
        ("a:\n  b: 'x", "2:6", "a quote is opened and not closed"),
        ("a: [1, 2\nb: 3", "2:2", "the [ is not closed"),
        ("a: {b: c\nd: 1", "2:2", "the { is not closed"),
        ("a: 'b' c", "1:8", "this does not fit here"),
        ("a: >= 3", "1:5", "text goes on the next line"),
        ('a: "\\q"', "1:5", "an unknown \\"),
        ("a: [1,,2]", "1:7", "a comma is too much"),
        ("  a: 1\nb: 2", "2:1", "a second value begins here"),
        ("a: x\nb\nc: d", "2:1", "a line without `key:`"),
        ("a: x\nb\n", "2:1", "a line without `key:`"),
        ("- a\nb: c", "2:1", "list items"),
        ("a: 1\n---\nb: 2", "2:1", "a second document"),
        ("a: \x00", "1:4", "a character that no text file needs"),
        ("a: ü\n  b\x07", "2:4", "a character that no text file needs"),
        (b"a: 1\nb: \xffx", "2:4", "not UTF-8"),
        ("a: ü".encode("utf-16"), "1:1", "UTF-16"),
        ("[" * 40, "1:34", "nested more than 32 deep"),
        ("a: - b", "1:4", "a list begins in the middle of a line"),
        ("a: !<x", "1:7", "this is not YAML"),
    ],
)
def test_what_cannot_be_read_on_is_one_error_with_its_place(text, where, told):
    said = refusal(text)
    assert said.startswith(f"f.yaml:{where}: ")
    assert told in said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", "2:1: a: the key 'a' stands here twice, first in line 1"),
        ("x: {b: 1, b: 2}", "1:11: x.b: the key 'b' stands here twice"),
        ("a: &x [*x]", "1:8: a[0]: the alias '*x' stands for itself"),
        ("a: *x", "1:4: a: the alias '*x' stands for nothing"),
        ("<<: {a: 1}", "1:1: merge keys"),
        ("a: !!int 3", "1:4: a: tags"),
        ("a: !secret x", "1:4: a: tags"),
        ("!foo a: 1", "1:1: a key must be plain text, without & or !"),
        ("? [a]\n: 1", "1:3: a key must be plain text"),
        ("'': 1", "1:1: a key is missing before the colon"),
        ("k" * 300 + ": 1", "1:1: a key has at most"),
        ("a: {text: Wait, then go}", "1:17: a: 'then go' has no value"),
        ("%YAML 1.1\n---\na: 1", "1:1: leave the line with % out"),
    ],
)
def test_a_forbidden_form_is_told_and_reading_goes_on(text, problem):
    _, problems = read(text)
    assert len(problems) == 1
    assert problems[0].startswith(f"f.yaml:{problem}"), problems


def test_all_forbidden_forms_of_a_file_are_told_at_once():
    _, problems = read("a: 1\na: 2\nb: !t 1\nc: *nothing\n<<: {d: 1}\n")
    assert len(problems) == 4


def test_a_duplicate_key_keeps_the_first_value():
    assert read("a: 1\na: 2")[0] == {"a": 1}


def test_an_alias_may_stand_for_a_value_that_is_written_once():
    assert read("a: &x {b: 1}\nc: *x") == ({"a": {"b": 1}, "c": {"b": 1}}, [])


def test_aliases_that_expand_are_refused_before_they_fill_the_memory():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    assert "aliases stand for more than 1000 values" in refusal(bomb)


def test_a_file_of_too_many_values_is_refused():
    assert "more than 200000 values" in refusal("a: [" + "1," * LIMITS.nodes + "1]")


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert read(b"\xef\xbb\xbfa: 1") == ({"a": 1}, [])


def test_nothing_of_the_answer_is_repeated_by_the_reader():
    _, problems = read("answer:\n  canary: 1\n  canary: 2\n  x: {canary one, two}\n  z: *canary\n")
    assert len(problems) == 4
    assert all(": answer: " in problem for problem in problems)
    assert "canary" not in " ".join(problems)
