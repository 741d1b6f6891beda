"""Every gap in which an alert source could not hear stands on the timeline by its own times, however short it was."""

from dataclasses import replace

import pytest
from workplace import Workplace

import scenarios
from drills import plan as plans
from drills.engine.interrupts import Interrupts
from drills.engine.recorder import Opening, Recorder
from drills.engine.witness import Witness
from drills.guard.guards import Guards
from drills.guard.lines import Facts
from drills.guard.undolog import UndoLog
from drills.signals.sources.blindness import Blindness
from drills.store import open_store


class Pager:
    """An alert source that is told what it hears; its gaps are kept as those of the real ones are."""

    def __init__(self):
        self.blindness = Blindness()

    @property
    def blind(self):
        return self.blindness.gaps

    @property
    def problem(self):
        return self.blindness.problem

    def start(self, deliver):
        del deliver

    def stop(self):
        pass


@pytest.fixture
def pager():
    return Pager()


@pytest.fixture
def told():
    return []


@pytest.fixture
def witness(tmp_path, pager, told):
    with Workplace(tmp_path) as here:
        path = here.drill("quiet", {"one": "{inject: noop, duration: 1s}"})
        plan = plans.make(scenarios.load(path), scenarios.load_workspace(tmp_path / "gameday.yaml"))
        (tmp_path / "log").mkdir()
        log = UndoLog.create(tmp_path / "log", Facts("1", "gameday-1", str(tmp_path), "staging"))
        recorder = Recorder(lambda: open_store(tmp_path / "s.db"), Opening("1", "q", "o", "s", 1), told.append)
        with log, Interrupts("") as interrupts:
            yield Witness(
                replace(plan, sources={"pager": pager}),
                log,
                Guards(tmp_path / "log"),
                interrupts,
                recorder,
                lambda *said: told.append(said),
            )


def test_a_gap_that_was_over_before_anybody_looked_is_told_once_with_both_its_times(witness, pager, told):
    pager.blindness.begins(1000, "it does not answer")
    pager.blindness.ends()
    ended = pager.blind[0][1]

    witness.listen()
    witness.listen()

    assert told == [("pager", "it could not hear for a while", 1000), ("pager", "", ended)]


def test_an_alert_that_was_cut_off_is_a_gap_of_one_moment_and_blindness_comes_first(witness, pager, told):
    pager.blindness.blinked(2000)

    witness.listen()

    assert told == [("pager", "it could not hear for a while", 2000), ("pager", "", 2000)]


def test_one_that_lasts_is_told_with_its_reason_when_it_began_and_when_it_ends(witness, pager, told):
    pager.blindness.begins(3000, "it does not answer")
    witness.listen()
    pager.blindness.ends()
    witness.listen()

    assert told[0] == ("pager", "it does not answer", 3000)
    assert ("pager", "", pager.blind[0][1]) in told
    assert [said for said in told if not said[1]][-1] == told[-1]


def test_a_second_gap_after_an_untold_first_one_leaves_the_source_blind(witness, pager, told):
    pager.blindness.begins(4000, "it does not answer")
    pager.blindness.ends()
    first = pager.blind[0][1]
    pager.blindness.begins(first + 1, "it does not answer")

    witness.listen()

    by_time = sorted((said for said in told if said[2] is not None), key=lambda said: said[2])
    assert [bool(said[1]) for said in by_time] == [True, False, True]
