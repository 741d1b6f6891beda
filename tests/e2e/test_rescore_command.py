"""`gameday rescore`, as typed after real drills whose scenario file has changed meanwhile."""

import json

import pytest
from workplace import Workplace, said

from drills.store import open_store
from scoring.timeline import SCORECARD

SHELL = {"shell": "{kind: command, with: {allow: [cat]}}"}
FINE = "probes: {{fine: {{probe: command, with: {{run: [cat, {flag}]}}, good: {{contains: good}}, every: 100ms}}}}\n"


@pytest.fixture(scope="module")
def drilled(tmp_path_factory):
    """A workspace in which a drill was run with `within` set to 8s."""
    with Workplace(tmp_path_factory.mktemp("rescored")) as here:
        flag, victim = here.folder / "flag.txt", here.folder / "victim.txt"
        flag.write_text("good\n")
        victim.write_text("as it was\n")
        here.workspace(SHELL, FINE.format(flag=flag))
        file = write(here, "{within: '${limit}'}")
        assert here.type("run", file, "--no-person", "--set", "limit=8s").returncode == 0
        yield here


def write(here, recovery, more="vars: {limit: 9s}", name="small"):
    victim = here.folder / "victim.txt"
    file = here.drill(
        name,
        {"quiet": f"{{inject: noop, with: {{file: {victim}}}, duration: 300ms}}"},
        steady_state="[fine]",
        expect=f"{{recovery: {recovery}}}",
    )
    file.write_text(file.read_text() + more + "\n")
    return file


@pytest.fixture
def here(drilled):
    yield drilled
    write(drilled, "{within: '${limit}'}")


def cards(here):
    store = open_store(here.folder / ".gameday" / "store.db", read_only=True)
    try:
        return [each.body for each in store.entries("1", kinds=(SCORECARD,))]
    finally:
        store.close()


def test_an_unchanged_file_says_the_same_with_what_its_variables_were_set_to(here):
    ended = here.type("rescore")

    assert ended.returncode == 0, said(ended)
    assert "recovery  " in ended.stdout
    assert "within 0:08" in ended.stdout
    assert "the same" in ended.stdout


def test_a_limit_that_changed_turns_a_verdict_and_both_are_shown(here):
    write(here, "{within: 1s, negative_checks: [fine], watch: 5m}")
    ended = here.type("rescore", "1")

    assert ended.returncode == 1, said(ended)
    assert "expected was within 0:08, is within 0:01" in ended.stdout
    assert "the file has no variable" not in ended.stdout
    assert "then, by rubric" in ended.stdout
    assert "now, by rubric" in ended.stdout
    assert len(cards(here)) == 1


def test_as_json_both_cards_are_whole(here):
    write(here, "{within: 1m}")
    shown = json.loads(here.type_inside("rescore", "--all", "--json").stdout)

    assert shown["changed"] == ["time_limit", "recovery"]
    assert (shown["then"]["rows"][0]["measure"], shown["now"]["rows"][0]["measure"]) == ("first_symptom",) * 2
    assert next(row for row in shown["rows"] if row["measure"] == "recovery")["turned"] is False


def test_a_new_card_is_kept_once_and_beside_the_old_one_and_the_timeline_is_whole(here):
    write(here, "{within: 2m}")
    before = cards(here)
    first = here.type_inside("rescore", "1", "--keep")
    again = here.type_inside("rescore", "1", "--keep")

    assert "the new card is kept beside the old one" in first.stdout
    assert "this card is kept already" in again.stdout
    kept = cards(here)
    assert kept[: len(before)] == before
    assert [each["made"] for each in kept[len(before) :]] == ["rescored"]
    assert kept[-1]["rubric"]["recovery"]["within"] == 120
    assert here.type_inside("verify", "1").returncode == 0
    assert "scored again by rubric" in here.type_inside("log", "1").stdout


@pytest.mark.parametrize(
    ("recovery", "more", "told"),
    [
        ("{within: nonsense}", "", "no longer valid"),
        ("{within: 8s, negative_checks: [nowhere]}", "", "there is no probe 'nowhere'"),
        (None, "", "no file of this workspace has the scenario small any more"),
    ],
    ids=["not valid", "no such probe", "gone"],
)
def test_a_file_that_is_gone_or_no_longer_valid_says_so(here, recovery, more, told):
    file = write(here, recovery or "{within: 8s}", more)
    if recovery is None:
        file.unlink()
    ended = here.type_inside("rescore", "1")
    as_json = json.loads(here.type_inside("rescore", "1", "--json").stdout)

    assert ended.returncode == 2, said(ended)
    assert told in ended.stdout
    assert told in as_json["not_rescored"]


def test_a_file_that_became_a_tabletop_is_not_compared(here):
    (here.folder / "scenarios" / "small.yaml").write_text(
        "scenario: small\ntitle: It is gone\nservice: orders\ntabletop: {situation: Gone., ask: [What?], within: 5m}\n"
    )
    ended = here.type_inside("rescore", "1")

    assert ended.returncode == 2, said(ended)
    assert "the two are never compared" in ended.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("1", "--all"), "one of the three"),
        (("--scenario", "nothing"), "no drill of the scenario 'nothing' has been run here"),
        (("77",), "there is no drill 77"),
    ],
)
def test_what_cannot_be_done_is_one_clear_error(here, words, told):
    ended = here.type_inside("rescore", *words)

    assert ended.returncode == 2, said(ended)
    assert told in ended.stderr
