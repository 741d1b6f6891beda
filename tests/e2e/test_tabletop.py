"""A tabletop is run by `gameday run` like any drill, on what people type in other terminals; it touches nothing."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading

import pytest
from servers import wait_until
from workplace import GAMEDAY, Workplace, said

from drills.guard.reading import read_log
from drills.guard.undolog import FILE
from drills.store import StoreError, open_store
from scoring.timeline import MESSAGE

ASKED = '["What do we protect first?", "Who may declare orders lost?"]'
MODULES = (
    "import atexit, sys; atexit.register(lambda: print('MODULES', *sys.modules)); from drills.cli import main; main()"
)


@pytest.fixture
def here(tmp_path):
    with Workplace(tmp_path) as made:
        yield made


def tabletop(here, within="60s", more=""):
    path = here.folder / "scenarios" / "gone.yaml"
    path.write_text(
        "scenario: gone\ntitle: The region is gone\nservice: orders\n"
        f"tabletop: {{situation: The EU region is gone., ask: {ASKED}, within: {within}}}\n{more}"
    )
    return path


def until_asked(here, drill="1"):
    """Wait until the questions can be read in the room."""

    def asked():
        try:
            store = open_store(here.folder / ".gameday" / "store.db", read_only=True)
        except StoreError:
            return False
        try:
            return len(store.entries(drill, kinds=(MESSAGE,))) >= 3
        except StoreError:
            return False
        finally:
            store.close()

    wait_until(asked, "the questions are asked")


def decide(here, text, *options, name="ana"):
    typed = here.type_inside("mark", "decision", text, "--as", name, *options)
    assert typed.returncode == 0, said(typed)


def row(card, name):
    return next(each for each in card["rows"] if each["measure"] == name)


def test_each_question_decided_from_another_terminal_ends_it_as_met(here):
    running = here.start("run", tabletop(here))
    until_asked(here)
    decide(here, "checkout first", "--answers", "1")
    shown = here.type_inside("room", "--as", "ana").stdout
    decide(here, "li, with the ledger's owner", "--answers", "2", "--because", "she owns the ledger")
    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    assert "The EU region is gone." in shown
    assert "What do we protect first?: ana: checkout first" in shown
    assert "Who may declare orders lost?: OPEN" in shown
    assert "1 of 1 met (questions decided met)" in ended.stdout
    card = here.card()
    assert (card["kind"], card["outcome"]) == ("tabletop", "completed")
    assert {"alert_detection", "recovery", "faults_left"} & {each["measure"] for each in card["rows"]} == set()
    assert not [each for each in card["rows"] if "failed" in each["result"].get("why", "")]
    first = here.entries()[0]["body"]
    assert (first["tabletop"], first["questions"], first["shared_probes"]) == (True, 2, [])


def test_a_question_that_nobody_decides_in_time_is_missed_and_its_tabletop_is_not_void(here):
    running = here.start("run", tabletop(here, within="4s"))
    until_asked(here)
    decide(here, "checkout first", "--answers", "1")
    ended = here.ended(running)

    assert ended.returncode == 1, said(ended)
    assert row(here.card(), "questions_decided")["result"]["detail"]["open"] == ["Who may declare orders lost?"]


def test_nobody_there_is_unknown_and_neither_met_nor_void(here):
    ended = here.type("run", tabletop(here, within="1s"))

    assert ended.returncode == 1, said(ended)
    found = row(here.card(), "questions_decided")
    assert (found["verdict"], found["result"]["why"]) == ("unknown", "nobody took part")
    assert here.card()["outcome"] == "completed"


def test_no_injector_is_loaded_no_guard_started_and_the_undo_log_names_no_change(here):
    running = subprocess.Popen(
        [sys.executable, "-c", MODULES, "run", str(tabletop(here, within="3s"))],
        cwd=here.folder,
        env=here.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    here.started.append(running)
    until_asked(here)
    guards = here.guards()
    out, _ = running.communicate(timeout=60)

    loaded = next(line for line in out.splitlines() if line.startswith("MODULES")).split()[1:]
    families = ("certificate", "nats", "noop", "process", "toxiproxy", "command")
    assert [name for name in loaded if name.startswith(tuple(f"injectors.{each}" for each in families))] == []
    assert "drills.engine.run" in loaded
    assert guards == []
    assert dict(read_log(here.folder / ".gameday" / "drills" / "1" / FILE).tracked) == {}


@pytest.mark.parametrize(
    ("typed", "code", "rule"),
    [
        (("stop", "--reason", "a real page"), 4, "stop pressed"),
        (("lever", "engage", "--reason", "storm"), 4, "safety lever engaged"),
        ((), 130, "interrupted"),
    ],
    ids=["stop", "lever", "ctrl-c"],
)
def test_stop_the_lever_and_ctrl_c_end_it_as_they_end_any_drill(here, typed, code, rule):
    running = here.start("run", tabletop(here))
    until_asked(here)
    decide(here, "checkout first", "--answers", "1")
    if typed:
        here.type_inside(*typed)
    else:
        running.send_signal(signal.SIGINT)
    ended = here.ended(running)

    assert ended.returncode == code, said(ended)
    assert rule in ended.stdout
    assert row(here.card(), "questions_decided")["result"]["interval"] == [0.5, 1.0]


def test_a_message_that_is_still_to_come_is_waited_for(here):
    running = here.start("run", tabletop(here, more="messages:\n  late: {when: 7s, text: The mayor calls.}\n"))
    until_asked(here)
    decide(here, "checkout first", "--answers", "1")
    decide(here, "li", "--answers", "2")
    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    assert "The mayor calls." in ended.stdout


def test_a_decision_names_a_question_that_there_is_and_only_in_a_tabletop(here):
    running = here.start("run", tabletop(here))
    until_asked(here)
    typed = here.type_inside("mark", "decision", "x", "--as", "ana", "--answers", "3")
    running.terminate()
    here.ended(running)

    assert typed.returncode != 0
    assert "the questions are 1 to 2" in typed.stderr


def test_without_a_person_it_is_refused(here):
    for words in (("run", "--no-person"), ("run", "--no-person", "--rehearse")):
        ended = here.type_inside(*words, tabletop(here))
        assert ended.returncode == 2, said(ended)
        assert "a tabletop is decided by people" in ended.stdout + ended.stderr


def test_check_plan_and_rehearsal_know_it(here):
    path = tabletop(here)

    assert here.type_inside("check", path).returncode == 0
    assert "Who may declare orders lost?" in here.type_inside("plan", path).stdout
    planned = json.loads(here.type_inside("plan", path, "--json").stdout)
    assert (planned["kind"], planned["time_limit"], planned["faults"]) == ("tabletop", 60.0, {})
    rehearsed = here.type_inside("run", path, "--rehearse")
    assert (rehearsed.returncode, "questions: 2; nothing is touched" in rehearsed.stdout) == (0, True)


def test_what_only_a_fault_gives_a_meaning_to_is_refused_with_its_place(here):
    ended = here.type_inside(
        "check", tabletop(here, more="steady_state: [x]\nexpect:\n  recovery: {within: 5m}\n  noticed: {within: 5m}\n")
    )

    assert ended.returncode != 0
    assert "gone.yaml:5:1: steady_state: a tabletop runs on messages and questions alone" in said(ended)
    assert "gone.yaml:7:3: expect.recovery: a tabletop runs on messages" in said(ended)
    assert "expect.noticed: a tabletop" not in said(ended)


def test_a_part_of_a_game_day_may_be_one(here):
    day = here.folder / "scenarios" / "autumn.yaml"
    day.write_text(
        "game_day: autumn\ntitle: An autumn day\nbriefing: {title: Autumn, text: Real pages win.}\nparts:\n"
        f"  region-gone: {{when: 0s, tabletop: {{situation: It is gone., ask: {ASKED}, within: 60s}}}}\n"
    )
    assert "region-gone" in here.type_inside("plan", day).stdout
    refused = here.type_inside("run", day, "--no-person")
    assert (refused.returncode, "region-gone: a tabletop" in refused.stderr) == (2, True)

    running = here.start("run", day)
    until_asked(here, "2")
    assert "Real pages win." in here.type_inside("room", "--as", "ana").stdout
    decide(here, "checkout first", "--answers", "1")
    decide(here, "li", "--answers", "2")
    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    card = here.card("2")
    assert (card["kind"], card["scenario"], card["service"]) == ("tabletop", "region-gone", "several")


def test_the_panel_in_a_terminal_marks_each_question_that_somebody_decided(here):
    path = tabletop(here)
    outer, inner = pty.openpty()
    running = subprocess.Popen(
        [*GAMEDAY, "run", str(path)],
        cwd=here.folder,
        env={**here.environment, "TERM": "xterm", "COLUMNS": "160"},
        stdin=subprocess.DEVNULL,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    here.started.append(running)
    os.close(inner)
    shown = bytearray()
    reader = threading.Thread(target=_read_all, args=(outer, shown), daemon=True)
    reader.start()
    try:
        until_asked(here)
        wait_until(lambda: b"OPEN" in shown and b"question 2" in shown, "the panel shows what is open")
        assert b"decided" not in shown
        decide(here, "checkout first", "--answers", "1")
        wait_until(lambda: b"decided" in shown, "the panel shows what is decided")
    finally:
        running.terminate()
        running.wait(30)
        reader.join(10)
        os.close(outer)


def _read_all(terminal, shown):
    try:
        while piece := os.read(terminal, 65536):
            shown += piece
    except OSError:
        pass  # Linux says so when the other end of a terminal is closed
