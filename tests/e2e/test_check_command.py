"""`gameday check`: files, folders and whole workspaces, for a person, a program and a GitHub workflow."""

import json
from pathlib import Path

import pytest
from workplace import Workplace, said

from scenarios.shelf import files

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "scenarios" / "library"
FORMAT = ROOT / "tests" / "material" / "format"
DRILLS = sorted(path.stem for path in (FORMAT / "drills").glob("*.yaml"))
"""The drills of the design's trial."""


@pytest.fixture
def here(tmp_path):
    return Workplace(tmp_path)


def test_the_library_has_no_problem_and_no_warning(here):
    ended = here.type_inside("check", LIBRARY)

    assert (ended.returncode, ended.stdout) == (0, ""), said(ended)
    assert ended.stderr == f"{len(files(LIBRARY)) + 1} files: 0 problems, 0 warnings\n"


@pytest.mark.parametrize("drill", DRILLS)
def test_a_drill_of_the_design_has_no_problem(here, drill):
    ended = here.type_inside("check", FORMAT / "drills" / f"{drill}.yaml", "--format", "json")

    assert [each["message"] for each in json.loads(ended.stdout) if each["severity"] == "error"] == []
    assert ended.returncode == 0


def test_without_a_path_the_whole_workspace_is_checked_from_any_folder_in_it(here):
    here.drill("good", {"quiet": "{inject: noop, duration: 1s}"})
    here.drill("bad", {"quiet": "{inject: noop}"})

    ended = here.type_inside("check")
    inside = Workplace.type_inside(Inside(here), "check")

    assert ended.returncode == inside.returncode == 1
    assert ended.stdout == (
        "scenarios/bad.yaml:7:3: faults.quiet: duration is missing: noop holds until it is taken back; "
        "write `duration: 5m`\n"
    )
    assert ended.stderr == "3 files: 1 problem, 0 warnings\n"
    assert "bad.yaml:7:3" in inside.stdout


class Inside:
    """A person in a folder of the workspace."""

    def __init__(self, place: Workplace) -> None:
        self.folder = place.folder / "scenarios"


def test_all_problems_of_all_files_come_at_once_and_each_only_once(here):
    for name in ("one", "two"):
        path = here.drill(name, {"quiet": "{inject: nop, duration: 5s}"}, service="nobody")
        path.write_text(path.read_text() + "colour: red\n")

    ended = here.type_inside("check", "scenarios", "scenarios/one.yaml", "scenarios")

    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert len(lines) == len(set(lines)) == 6, ended.stdout
    assert ended.stderr == "2 files: 6 problems, 0 warnings\n"


def test_warnings_alone_are_no_failure(here):
    here.drill("other", {"quiet": "{inject: noop, duration: 1s}"}).rename(here.folder / "scenarios" / "one.yaml")

    ended = here.type_inside("check")

    assert (ended.returncode, ended.stderr) == (0, "2 files: 0 problems, 1 warning\n")
    assert ended.stdout.startswith("scenarios/one.yaml:1:11: warning: scenario: the file is called one.yaml")


def test_for_a_program_every_problem_is_an_object_with_its_place(here):
    here.drill("bad", {"quiet": "{inject: noop}"})

    ended = here.type_inside("check", "--format", "json")

    (found,) = json.loads(ended.stdout)
    assert found.pop("message").startswith("duration is missing")
    assert found == {
        "file": "scenarios/bad.yaml",
        "line": 7,
        "column": 3,
        "path": "faults.quiet",
        "severity": "error",
    }
    assert (ended.returncode, ended.stderr) == (1, "")
    here.drill("bad", {"quiet": "{inject: noop, duration: 1s}"})
    assert here.type_inside("check", "--format", "json").stdout == "[]\n"


def test_for_a_github_workflow_every_problem_is_a_command_that_marks_its_line(here):
    path = here.drill("bad", {"quiet": "{inject: noop, with: {file: '%0A::error::x'}, duration: 1s}"})
    path.rename(here.folder / "scenarios" / "a,b.yaml")

    ended = here.type_inside("check", "--format", "github")

    warning, error = sorted(ended.stdout.splitlines(), reverse=True)
    assert warning.startswith("::warning file=scenarios/a%2Cb.yaml,line=1,col=11::scenario: the file is called a,b")
    assert error.startswith("::error file=scenarios/a%2Cb.yaml,line=7,col=38::faults.quiet.with.file: ")
    assert "\n::error::x" not in ended.stdout
    assert ended.returncode == 1


def test_gameday_yaml_itself_is_checked_and_a_target_nobody_uses_is_a_warning(here):
    here.workspace({"db": "{kind: postgrez, with: {host: x}}"}, "colour: red\n")

    ended = here.type_inside("check", "gameday.yaml")
    assert ended.returncode == 1
    assert "colour: unknown key" in ended.stdout

    here.workspace({"db": "{kind: htp, with: {host: x}}"})
    ended = here.type_inside("check", "gameday.yaml")
    assert ended.returncode == 0
    assert "warning: environments.staging.targets.db.kind: nothing installed uses a target of kind 'htp': did" in (
        ended.stdout
    )


def test_a_folder_without_a_file_is_told(here):
    ended = here.type_inside("check", "scenarios")

    assert (ended.returncode, "there is no .yaml file in this folder" in ended.stdout) == (1, True)


def test_the_environment_that_is_named_is_the_one_it_is_checked_against(here):
    here.drill("good", {"quiet": "{inject: noop, duration: 1s}"})

    assert here.type_inside("check", "-e", "staging").returncode == 0
    ended = here.type_inside("check", "-e", "production")
    assert ended.returncode == 1
    assert "'production' is not listed under `environments`" in ended.stdout
