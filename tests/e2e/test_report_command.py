"""`gameday report`, as typed after a real drill."""

import json

import pytest
from servers import wait_until
from workplace import Workplace


@pytest.fixture
def here(tmp_path):
    with Workplace(tmp_path) as workspace:
        workspace.workspace()
        yield workspace


def drilled(here):
    victim = here.folder / "victim.txt"
    victim.write_text("as it was\n")
    file = here.drill("small", {"quiet": f"{{inject: noop, with: {{file: {victim}}}, duration: 300ms}}"})
    assert here.type("run", file).returncode == 0


def test_a_report_is_written_beside_and_holds_what_the_scorecard_says(here):
    drilled(here)
    ended = here.type("report")

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "drill-1-report.html"
    page = (here.folder / "drill-1-report.html").read_text()
    assert here.card()["headline"] in page
    assert "No fault is left" in page


def test_it_goes_to_standard_output_as_markdown_or_json(here):
    drilled(here)

    assert here.type("report", "1", "--format", "md", "--output", "-").stdout.startswith("# ")
    shown = json.loads(here.type("report", "1", "--format", "json", "-o", "-").stdout)
    assert shown["headline"] == here.card()["headline"]
    assert [line["seq"] for line in shown["timeline"]] == [entry["seq"] for entry in here.entries()]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("report", "7"), "7"),
        (("report", "1", "--format", "pdf"), "pdf"),
        (("report", "1", "--output", "no/such/folder/r.html"), "cannot write"),
    ],
)
def test_what_cannot_be_done_is_one_clear_error(here, words, told):
    drilled(here)
    ended = here.type(*words)

    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_report_is_written_over_and_no_other_file_is(here):
    drilled(here)
    settings = (here.folder / "gameday.yaml").read_text()

    refused = here.type("report", "1", "--output", "gameday.yaml")

    assert refused.returncode == 2
    assert "gameday.yaml is there and is no report: name another file" in refused.stderr
    assert (here.folder / "gameday.yaml").read_text() == settings
    for form in ("html", "md", "json"):
        written = [here.type("report", "1", "--format", form).returncode for _ in range(2)]
        assert written == [0, 0]


def test_the_report_for_responders_has_nothing_of_the_scenarios_file_and_a_name_of_its_own(here):
    drilled(here)
    ended = here.type("report", "--for", "responders")
    shown = here.type_inside("report", "--for", "responders", "--format", "json", "-o", "-").stdout

    assert ended.stdout.strip() == "drill-1-report-for-responders.html"
    assert "For responders" in (here.folder / "drill-1-report-for-responders.html").read_text()
    for secret in ("A small drill", "quiet", "noop", "victim.txt", '"small"'):
        assert secret not in shown
    assert "Drill on orders" in shown


def test_while_a_drill_runs_there_is_no_report_for_responders(here):
    victim = here.folder / "victim.txt"
    victim.write_text("as it was\n")
    file = here.drill("long", {"quiet": f"{{inject: noop, with: {{file: {victim}}}, duration: 5m}}"})
    running = here.start("run", file)
    wait_until(lambda: here.type_inside("log", "1").stdout, "the drill is on record")
    refused = here.type_inside("report", "1", "--for", "responders", "-o", "-")
    running.terminate()
    here.ended(running)

    assert refused.returncode == 2
    assert "drill 1 is not over: `gameday room` shows them theirs" in refused.stderr
