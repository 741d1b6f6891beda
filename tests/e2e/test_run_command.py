"""`gameday run` and the commands around it, as a person types them: real processes, real files, real kills."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from servers import wait_until
from workplace import Workplace

_HOLD = """\
import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1])
c.execute("begin exclusive")
print("held", flush=True)
time.sleep(60)
"""


class Workspace(Workplace):
    """One with a file that its drills write a line into."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.victim = folder / "victim.txt"
        self.victim.write_text("as it was\n")

    def write(self, name="small", *, duration="30s", service="orders", victim=None, when="0s", **more):
        with_file = f"with: {{file: {victim or self.victim}}}"
        faults = {"quiet": f"{{inject: noop, {with_file}, when: {when}, duration: {duration}}}"}
        return self.drill(name, faults, service=service, **more)

    def until(self, text_in_victim):
        wait_until(lambda: text_in_victim in self.victim.read_text(), f"{text_in_victim} in the file")


@pytest.fixture
def here(tmp_path):
    with Workspace(tmp_path) as workspace:
        yield workspace


def test_a_drill_runs_to_its_end_and_leaves_its_target_as_it_was(here):
    done = here.type("run", here.write(duration="300ms"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "its effect is confirmed" in done.stdout
    assert "1 of 1 met" in done.stdout
    assert here.victim.read_text() == "as it was\n"
    kinds = [(each["kind"], each["body"].get("phase") or each["body"].get("state")) for each in here.entries()]
    assert kinds == [
        ("drill", "started"),
        ("fault", "injecting"),
        ("fault", "active"),
        ("fault", "clear"),
        ("drill", "ended"),
        ("scorecard", None),
    ]
    assert here.type("verify").returncode == 0
    assert not (here.folder / ".gameday" / "drills" / "1" / "vault").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGTSTP, 130)])
def test_an_interrupted_drill_reverts_first_and_says_so(here, number, code):
    running = here.start("run", here.write())
    here.until("gameday-1")

    running.send_signal(number)
    out, err = running.communicate(timeout=30)

    assert running.returncode == code, out + err
    assert here.victim.read_text() == "as it was\n"
    assert "stopped: interrupted" in out


def test_stop_reverts_and_latches_until_cleared_with_a_reason(here):
    scenario = here.write()
    running = here.start("run", scenario)
    here.until("gameday-1")

    stopped = here.type("stop", "--reason", "real page")

    assert stopped.returncode == 0, stopped.stderr
    assert "quiet: reverted" in stopped.stdout
    assert here.victim.read_text() == "as it was\n"
    out, _ = running.communicate(timeout=30)
    assert running.returncode == 4
    assert "real page" in out
    refused = here.type("run", scenario)
    assert refused.returncode == 2
    assert "gameday stop --clear" in refused.stderr
    assert here.type("stop", "--clear").returncode == 2
    assert here.type("stop", "--clear", "--reason", "page handled").returncode == 0
    assert here.type("run", here.write(duration="200ms")).returncode == 0


def test_the_safety_lever_reverts_every_drill_and_lets_none_start(here):
    other = here.folder / "other.txt"
    other.write_text("other\n")
    first = here.start("run", here.write())
    second = here.start("run", here.write("second", service="ledger", victim=other))
    here.until("gameday-")
    wait_until(lambda: "gameday-" in other.read_text(), "the second fault is on")

    pulled = here.type("lever", "engage", "--reason", "incident")

    assert pulled.returncode == 0, pulled.stdout + pulled.stderr
    assert (here.victim.read_text(), other.read_text()) == ("as it was\n", "other\n")
    for each in (first, second):
        each.communicate(timeout=30)
        assert each.returncode == 4
    refused = here.type("run", here.write())
    assert (refused.returncode, "safety lever" in refused.stderr) == (2, True)
    assert here.type("lever", "release", "--reason", "over").returncode == 0
    assert here.type("run", here.write(duration="200ms")).returncode == 0


def test_a_killed_drill_is_reverted_by_its_guards_and_its_timeline_is_completed(here):
    running = here.start("run", here.write())
    here.until("gameday-1")

    running.kill()
    running.communicate(timeout=10)

    wait_until(lambda: here.victim.read_text() == "as it was\n", "reverted", 5.0)
    wait_until(lambda: not json.loads(here.type("status", "--json").stdout)["running"], "its guards are done")
    card = json.loads(here.type("score", "1", "--json").stdout)
    assert card["outcome"] == "stopped"
    ended = [each for each in here.entries() if each["body"].get("state") == "ended"]
    assert "process died" in ended[0]["body"]["why"]
    assert any(each["body"].get("phase") == "clear" and each["body"]["by"] == "guard" for each in here.entries())


