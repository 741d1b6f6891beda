"""What a drill is judged by comes whole from its scenario and its workspace."""

from pathlib import Path

import pytest

import scenarios
from drills.plan.rubric import rubric_of
from scoring.rubric import ContainmentLimit, Rubric

FORMAT = Path(__file__).resolve().parents[1] / "material" / "format"


def of(name):
    return rubric_of(scenarios.load(FORMAT / "drills" / f"{name}.yaml"), scenarios.load_workspace(FORMAT))


def test_the_key_keeps_a_list_that_is_written_as_empty_and_nothing_that_was_left_out():
    answer = of("slow-payments-db").answer

    assert answer["data_risk"] == []
    assert answer["unsafe_actions"][0] == {"text": "fail over payments-db while replication lag is over 5s"}
    assert answer["unsafe_actions"][1]["probe"] == "errors-low"
    assert "data_risk" not in of("kill-worker").answer


def test_the_quorum_the_cohorts_and_how_long_bad_must_last_come_from_the_workspace():
    rubric = of("slow-payments-db")

    assert rubric.quorum == 0.8
    assert rubric.cohorts == ("eu-web", "us-web", "eu-browse")
    assert rubric.bad_for == {"errors-low": 10.0, "eu-pays": 10.0, "us-pays": 10.0}


def test_every_look_of_the_harm_probe_is_wanted_and_where_worse_lies_is_known_from_its_good_side():
    rubric = of("slow-payments-db")

    assert rubric.containment == ContainmentLimit(900, "errors-low", "up", 90)
    assert rubric.watched == {"errors-low"}
    assert of("eu-loses-writes").containment == ContainmentLimit(1200, None, None, 120)
    assert of("eu-loses-writes").watched == Rubric().watched == frozenset()


@pytest.mark.parametrize(
    ("good", "worse"),
    [
        ("{above: 5}", "down"),
        ("{at_least: 5}", "down"),
        ("{at_most: 5}", "up"),
        ("{above: 1, below: 5}", None),
        ("{equals: 5}", None),
    ],
)
def test_a_probe_with_no_one_bad_side_has_no_direction(good, worse, tmp_path):
    (tmp_path / "gameday.yaml").write_text("format: 1\nzone: UTC\nenvironments: {staging: {}}\n")
    (tmp_path / "a.yaml").write_text(
        f"scenario: a\ntitle: A\nservice: s\nprobes: {{p: {{probe: x, good: {good}}}}}\nsteady_state: [p]\n"
        "stop_unless: []\nfaults: {f: {inject: noop, duration: 5s}}\nexpect: {containment: {harm: p, within: 10s}}\n"
    )
    limit = rubric_of(scenarios.load(tmp_path / "a.yaml"), scenarios.load_workspace(tmp_path)).containment

    assert (limit.worse, limit.steady) == (worse, 1.0)


def test_a_rubric_with_everything_of_a_file_survives_json():
    rubric = of("slow-payments-db")

    assert Rubric.from_json(rubric.to_json()).to_json() == rubric.to_json()


def test_the_steps_of_the_keys_runbook_are_those_it_has_when_the_drill_begins():
    library = FORMAT.parents[2] / "scenarios" / "library"
    workspace = scenarios.load_workspace(library / "gameday.yaml")

    steps = rubric_of(scenarios.load(library / "kill-worker.yaml"), workspace).steps

    assert list(steps) == ["1", "2", "3", "4"]
    assert steps["2"] == "Start it"
    assert of("slow-payments-db").steps == {}
