"""`gameday runbook check` as it is typed: exit codes, formats, baseline, --fix."""

import json
import subprocess
import sys

import pytest

PAGE = "# Late\n\nOwner: team-web\n\n## Mitigation\n\n1. Check the database.\n"


def check(folder, *words):
    program = [sys.executable, "-m", "drills.cli", "runbook", "check", *words]
    return subprocess.run(program, capture_output=True, text=True, check=False, timeout=60, cwd=folder)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "late.md").write_text(PAGE)
    return tmp_path


def test_errors_end_with_1_and_say_where_why_and_how_to_mend_them(folder):
    done = check(folder, "late.md")

    assert done.returncode == 1
    assert "late.md:1: error: no-impact: says nothing about: impact" in done.stdout
    assert "late.md:7: warning: vague-step:" in done.stdout
    assert "  mend: name the command, query or board" in done.stdout
    assert done.stderr == "1 runbook: 6 errors, 1 warning, 0 notices\n"


def test_json_and_github_say_the_same(folder):
    rows = json.loads(check(folder, "late.md", "--format", "json").stdout)
    lines = check(folder, "late.md", "--format", "github").stdout.splitlines()

    assert len(rows) == len(lines) == 7
    assert all({"path", "line", "rule", "severity", "message", "mend", "why", "source"} <= set(each) for each in rows)
    assert "::error file=late.md,line=1::no-impact: says nothing about: impact" in lines[2]


def test_with_a_baseline_only_what_is_new_is_told(folder):
    wrote = check(folder, "late.md", "--write-baseline", "known.json")
    same = check(folder, "late.md", "--baseline", "known.json")
    (folder / "late.md").write_text(PAGE.replace("Owner: team-web\n", ""))
    worse = check(folder, "late.md", "--baseline", "known.json")

    assert wrote.returncode == 0
    assert (same.returncode, same.stdout) == (0, "")
    assert "7 known from known.json" in same.stderr
    assert worse.returncode == 1
    assert worse.stdout.startswith("late.md:1: error: no-owner")


def test_fix_adds_the_missing_parts_and_nothing_else(folder):
    (folder / "late.md").chmod(0o640)
    done = check(folder, "late.md", "--fix")

    text = (folder / "late.md").read_text()
    assert done.returncode == 0, done.stdout
    assert "parts added to 1 file" in done.stderr
    assert "**Impact.** Not written yet." in text
    assert set(PAGE.splitlines()) <= set(text.splitlines())
    assert (folder / "late.md").stat().st_mode & 0o777 == 0o640


def test_what_is_not_there_ends_with_2(folder):
    missing, nowhere = check(folder, "none.md"), check(folder)
    no_baseline = check(folder, "late.md", "--baseline", "none.json")

    assert (missing.returncode, nowhere.returncode, no_baseline.returncode) == (2, 2, 2)
    assert "none.md: there is no such file or folder" in missing.stderr
    assert "gameday init" in nowhere.stderr
    assert "--write-baseline" in no_baseline.stderr


def test_nothing_that_a_runbook_names_is_run(folder):
    (folder / "late.md").write_text("1. Do:\n   ```sh\n   touch ran\n   ```\n2. Do `touch ran`.\n")
    (folder / "gameday.yaml").write_text(
        "format: 1\nzone: UTC\nrunbooks: [.]\nenvironments: {staging: {}}\n"
        "runbook_check: {rules: {command-not-found: warning}}\n"
    )

    done = check(folder)

    assert done.returncode == 1
    assert not (folder / "ran").exists()
