"""The thread that injects and looks: what it does at once, and what it no longer does once a fault is unwanted."""

import queue
import threading

import pytest
from guard_parts import TAG, facts

from drills.engine.clock import SystemClock
from drills.engine.faults import Prepared
from drills.engine.hands import Hands, Moved, Released
from drills.guard.phases import Phase
from drills.guard.undolog import UndoLog
from injectors.contract import Change, State, Undo

MANY = 20


class Counted:
    """A target in memory that counts the looks at it, and makes one of them wait."""

    def __init__(self):
        self.looks = 0
        self.held = threading.Event()
        self.go_on = threading.Event()
        self.hold_at = 0

    def look(self):
        self.looks += 1
        if self.looks == self.hold_at:
            self.held.set()
            assert self.go_on.wait(20)
        return State.ACTIVE


class Bender:
    def __init__(self, name, target):
        self.owner, self.target = name, target

    def prepare(self):
        return Undo("noop", 1)

    def inject(self, undo):
        del undo

    def revert(self, undo):
        del undo

    def inspect(self, undo):
        del undo
        return self.target.look()


def changes(target, clock, count):
    for number in range(count):
        change = Change(f"c{number}", "noop", f"c{number}", TAG)
        yield Prepared(change, Bender(change.id, target), Undo("noop", 1), clock.mono(), 60.0)


@pytest.fixture
def inbox():
    return queue.SimpleQueue()


@pytest.fixture
def hands(tmp_path, inbox):
    with UndoLog.create(tmp_path, facts()) as log:
        hands = Hands(log, SystemClock(), inbox.put)
        hands.start()
        yield hands
        hands.stop()


def take(inbox, kind, count, phase=None):
    found = []
    while len(found) < count:
        item = inbox.get(timeout=20)
        if isinstance(item, kind) and (phase is None or item.phase is phase):
            found.append(item)
    return found


def test_an_order_to_let_go_waits_for_the_look_under_way_and_for_no_other(hands, inbox):
    target = Counted()
    target.hold_at = MANY + 1
    hands.inject(list(changes(target, SystemClock(), MANY)))
    take(inbox, Moved, MANY, Phase.ACTIVE)

    assert target.held.wait(20), "it looks again at what is on"
    hands.release(f"c{number}" for number in range(MANY))
    target.go_on.set()
    released = take(inbox, Released, 1)[0]

    assert len(released.tracked) == MANY
    assert target.looks == MANY + 1


def test_many_faults_are_looked_at_in_turn_and_never_all_the_time(hands, inbox):
    target = Counted()
    count = 200
    hands.inject(list(changes(target, SystemClock(), count)))
    last = take(inbox, Moved, count, Phase.ACTIVE)[-1].at

    target.hold_at = 3 * count
    assert target.held.wait(60)
    looked_for = SystemClock().mono() - last
    target.go_on.set()

    assert looked_for > 1.5, "2 looks at each of 200 faults, at most 100 a second"
