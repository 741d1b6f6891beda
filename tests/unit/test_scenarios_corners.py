"""The rare turns of the reader: circles, words of neighbours, unions, errors of a whole file, very many files."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError, model_validator

import scenarios
from scenarios import ScenarioError
from scenarios.limits import LIMITS
from scenarios.salvage import without
from scenarios.schema import MODELS, schema
from scenarios.shelf import files
from scenarios.suggest import for_key
from scenarios.wording import known_keys

HEAD = "scenario: drill\ntitle: t\nservice: s\nsteady_state: []\nstop_unless: []\n"


def problems_of(body):
    with pytest.raises(ScenarioError) as wrong:
        scenarios.read((HEAD + body).encode(), Path("drill.yaml"))
    return [str(each) for each in wrong.value.problems]


def test_a_fault_that_leads_into_a_circle_of_others_leaves_it_to_them():
    body = "faults:\n" + "".join(
        f"  {name}: {{inject: noop, duration: 1s, when: 1s after {anchor}}}\n"
        for name, anchor in (("first", "second"), ("second", "third"), ("third", "second"))
    )
    told = problems_of(body)
    assert len(told) == 1
    assert "this waits for itself (second after third after second)" in told[0]


def test_a_kind_that_is_no_name_is_told_what_a_name_matches():
    (told,) = problems_of('faults: {f: {inject: "9 lives", duration: 1s}}\n')
    assert "faults.f.inject: this must match ^[A-Za-z]" in told


def test_a_text_of_nothing_but_blanks_is_empty():
    faults = "faults: {f: {inject: noop, duration: 1s}}\n"
    (told,) = problems_of(f'{faults}messages: {{m: {{when: 1s, text: "   "}}}}\n')
    assert "messages.m.text: this text is empty" in told


class Whole(BaseModel):
    """A file whose parts are fine one by one."""

    title: str

    @model_validator(mode="after")
    def _never(self) -> "Whole":
        raise ValueError("not together")


def test_an_error_of_the_whole_file_leaves_out_none_of_its_parts():
    given = {"title": "t"}
    with pytest.raises(ValidationError) as wrong:
        Whole.model_validate(given)
    assert without(given, wrong.value) == given


@pytest.mark.parametrize(
    ("word", "known", "told"),
    [
        ("method", ["faults"], "write `faults`"),
        ("method", ["probes", "when"], "known here: probes, when"),
        ("rollbacks", ["faults"], "leave it out: every fault is taken back without being told to"),
    ],
)
def test_a_word_of_another_tool_is_translated_only_where_ours_is_known(word, known, told):
    assert for_key(word, known) == told


class Inner(BaseModel):
    """One way to write it."""

    one: int


class Outer(BaseModel):
    """A value or a map."""

    either: int | Inner
    plain: int


def test_the_keys_of_a_value_that_may_be_a_map_are_those_of_the_map():
    assert known_keys(Outer, ("either",)) == ["one"]
    assert known_keys(Outer, ()) == ["either", "plain"]
    assert known_keys(Outer, ("plain",)) == []
    assert known_keys(Outer, ("nothing", "here")) == []


def test_no_more_files_are_looked_at_than_the_limit(tmp_path):
    for number in range(LIMITS.files + 1):
        (tmp_path / f"{number}.yaml").touch()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one.yaml").touch()
    assert len(files(tmp_path)) == LIMITS.files


@pytest.mark.parametrize("kind", MODELS)
def test_the_schema_of_every_kind_of_file_is_one(kind):
    made = schema(kind)
    Draft202012Validator.check_schema(made)
    assert Draft202012Validator(made).is_valid([]) is False


def test_a_variable_may_stand_for_any_value_of_a_scenario_but_its_name():
    checks = Draft202012Validator(schema("scenario"))
    fault = {"inject": "noop", "duration": "${length}", "select": "${many}"}
    written = {
        "scenario": "drill",
        "title": "t",
        "service": "s",
        "steady_state": [],
        "stop_unless": [],
        "faults": {"f": fault},
    }
    assert list(checks.iter_errors(written)) == []
    assert not checks.is_valid({**written, "scenario": "${name}"})
