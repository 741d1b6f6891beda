"""`gameday run` of a game day: parts in processes of their own, ended together, told together."""

import signal

import psutil
import pytest
from servers import wait_until
from workplace import Workplace, said


class Day(Workplace):
    """A game day of two parts, each with a file that its drill writes a line into."""

    def __init__(self, folder):
        super().__init__(folder)
        for name, service in (("one", "orders"), ("two", "ledger")):
            (folder / f"{name}.txt").write_text("as it was\n")
            self.part(name, service, "1m")

    def part(self, name, service, duration, inject="noop"):
        fault = f"{{inject: {inject}, with: {{file: {self.folder / name}.txt}}, duration: {duration}}}"
        self.drill(name, {"quiet": fault}, service=service)

    def day(self, parts, more=""):
        path = self.folder / "scenarios" / "day.yaml"
        path.write_text(f"game_day: day\ntitle: A day\n{more}parts: {parts}\n")
        return path

    def bent(self):
        return [name for name in ("one", "two") if (self.folder / f"{name}.txt").read_text() != "as it was\n"]


BOTH = "{first: {scenario: one, when: 0s}, second: {scenario: two, when: 0s}}"


@pytest.fixture
def here(tmp_path):
    with Day(tmp_path) as place:
        yield place


def begun(here, parts=BOTH, more=""):
    running = here.start("run", here.day(parts, more))
    wait_until(lambda: here.bent() == ["one", "two"], "both parts are on")
    return running


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143), (signal.SIGTSTP, 130)],
)
def test_an_interrupted_day_reverts_every_part_first(here, number, code):
    running = begun(here)

    running.send_signal(number)
    ended = here.ended(running)

    assert ended.returncode == code, said(ended)
    assert f"the game day is over: interrupted, {signal.Signals(number).name}" in ended.stdout
    assert here.bent() == []
    assert here.left_on() == []


def test_the_lever_and_a_stop_end_the_day_with_4_and_say_why(here):
    running = begun(here)
    assert here.type("lever", "engage", "--reason", "incident").returncode == 0
    ended = here.ended(running)

    assert ended.returncode == 4, said(ended)
    assert "the game day is over: the safety lever is engaged by " in ended.stdout
    assert here.bent() == []
    refused = here.type("run", "scenarios/day.yaml")
    assert (refused.returncode, "incident" in refused.stderr) == (2, True)
    assert here.type("lever", "release", "--reason", "over").returncode == 0

    running = begun(here)
    stopped = here.type("stop", "--reason", "real page")
    ended = here.ended(running)
    assert (stopped.returncode, ended.returncode, here.bent()) == (0, 4, []), said(stopped) + said(ended)


def test_a_day_whose_time_is_over_ends_its_parts(here):
    here.part("two", "ledger", "100ms")
    path = here.day(
        "{first: {scenario: one, when: 0s}, never: {scenario: two, when: 1m after first}}", "time_limit: 4s\n"
    )

    ended = here.type("run", path)

    assert ended.returncode == 4, said(ended)
    assert "the game day is over: its time limit has passed" in ended.stdout
    assert "never started: never" in ended.stdout
    assert here.bent() == []


def test_a_part_that_is_killed_is_reverted_by_its_guards_and_counts_as_stopped(here):
    here.part("two", "ledger", "3s")
    running = begun(here)
    (first,) = [each for each in psutil.Process(running.pid).children() if "/one.yaml" in " ".join(each.cmdline())]

    first.kill()
    ended = here.ended(running)

    assert ended.returncode == 4, said(ended)
    assert "part first: exit code 4\npart second: exit code 0\n" in ended.stdout
    assert here.bent() == []
    assert here.left_on() == []


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (lambda here: here.part("two", "ledger", "1m", "nopo"), "two.yaml:7:19: faults.quiet.inject: no injector"),
        (lambda here: (here.folder / "scenarios" / "two.yaml").unlink(), "there is no scenario 'two'"),
    ],
)
def test_a_part_that_cannot_be_run_is_told_before_any_begins(here, broken, error):
    path = here.day(BOTH)
    broken(here)

    ended = here.type("run", path)

    assert (ended.returncode, ended.stderr.count(error)) == (2, 1), said(ended)
    assert "begins" not in ended.stdout
    assert not (here.folder / ".gameday").exists()


def test_the_worst_part_decides_and_all_are_told(here):
    here.part("one", "orders", "100ms")
    here.drill(
        "two", {"quiet": "{inject: noop, duration: 100ms}"}, service="ledger", expect="{alert: {name: X, within: 1s}}"
    )

    ended = here.type(
        "run", here.day("{first: {scenario: one, when: 0s}, second: {scenario: two, when: 0s after first ends}}")
    )

    assert ended.returncode == 1, said(ended)
    assert "part first: exit code 0\npart second: exit code 1\n" in ended.stdout


def test_a_part_that_waits_for_a_hand_begins_when_it_is_told(here):
    here.part("one", "orders", "100ms")
    path = here.day("{hand: {scenario: one, when: by hand}}")
    assert here.type("run", "--no-person", path).returncode == 2
    running = here.start("run", path)
    wait_until(lambda: here.left_on() == ["1"], "the day waits")

    wrong = here.type("start", "hnad")
    told = here.type("start", "hand")
    ended = here.ended(running)

    error = "error: drill 1 has no 'hnad' that waits with `when: by hand`: did you mean `hand`?\n"
    assert (wrong.returncode, wrong.stderr) == (2, error)
    assert told.returncode == 0
    assert ended.returncode == 0, said(ended)
    assert "part hand begins" in ended.stdout


def test_a_rehearsal_of_a_day_rehearses_every_part_and_writes_nothing(here):
    ended = here.type("run", "--rehearse", here.day(BOTH))

    assert ended.returncode == 0, said(ended)
    assert ended.stdout.count("writes made: 0") == 2
    assert here.bent() == []
    assert not (here.folder / ".gameday").exists()
