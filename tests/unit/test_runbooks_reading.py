"""A runbook is read as its author sees it: title, owner, steps, and a hash that only another text changes."""

from pathlib import Path

import pytest

from drills.runbooks.reading import STEPS, RunbookError, parse, read

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library" / "runbooks"


def steps(text):
    return [(each.id, each.text) for each in parse("page", Path("page.md"), text).steps]


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.md")), ids=lambda path: path.stem)
def test_every_runbook_of_the_library_has_a_title_an_owner_and_steps(path):
    found = read(path.stem, [LIBRARY])

    assert found.title
    assert found.title != path.stem
    assert found.owner.startswith("team-")
    assert [each.id for each in found.steps] == list(range(1, len(found.steps) + 1))
    assert len(found.steps) >= 3


def test_a_step_is_a_numbered_line_and_what_is_indented_below_it():
    page = (
        "1. First\n   goes on.\n\n   Second paragraph.\n2) Then:\n   ```\n   1. not a step\n   ```\nNo step.\n3. Last"
    )

    assert steps(page) == [
        (1, "First goes on. Second paragraph."),
        (2, "Then: ``` 1. not a step ```"),
        (3, "Last"),
    ]


def test_numbers_count_through_the_whole_page_and_not_in_fences_at_the_margin():
    assert steps("1. a\n1. b\n\n## More\n\n1. c\n```\n1. d\n~~~\n```\n1. e\n") == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (4, "e"),
    ]


def test_wrapping_changes_no_hash_and_another_word_does():
    one, wrapped, other = (
        parse("p", Path("p.md"), text).steps[0].text_hash
        for text in ("1. restart it now", "1. restart\n   it  now", "1. restart it soon")
    )

    assert one == wrapped
    assert one != other


def test_a_title_is_the_first_sentence_and_not_too_long():
    page = parse("p", Path("p.md"), f"1. Look: `ctl status`. More.\n2. No end\n3. {'x' * 100}\n")

    assert [each.title for each in page.steps] == ["Look", "No end", "x" * 79 + "…"]


def test_a_page_without_title_owner_or_steps_is_read_all_the_same():
    page = parse("bare", Path("bare.md"), "Just words.\n")

    assert (page.title, page.owner, page.steps) == ("bare", "", ())
    with pytest.raises(RunbookError, match="runbook bare has no step '1': there are none"):
        page.step("1")


def test_what_cannot_be_read_is_said(tmp_path):
    (tmp_path / "long.md").write_text("x" * 300_000)
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(RunbookError, match="did you mean `long`"):
        read("lonk", [tmp_path])
    with pytest.raises(RunbookError, match="none was found in"):
        read("../long", [tmp_path / "empty"])
    with pytest.raises(RunbookError, match="split it"):
        read("long", [tmp_path])
    with pytest.raises(RunbookError, match="cannot be read"):
        read("folder", [tmp_path])


def test_of_very_many_steps_the_first_are_read_and_the_others_counted():
    found = parse("many", Path("many.md"), "".join(f"{each}. Do {each}\n" for each in range(1, STEPS + 8)))

    assert (len(found.steps), found.more_steps) == (STEPS, 7)


def test_of_two_with_one_name_the_earlier_folder_counts(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.md").write_text(f"# From {name}\n")

    assert read("page", [tmp_path / "b", tmp_path / "a"]).title == "From b"
