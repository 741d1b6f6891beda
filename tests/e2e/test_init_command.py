"""`gameday init`: a workspace in which check, plan and run work at once; nothing is ever overwritten."""

import re

import pytest
from workplace import Workplace, said


@pytest.fixture
def here(tmp_path):
    with Workplace(tmp_path) as place:
        (tmp_path / "gameday.yaml").unlink()
        (tmp_path / "scenarios").rmdir()
        yield place


def test_what_it_tells_to_type_next_works_as_it_is(here):
    made = here.type_inside("init", "my drills")
    assert made.returncode == 0, said(made)
    assert "cd 'my drills'" in made.stdout
    told = re.findall(r"^  gameday (.+)$", made.stdout, re.MULTILINE)
    assert [each.split()[0] for each in told] == ["check", "plan", "run"]
    here.folder /= "my drills"

    checked = here.type_inside(*told[0].split())
    assert (checked.returncode, checked.stderr) == (0, "2 files: 0 problems, 0 warnings\n"), said(checked)
    planned = here.type_inside(*told[1].split())
    assert (planned.returncode, "nothing would refuse it now" in planned.stdout) == (0, True), said(planned)
    path = here.folder / told[2].split()[1]
    path.write_text(path.read_text().replace("duration: 5s", "duration: 300ms").replace("when: 1s", "when: 0s"))
    ran = here.type(*told[2].split())
    assert ran.returncode == 0, said(ran)
    assert ran.stdout.endswith("2 of 2 met (recovery met, faults left met)\n")
    assert here.left_on() == []


def test_the_scenario_has_the_runbook_that_was_written_with_it(here):
    here.type_inside("init")

    assert (here.folder / "runbooks" / "first-drill.md").read_text().startswith("# ")
    assert "**Unsafe actions.**" in (here.folder / "runbooks" / "first-drill.md").read_text()


def test_nothing_is_overwritten_and_then_nothing_is_written(here):
    (here.folder / "drills").mkdir()
    (here.folder / "drills" / "first-drill.yaml").write_text("mine\n")

    ended = here.type_inside("init")

    assert ended.returncode == 2
    assert "already has drills/first-drill.yaml: nothing was written" in ended.stderr
    assert [each.name for each in here.folder.rglob("*") if each.is_file()] == ["first-drill.yaml"]
    assert (here.folder / "drills" / "first-drill.yaml").read_text() == "mine\n"


def test_a_readme_that_is_there_stays_and_is_no_obstacle(here):
    (here.folder / "README.md").write_text("mine\n")

    assert here.type_inside("init").returncode == 0
    assert (here.folder / "README.md").read_text() == "mine\n"


def test_a_file_in_place_of_the_folder_is_told(here):
    (here.folder / "taken").write_text("")

    ended = here.type_inside("init", "taken/inside")
    assert ended.returncode == 2
    assert "taken is a file: choose another folder" in " ".join(ended.stderr.split())
