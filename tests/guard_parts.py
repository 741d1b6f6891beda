"""What tests of the guard room share: lines, a disk that fails, a target in memory. Real classes, no mocks."""

import errno
import os
import threading
from dataclasses import dataclass, field

from drills.guard.disk import Disk
from drills.guard.lines import Facts, Moved, Prepared
from drills.guard.phases import Phase
from injectors.contract import Change, Drifted, State, Undo, Unreachable

TAG = "gameday-1-abcdef"


def facts(**more):
    return Facts(**{"drill": "1", "tag": TAG, "workspace": "/w", "environment": "staging", "settle": 0.0, **more})


def prepared(name="a", owner="", kind="noop", **parameters):
    undo = Undo(kind, 1, {"before": "old"})
    return Prepared(Change(name, kind, name, TAG, parameters=parameters), undo, owner or f"owner of {name}")


def moved(name, phase=Phase.CLEAR, why=""):
    return Moved(name, phase, why, "test")


class FullDisk(Disk):
    """Has so many bytes left."""

    def __init__(self, left):
        self.left = left

    def write(self, descriptor, data, offset):
        if not self.left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = os.pwrite(descriptor, data[: self.left], offset)
        self.left -= written
        return written

    def reserve(self, descriptor, offset, length):
        del descriptor, offset, length


class QuickDisk(Disk):
    """Flushes nothing, for many lines in little time."""

    def flush(self, descriptor):
        del descriptor


class CountingDisk(Disk):
    """Counts its flushes; some of them fail."""

    def __init__(self, failing=()):
        self.flushes = 0
        self.failing = failing

    def flush(self, descriptor):
        self.flushes += 1
        if self.flushes in self.failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().flush(descriptor)


@dataclass
class World:
    """Targets in memory, one per owner, and how each of them misbehaves."""

    bent: set = field(default_factory=set)
    calls: list = field(default_factory=list)
    """Changes whose revert was called."""
    heard: list = field(default_factory=list)
    """The calls in their order: revert, look; a revert counts once it is done."""
    unreachable: dict = field(default_factory=dict)
    """Change -> how many calls to it fail."""
    drifted: set = field(default_factory=set)
    broken: set = field(default_factory=set)
    hanging: dict = field(default_factory=dict)
    """Change -> the event its revert waits for."""
    comes_back: dict = field(default_factory=dict)
    """Change -> how many looks see it clear before it is there again, once."""
    meet: int = 0
    """A revert goes on once so many have been under way together."""
    call_limit: float = 0.0
    together: int = 0
    most_together: int = 0
    lock: threading.Condition = field(default_factory=threading.Condition)

    def make(self, change):
        return Bender(self, change)


@dataclass
class Bender:
    """The injector of a target in memory."""

    world: World
    change: Change

    @property
    def owner(self):
        return f"owner of {self.change.id}"

    @property
    def call_limit(self):
        return self.world.call_limit

    def prepare(self):
        return Undo("noop", 1)

    def inject(self, undo):
        del undo
        self.world.bent.add(self.change.id)

    def revert(self, undo):
        del undo
        world, name = self.world, self.change.id
        with world.lock:
            world.calls.append(name)
            world.together += 1
            world.most_together = max(world.together, world.most_together)
            world.lock.notify_all()
            world.lock.wait_for(lambda: world.most_together >= world.meet, 10)
            world.together -= 1
            world.heard.append("revert")
        self._misbehave()
        if name in world.hanging:
            world.hanging[name].wait(30)
        if name in world.drifted:
            raise Drifted(f"{name} was changed by somebody else")
        if name in world.broken:
            raise KeyError(name)
        world.bent.discard(name)

    def inspect(self, undo):
        del undo
        world, name = self.world, self.change.id
        world.heard.append("look")
        self._misbehave()
        if name in world.comes_back:
            world.comes_back[name] -= 1
            if world.comes_back[name] == 0:
                world.bent.add(name)
        return State.ACTIVE if name in world.bent else State.CLEAR

    def _misbehave(self):
        left = self.world.unreachable.get(self.change.id, 0)
        if left:
            self.world.unreachable[self.change.id] = left - 1
            raise Unreachable(f"{self.change.id} does not answer")
