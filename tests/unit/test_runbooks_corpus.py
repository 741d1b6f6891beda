"""Runbooks in many shapes: the steps that a person finds in them are found, nothing else is, and nothing breaks it."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drills.runbooks.blocks import markdown, page_of
from drills.runbooks.history import follow
from drills.runbooks.reading import STEPS, parse
from drills.runbooks.steps import SURE

CORPUS = Path(__file__).resolve().parents[1] / "material" / "runbooks"
WANTED = yaml.safe_load((CORPUS / "steps.yaml").read_text())
PIECES = (
    "# Title",
    "## Step 2: do",
    "1. Restart it",
    "   - [ ] nested",
    "- [ ] Check",
    "```sh",
    "```",
    "    code",
    "| # | Action |",
    "|---|---|",
    "| 1 | Run `x y` |",
    "> quoted",
    "---",
    "owner: me",
    "**Owner.** you",
    "<!-- 1. no -->",
    "[a](b.md#c)",
    "===",
    "",
)
MARKS = ("`", "``", "**", "__", "a", " ", "b c", "[x](y)", "<i>", "\\", "&amp;", "\n")


def page(name):
    return parse(name, CORPUS / f"{name}.md", (CORPUS / f"{name}.md").read_text())


def test_the_corpus_is_whole():
    assert {each.stem for each in CORPUS.glob("*.md")} == set(WANTED)
    assert len(WANTED) >= 40


@pytest.mark.parametrize("name", sorted(WANTED))
def test_each_page_has_the_steps_that_a_person_finds(name):
    assert [each.line for each in page(name).steps] == WANTED[name]


def test_on_the_whole_corpus_steps_are_precise_found_and_as_sure_as_they_say():
    found = {(name, each.line): each.confidence for name in WANTED for each in page(name).steps}
    wanted = {(name, line) for name, lines in WANTED.items() for line in lines}
    right = wanted & found.keys()
    sure = {step for step, confidence in found.items() if confidence >= SURE}

    assert len(right) / len(found) >= 0.95
    assert len(right) / len(wanted) >= 0.8
    assert len(sure & wanted) / len(sure) >= 0.9
    assert len(sure) >= len(found) / 2, "a reader that is sure of nothing is right all the time"


@pytest.mark.parametrize(
    ("name", "owner", "facts"),
    [
        ("bold-parts", "team-search", {}),
        ("headings-and-lists", "team-mail", {}),
        ("step-headings", "identity", {}),
        ("check-boxes", "delivery", {}),
        ("table-of-steps", "ledger-team", {"service": "ledger", "reviewed": "2026-03-01"}),
        (
            "front-matter",
            "team-identity",
            {"service": "edge", "author": "mira", "reviewed": "2026-05-02", "alert": "CertificateSoon"},
        ),
        ("metadata-bullets", "team-session", {"service": "session", "reviewed": "2026-01-10 by *jo"}),
        ("prose-only", "", {}),
    ],
)
def test_owner_and_facts_are_found_wherever_they_stand(name, owner, facts):
    found = page(name)

    assert (found.owner, dict(found.facts)) == (owner, facts)


def test_a_step_knows_what_to_type_what_to_fill_in_and_what_lies_within_it():
    nested, typed, filled = page("nested").steps[0], page("sql").steps[0], page("notebook").steps[0]

    assert nested.children == ("Open the board.", "Sort by age.")
    assert [(each.language, each.line, each.fenced) for each in typed.commands] == [("sql", 9, True)]
    assert filled.commands[0].attributes == '{"name":"restart","interactive":"false"}'
    one = parse("p", CORPUS, "1. Ask `curl $HOST/<region>` for {{ name }}.\n").steps[0]
    assert one.placeholders == ("$HOST", "<region>", "{{ name }}")
    assert [each.text for each in one.commands] == ["curl $HOST/<region>"]


def test_a_console_fence_is_read_without_its_prompts_and_comments():
    found = parse("p", CORPUS, "1. Do:\n   ```console\n   $ one two\n   # no\n   ops@web-1:~$ three\n   ```\n")

    assert [each.text for each in found.steps[0].commands] == ["one two", "three"]


def test_front_matter_keeps_the_numbers_of_the_lines():
    assert [each.line for each in page("front-matter").steps] == [13, 14]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=400), st.lists(st.sampled_from(PIECES), max_size=25).map("\n".join)))
def test_any_text_is_a_page(text):
    found = parse("any", CORPUS, text)

    assert [each.id for each in found.steps] == list(range(1, len(found.steps) + 1))
    assert len(found.steps) <= STEPS
    assert len({each.key for each in found.steps}) == len(found.steps)
    last = len(found.page.lines) + 1
    assert all(1 <= each.line <= each.end <= last for each in found.steps)
    assert all(each.confidence >= 0.5 for each in found.steps)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["`", "``", "**", "__", "a", " ", "b c", "[x](y)", "<i>", "\\", "&amp;", "\n"]), max_size=14
    )
)
def test_inline_code_is_what_the_library_finds(pieces):
    text = "".join(pieces)
    library = [
        child.content
        for token in markdown().parse(text)
        for child in token.children or ()
        if child.type == "code_inline"
    ]

    def bare(codes):
        return [" ".join(code.split()) for code in codes]

    assert bare(code for block in page_of(text).blocks for code in block.code) == bare(library)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([name for name in sorted(WANTED) if WANTED[name] and not name.startswith("front")]),
    st.sampled_from(["Some words above.", "![logo](logo.png)", "<!-- a comment -->"]),
)
def test_keys_and_hashes_do_not_change_when_something_is_written_above(name, above):
    text = (CORPUS / f"{name}.md").read_text()
    head, rest = text.split("\n", 1)
    before = [(each.key, each.text_hash) for each in parse(name, CORPUS, text).steps]
    edited = f"{above}\n\n{text}" if rest.startswith("=") else f"{head}\n\n{above}\n\n{rest}"

    after = {(each.key, each.text_hash) for each in parse(name, CORPUS, edited).steps}

    assert set(before) <= after


def test_a_step_is_followed_by_its_text_then_by_its_title_and_a_stranger_is_not():
    old = parse("p", CORPUS, "1. Restart the first worker.\n2. Ask the books.\n").steps
    new = parse("p", CORPUS, "1. Look around.\n2. Ask the books.\n3. Restart the second worker now.\n").steps

    kept = follow(new, old[1].title, old[1].text_hash, old[1].id)
    reworded = follow(new, old[0].title, old[0].text_hash, old[0].id)

    assert kept is not None
    assert (kept.step.id, kept.same_text) == (2, True)
    assert reworded is not None
    assert (reworded.step.id, reworded.same_text) == (3, False)
    assert follow(new, "Purge all queues", "0" * 64) is None