def test_all_three_killed_leaves_a_fault_that_the_next_command_names_and_reverts(here):
    running = here.start("run", here.write())
    here.until("gameday-1")
    assert len(here.guards()) == 2

    here.kill_with_its_guards(running)

    assert "gameday-1" in here.victim.read_text()
    status = here.type("status")
    assert status.returncode == 3
    assert "gameday revert 1" in status.stdout
    blocked = here.type("run", here.write())
    assert blocked.returncode == 2
    assert "gameday revert --all" in blocked.stderr
    reverted = here.type("revert", "--all")
    assert reverted.returncode == 0, reverted.stdout + reverted.stderr
    assert here.victim.read_text() == "as it was\n"
    assert here.type("status").returncode == 0


def test_a_fault_that_people_end_is_cleared_by_responders_and_no_error(here):
    running = here.start("run", here.write())
    here.until_on("quiet")

    here.victim.write_text("as it was\n")
    out, err = running.communicate(timeout=30)

    assert running.returncode == 0, out + err
    assert "ended by responders" in out
    assert here.victim.read_text() == "as it was\n"


def test_drift_is_shown_loudly_and_nothing_is_overwritten(here):
    running = here.start("run", here.write(duration="2s"))
    here.until("gameday-1")

    theirs = "somebody else's work\n" + here.victim.read_text()
    here.victim.write_text(theirs)
    out, err = running.communicate(timeout=60)

    assert running.returncode == 3, out + err
    assert "STUCK" in out
    assert here.victim.read_text() == theirs
    assert here.type("run", here.write()).returncode == 2
    told = here.type("revert", "1", "--resolve", "quiet", "--reason", "line removed by hand")
    assert told.returncode == 0, told.stderr
    here.victim.write_text("as it was\n")
    assert here.type("run", here.write(duration="200ms")).returncode == 0


def test_the_same_target_twice_is_refused_and_two_targets_do_not_disturb_each_other(here):
    other = here.folder / "other.txt"
    other.write_text("other\n")
    first = here.start("run", here.write())
    here.until("gameday-1")

    twice = here.type("run", here.write("again", service="ledger"))
    beside = here.type("run", here.write("beside", service="ledger", victim=other, duration="200ms"))

    assert (twice.returncode, "another drill" in twice.stdout + twice.stderr) == (2, True)
    assert beside.returncode == 0, beside.stdout + beside.stderr
    assert first.poll() is None
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=30)
    assert here.victim.read_text() == "as it was\n"


def test_a_rehearsal_writes_nothing(here):
    before = sorted(each.name for each in here.folder.rglob("*") if ".gameday" not in each.parts)

    done = here.type("run", here.write(), "--rehearse")

    assert done.returncode == 0, done.stderr
    assert "writes made: 0" in done.stdout
    assert here.victim.read_text() == "as it was\n"
    after = sorted(each.name for each in here.folder.rglob("*") if ".gameday" not in each.parts)
    assert [each for each in after if each != "small.yaml"] == before
    assert not (here.folder / ".gameday" / "drills" / "1").exists()


def test_by_hand_waits_for_a_person_and_is_refused_without_one(here):
    scenario = here.write(when="by hand", duration="200ms", time_limit="30s")
    assert here.type("run", scenario, "--no-person").returncode == 2
    running = here.start("run", scenario)
    wait_until(lambda: "drill 1" in here.type("status").stdout, "it runs")
    assert here.victim.read_text() == "as it was\n"

    told = here.type("start", "quiet")

    assert told.returncode == 0, told.stderr
    out, err = running.communicate(timeout=30)
    assert running.returncode == 0, out + err
    assert "is on" in out


def test_a_game_day_runs_its_parts_in_order_and_ends_with_the_worst_code(here):
    here.write("first", duration="200ms")
    here.write("second", duration="200ms")
    day = here.folder / "scenarios" / "day.yaml"
    day.write_text(
        "game_day: day\ntitle: Two in a row\nparts:\n"
        "  one: {scenario: first, when: 0s}\n  two: {scenario: second, when: 100ms after one ends}\n"
    )

    done = here.type("run", day)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.index("part one begins") < done.stdout.index("part two begins")
    assert here.victim.read_text() == "as it was\n"


def test_a_wrong_file_gives_one_clear_error(here):
    path = here.write()
    path.write_text(path.read_text().replace("noop", "nooop"))

    done = here.type("run", path)

    assert done.returncode == 2
    assert "noop" in done.stderr
    assert "small.yaml:7:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_locked_store_stops_the_drill_reverts_it_and_keeps_what_was_not_saved(here):
    assert here.type("run", here.write(duration="200ms")).returncode == 0
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _HOLD,
            str(here.folder / ".gameday" / "store.db"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        done = here.type("run", here.write(duration="30s"))
    finally:
        holder.kill()
        holder.communicate()

    assert done.returncode in {2, 4}, done.stdout + done.stderr
    assert here.victim.read_text() == "as it was\n"
    assert (here.folder / ".gameday" / "drills" / "2" / "timeline-not-saved.jsonl").read_text().count("\n") >= 4
