"""When a fault comes once more after a declared recovery, and which: on real plans, with the clock in hand."""

import itertools

import pytest

import scenarios
from drills.engine.clock import SystemClock
from drills.engine.faults import Stage, fault_runs, key_of
from drills.engine.hearing import Heard
from drills.engine.people import People
from drills.engine.preparing import prepare
from drills.engine.relapse import NEVER, Relapse
from drills.plan import make
from drills.plan.life import time_limit
from scoring.rubric import RelapseLimit
from scoring.timeline import DECLARATION, Entry

WANTED = RelapseLimit(after=10.0, duration=60.0)
CLOCK = SystemClock()
NOW = CLOCK.mono()
SEQ = itertools.count(1)


class Notes:
    """What a narrator was asked to write down."""

    def __init__(self):
        self.texts = []

    def note(self, at, text):
        del at
        self.texts.append(text)


@pytest.fixture
def runs(tmp_path):
    """Two faults that ran and are clear, the second one last."""
    faults = ""
    for name in ("first", "second"):
        (tmp_path / f"{name}.txt").write_text("as it was\n")
        faults += f"  {name}: {{inject: noop, with: {{file: {tmp_path}/{name}.txt}}, when: 0s, duration: 5s}}\n"
    (tmp_path / "gameday.yaml").write_text(
        "format: 1\nzone: UTC\nenvironments: {staging: {targets: {}}}\nservices: {orders: {}}\n"
    )
    path = tmp_path / "two.yaml"
    path.write_text(f"scenario: two\ntitle: Two\nservice: orders\nsteady_state: []\nstop_unless: []\nfaults:\n{faults}")
    plan = make(scenarios.load(path), scenarios.load_workspace(tmp_path / "gameday.yaml"))
    assert plan.refusals == ()
    found = fault_runs(plan, "tag", tmp_path / "vault")
    for number, run in enumerate(found.values()):
        run.prepared = {each.id: prepare(each, CLOCK, 5.0) for each in run.changes}
        run.stage, run.active_at, run.clear_at = Stage.OVER, NOW - 20 + number, NOW - 10 + number
    return found


def declare(people, state, *, ago=0.0, corrects=None):
    body = {"declares": state, "text": "", "corrects": corrects}
    entry = Entry(next(SEQ), CLOCK.at(NOW - ago), DECLARATION, "ana", "all", body)
    people.take(Heard(entry))
    return entry.seq


@pytest.fixture
def people():
    return People(lambda _: None)


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def relapse(notes):
    return Relapse(WANTED, CLOCK, notes)


def test_the_fault_that_ended_last_comes_again_with_changes_of_its_own(runs, people, relapse):
    declare(people, "recovered", ago=4.0)

    for _ in range(2):
        relapse.consider(runs, people, NOW, NOW + 1000)

    assert list(runs) == ["first", "second", "second.relapse"]
    again = runs["second.relapse"]
    assert again.due == pytest.approx(NOW + 6.0, abs=0.001)
    assert (again.stage, again.planned.duration, again.name) == (Stage.WAITING, 60.0, "second")
    assert [each.id for each in again.changes] == ["second.relapse"]
    assert [key_of(each.id) for each in again.changes] == ["second.relapse"]
    prepared = again.prepared["second.relapse"]
    assert (prepared.change.id, prepared.lead, prepared.at) == ("second.relapse", 60.0, NEVER)
    assert runs["second"].prepared["second"].change.id == "second"


def test_it_never_comes_in_the_past_nor_before_a_word_of_recovery(runs, people, relapse):
    relapse.consider(runs, people, NOW, NOW + 1000)
    assert len(runs) == 2
    declare(people, "contained")
    relapse.consider(runs, people, NOW, NOW + 1000)
    assert len(runs) == 2

    declare(people, "recovered", ago=30.0)
    relapse.consider(runs, people, NOW, NOW + 1000)

    assert runs["second.relapse"].due == NOW


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.STARTING, Stage.ON, Stage.ENDING])
def test_it_waits_until_every_other_fault_is_over(runs, people, relapse, stage):
    declare(people, "recovered")
    runs["first"].stage = stage

    relapse.consider(runs, people, NOW, NOW + 1000)
    assert len(runs) == 2

    runs["first"].stage = Stage.OVER
    relapse.consider(runs, people, NOW, NOW + 1000)
    assert len(runs) == 3


def test_it_does_not_come_while_anything_is_stuck(runs, people, relapse):
    declare(people, "recovered")
    runs["first"].stuck = {"first": "no answer"}

    relapse.consider(runs, people, NOW, NOW + 1000)

    assert len(runs) == 2


def test_one_that_would_outlast_the_time_limit_is_given_up_once_and_aloud(runs, people, relapse, notes):
    declare(people, "recovered")

    for _ in range(3):
        relapse.consider(runs, people, NOW, NOW + 69)

    assert len(runs) == 2
    assert len(notes.texts) == 1
    assert "outlast the time limit" in notes.texts[0]


def test_a_recovery_taken_back_takes_a_waiting_one_back_and_no_other(runs, people, relapse):
    seq = declare(people, "recovered")
    relapse.consider(runs, people, NOW, NOW + 1000)
    declare(people, "incident", corrects=seq)
    relapse.consider(runs, people, NOW, NOW + 1000)
    assert len(runs) == 2

    seq = declare(people, "recovered", ago=-1.0)
    relapse.consider(runs, people, NOW, NOW + 1000)
    runs["second.relapse"].stage = Stage.ON
    declare(people, "incident", corrects=seq)
    relapse.consider(runs, people, NOW, NOW + 1000)
    assert len(runs) == 3


def test_without_a_wish_there_is_none(runs, people, notes):
    declare(people, "recovered")

    Relapse(None, CLOCK, notes).consider(runs, people, NOW, NOW + 1000)

    assert len(runs) == 2


LIMITS = """\
scenario: limits
title: Limits
service: orders
steady_state: []
stop_unless: []
faults: {quiet: {inject: noop, with: {file: x}, when: 0s, duration: 5m}}
"""


@pytest.mark.parametrize(
    ("expect", "seconds"),
    [
        ("{relapse: {after: 1m, duration: 2m}}", 300 + 60 + 120),
        ("{relapse: {after: 1m, duration: 2m}, alert: {name: A, within: 3m}}", 300 + 60 + 180),
        ("{relapse: {after: 1m, duration: 2m}, recovery: {within: 10m, watch: 1m}}", 600 + 60 + 60 + 120),
        ("{recovery: {within: 10m, watch: 1m}}", 660),
    ],
)
def test_the_time_limit_leaves_room_for_a_relapse_after_the_recovery(tmp_path, expect, seconds):
    path = tmp_path / "limits.yaml"
    path.write_text(f"{LIMITS}expect: {expect}\n")

    assert time_limit(scenarios.load(path)) == seconds


def test_a_relapse_is_capped_like_any_fault(tmp_path):
    path = tmp_path / "limits.yaml"
    path.write_text(f"{LIMITS}expect: {{relapse: {{after: 1m, duration: 7m}}}}\n")
    (tmp_path / "gameday.yaml").write_text(
        "format: 1\nzone: UTC\nenvironments: {staging: {targets: {}}}\nservices: {orders: {}}\ncaps: {duration: 6m}\n"
    )

    with pytest.raises(scenarios.ScenarioError, match="7m is over the workspace's cap of 6m"):
        make(scenarios.load(path), scenarios.load_workspace(tmp_path / "gameday.yaml"))
