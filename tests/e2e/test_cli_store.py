"""`gameday score`, `log`, `verify` and `export` in processes of their own, on a store that holds two drills."""

import base64
import json
import os
import pty
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from junitparser import JUnitXml

from drills.store import Line, open_store
from scoring.rubric import VERSION, AlertLimit, NoticedLimit, Rubric
from scoring.timeline import ALERT, DRILL, FAULT, NOTE, PROBE, SOURCE

ROOT = Path(__file__).resolve().parents[2]
SECOND = 1_000_000_000
START = 1_760_000_000 * SECOND
RUBRIC = Rubric(steady_state=("pays",), time_limit=60, alert=AlertLimit("CheckoutSlow", 10, {}, ("checkout",)))


def gameday(*arguments, cwd=ROOT):
    command = [sys.executable, "-c", "from drills.cli import main; main()", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)


def tell(store, drill, at, kind, body, *, by="gameday"):
    store.append(drill, START + round(at * SECOND), kind, by, "facilitators", body)


def begin(store, drill, rubric, at=0.0):
    store.begin(drill, "slow-db", "checkout", "staging", START + round(at * SECOND))
    body = {"state": "started", "drill": drill, "scenario": "slow-db", "title": "Slow database", "service": "checkout"}
    tell(store, drill, at, DRILL, {**body, "environment": "staging", "rubric": rubric.to_json()})


def drill(store, number, rubric=RUBRIC, *, alert_at=4.0, outcome="completed"):
    begin(store, number, rubric, at=int(number) * 1000)
    start = int(number) * 1000
    tell(store, number, start + 0.1, SOURCE, {"source": "pager", "listening": True, "why": ""})
    fault = {"fault": "slow", "change": "slow", "kind": "toxiproxy.latency", "subject": "payments-db", "why": ""}
    evidence = store.keep(b"<html>503</html>", "text/html", "pays")
    look = {"probe": "pays", "good": False, "why": "status 503\x1b[2J, wanted 200", "evidence": evidence}
    tell(store, number, start + 1.0, FAULT, {**fault, "phase": "injecting"})
    tell(store, number, start + 1.5, FAULT, {**fault, "phase": "active"})
    tell(store, number, start + 2.0, PROBE, look)
    alert = {"source": "pager", "fingerprint": "f", "name": "CheckoutSlow", "status": "firing", "labels": {}}
    received = START + round((start + alert_at) * SECOND)
    tell(store, number, start + alert_at, ALERT, {**alert, "received_at": received}, by="pager")
    tell(store, number, start + 20.0, FAULT, {**fault, "phase": "clear", "by": "us"})
    tell(store, number, start + 50.0, DRILL, {"state": "ended", "outcome": outcome, "why": "x", "exit_code": 0})


@pytest.fixture
def path(tmp_path):
    where = tmp_path / "store.db"
    store = open_store(where)
    drill(store, "1", alert_at=30.0)
    drill(store, "2")
    store.close()
    return where


def test_score_shows_the_last_drill_and_ends_with_0_when_all_is_met(path):
    ended = gameday("score", "--store", path)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("drill 2: Slow database (checkout on staging), completed: x\n")
    assert "alert detection         within 0:10  0:02.5" in ended.stdout
    assert ended.stdout.endswith("3 of 3 met (alert detection met, alert names the impact met, faults left met)\n")


def test_score_of_a_missed_expectation_ends_with_1(path):
    ended = gameday("score", "1", "--store", path)

    assert ended.returncode == 1
    assert "2 of 3 met (alert detection missed" in ended.stdout


def test_score_as_json_is_the_card(path):
    card = json.loads(gameday("score", "1", "--json", "--store", path).stdout)

    assert (card["met"], card["of"], card["outcome"], card["rubric_version"]) == (2, 3, "completed", VERSION)


def test_score_of_a_void_drill_ends_with_2_and_shows_the_outcome(path):
    store = open_store(path)
    drill(store, "3", outcome="void")
    store.close()
    ended = gameday("score", "--store", path)

    assert ended.returncode == 2
    assert "nothing measured: void: x" in ended.stdout


def test_score_as_junit_calls_missed_a_failure_and_unknown_an_error(path, tmp_path):
    store = open_store(path)
    drill(store, "3", Rubric(alert=RUBRIC.alert, noticed=NoticedLimit(60)), alert_at=30.0)
    store.close()
    ended = gameday("score", "--junit", tmp_path / "score.xml", "--store", path)

    suite = next(iter(JUnitXml.fromfile(str(tmp_path / "score.xml"))))
    kinds = {case.name: [type(each).__name__ for each in case.result] for case in suite}
    assert ended.returncode == 1
    assert kinds == {
        "alert detection": ["Failure"],
        "alert names the impact": [],
        "noticed by a person": ["Error"],
        "faults left": [],
    }
    assert {each.name: each.value for each in suite.properties()}["outcome"] == "completed"


def test_score_in_a_terminal_is_a_table_with_colours(path):
    outer, inner = pty.openpty()
    command = [sys.executable, "-c", "from drills.cli import main; main()", "score", "--store", str(path)]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(command, cwd=ROOT, stdout=inner, env=environment)
    os.close(inner)
    shown = b""
    try:
        while piece := os.read(outer, 65536):
            shown += piece
    except OSError:
        pass  # Linux says so when the other end of a terminal is closed
    os.close(outer)

    assert process.wait(30) == 0
    assert b"\x1b[32malert detection" in shown
    assert b"\x1b[2J" not in shown


