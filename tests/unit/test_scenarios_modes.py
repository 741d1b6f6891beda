"""The ways in which a dependency fails, by name: the six, a team's own, and what is almost one of the six."""

import pytest

import scenarios
from scenarios.modes import MODES, misspelt


def workspace(folder, modes):
    (folder / "gameday.yaml").write_text(
        "format: 1\nzone: UTC\nenvironments: {staging: {}}\nservices: {mail: {}}\n"
        f"dependencies: {{mail: {{{', '.join(f'{mode}: {{then: stop}}' for mode in modes)}}}}}\n"
    )
    return scenarios.load_workspace(folder)


def test_each_of_the_six_is_what_it_is_called(tmp_path):
    assert [misspelt(mode) for mode in MODES] == [None] * 6
    assert list(workspace(tmp_path, MODES).dependencies["mail"]) == list(MODES)


@pytest.mark.parametrize("own", ["down", "delayed", "lies", "eu gone"])
def test_a_team_may_have_modes_of_its_own(tmp_path, own):
    assert misspelt(own) is None
    assert workspace(tmp_path, [own]).dependencies["mail"][own].then == "stop"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("rate-limited", "rate_limited"),
        ("Slow", "slow"),
        ("region lost", "region_lost"),
        ("delay_reads", "delays_reads"),
    ],
)
def test_what_is_almost_one_of_the_six_is_told_at_its_place(tmp_path, written, meant):
    with pytest.raises(scenarios.ScenarioError) as wrong:
        workspace(tmp_path, [written])

    (problem,) = wrong.value.problems
    assert problem.message == f"there is no mode '{written}': did you mean `{meant}`?"
    assert (problem.line, problem.path) == (5, f"dependencies.mail.{written}")


def test_what_is_no_map_of_modes_is_told_by_the_model(tmp_path):
    (tmp_path / "gameday.yaml").write_text("format: 1\nzone: UTC\nenvironments: {s: {}}\ndependencies: {mail: slow}\n")

    with pytest.raises(scenarios.ScenarioError) as wrong:
        scenarios.load_workspace(tmp_path)
    assert [problem.path for problem in wrong.value.problems] == ["dependencies.mail"]