def test_log_is_readable_and_harmless_for_a_terminal(path):
    ended = gameday("log", "2", "--store", path)

    assert ended.returncode == 0
    lines = ended.stdout.splitlines()
    told = [" ".join(line.split()) for line in lines]
    assert told[0] == "+0:00 drill gameday drill 2 begins: Slow database (checkout on staging)"
    assert told[3] == "+0:01.5 fault gameday slow is on: its effect is confirmed"
    assert told[4] == "+0:02 probe gameday pays: BAD: status 503 [2J, wanted 200"
    assert "\x1b" not in ended.stdout
    assert lines[6].endswith("slow is gone, confirmed; ended by us")


def test_log_as_json_has_a_line_for_each_entry(path):
    entries = [json.loads(line) for line in gameday("log", "--json", "--store", path).stdout.splitlines()]

    assert [entry["seq"] for entry in entries] == list(range(1, 9))
    assert {entry["drill"] for entry in entries} == {"2"}


def test_log_follows_until_the_drill_ends(path):
    store = open_store(path)
    begin(store, "3", RUBRIC, at=9000)
    command = [sys.executable, "-c", "from drills.cli import main; main()", "log", "--follow", "--store", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    first = process.stdout.readline()
    tell(store, "3", 9001, NOTE, {"text": "still going"})
    second = process.stdout.readline()
    assert process.poll() is None
    tell(store, "3", 9002, DRILL, {"state": "ended", "outcome": "completed"})
    store.close()
    rest = process.communicate(timeout=30)[0]

    assert "drill 3 begins" in first
    assert "still going" in second
    assert "the drill ended: completed" in rest
    assert process.returncode == 0


def test_verify_ends_with_0_and_after_tampering_with_3(path):
    before = gameday("verify", "--store", path)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("DROP TRIGGER entries_update")
        connection.execute("UPDATE entries SET body = replace(body, '503', '200') WHERE drill_id = '1'")
    connection.close()
    after = gameday("verify", "1", "--store", path)
    other = gameday("verify", "2", "--store", path)

    assert (before.returncode, before.stdout) == (0, "drill 2: 8 entries, nothing was changed\n")
    assert (after.returncode, after.stdout) == (3, "drill 1: entry 5 was changed after it was written\n")
    assert other.returncode == 0


def test_export_writes_everything_to_stdout_or_into_a_file(path, tmp_path):
    out = gameday("export", "--store", path)
    one = gameday("export", "2", "--store", path, "--output", tmp_path / "drills.jsonl")

    lines = [json.loads(line) for line in out.stdout.splitlines()]
    assert [line["id"] for line in lines if line["type"] == "drill"] == ["1", "2"]
    kept = [line for line in lines if line["type"] == "evidence"]
    assert [base64.b64decode(line["content_base64"]) for line in kept] == [b"<html>503</html>"]
    assert (one.returncode, one.stdout) == (0, "")
    assert len((tmp_path / "drills.jsonl").read_text().splitlines()) == 1 + 8 + 1
    assert sorted(each.name for each in tmp_path.iterdir() if "jsonl" in each.name) == ["drills.jsonl"]


def test_the_store_of_the_workspace_is_found_from_a_folder_inside_it(path, tmp_path):
    (tmp_path / "gameday.yaml").write_text("format: 1\n")
    (tmp_path / ".gameday").mkdir()
    (tmp_path / "drills").mkdir()
    path.rename(tmp_path / ".gameday" / "store.db")

    assert gameday("verify", cwd=tmp_path / "drills").stdout == "drill 2: 8 entries, nothing was changed\n"


@pytest.mark.parametrize("command", ["score", "log", "verify", "export"])
def test_what_is_not_there_is_one_clear_error_and_exit_code_2(path, tmp_path, command):
    unknown = gameday(command, "77", "--store", path)
    nowhere = gameday(command, "--store", tmp_path / "none.db")
    outside = gameday(command, cwd=tmp_path)

    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert "there is no drill 77 (the latest: 2, 1)" in unknown.stderr
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (2, 1)
    assert "`gameday run` makes it" in nowhere.stderr
    assert outside.returncode == 2
    assert "gameday.yaml" in outside.stderr
    assert "Traceback" not in outside.stderr


def test_a_store_without_a_drill_says_what_to_type(tmp_path):
    open_store(tmp_path / "empty.db").close()

    ended = gameday("log", "--store", tmp_path / "empty.db")
    assert (ended.returncode, ended.stderr) == (2, "error: no drill has been run here yet: type `gameday run FILE`\n")


@pytest.mark.parametrize("arguments", [["score", "--junit"], ["export", "--output"]])
def test_a_file_that_cannot_be_written_is_named(path, tmp_path, arguments):
    ended = gameday(*arguments, tmp_path / "nowhere" / "file", "--store", path)

    assert ended.returncode == 2
    assert "cannot write" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_reader_that_goes_away_is_no_traceback(path):
    store = open_store(path)
    begin(store, "3", RUBRIC, at=9000)
    store.append_many("3", [Line(START, NOTE, "x", "all", {"text": "y" * 200})] * 2000)
    store.close()
    command = f"{sys.executable} -c 'from drills.cli import main; main()' log --store {path} | head -1"
    ended = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert "drill 3 begins" in ended.stdout
    assert "Traceback" not in ended.stderr
