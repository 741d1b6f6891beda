"""One round over one owner's changes, in a worker thread: reverts last first, and looks. Never waits nor writes."""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drills.guard.own_time import OwnTime
from drills.guard.phases import Do, Tracked
from injectors.contract import Change, Drifted, Injector, InjectorError, Refused, Slow, State


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call of a round came to."""

    change: str
    do: Do
    at: int
    """UTC ns when it came."""
    state: State | None = None
    """What `inspect` saw."""
    failure: str = ""
    final: bool = False
    """Trying again is useless."""


class Round:
    """A failure keeps no other change from its turn."""

    def __init__(
        self,
        owner: str,
        reverts: Sequence[Tracked],
        looks: Sequence[Tracked],
        build: Callable[[Change], Injector],
        answers: "queue.Queue[Answer | Round]",
    ) -> None:
        """`reverts` in the order in which they are to be called; the round itself is its last answer."""
        self.owner, self.reverts = owner, reverts
        self._looks, self._build, self._answers = looks, build, answers
        self._left = False
        self._calls = 0
        self._watched = 0
        self._own = OwnTime()
        self.current = ""
        """The change whose call is under way."""
        self.limit = 0.0
        """Seconds that this call may take by its injector's own word; 0: it has none."""

    def start(self) -> None:
        """Begin. Raises RuntimeError when this machine has no thread left."""
        threading.Thread(target=self._run, daemon=True).start()

    def hangs(self, seconds: float) -> bool:
        """Has the call under way taken so long, in the time of those who ask again and again?"""
        if self._calls != self._watched:
            self._watched = self._calls
            self._own.reset()
        return self._own.step() >= max(seconds, self.limit)

    def leave(self) -> None:
        """Count on it no more: it makes no further call, and nobody waits for the one that hangs."""
        self._left = True

    def _run(self) -> None:
        for one in self.reverts:
            self._call(one, Do.REVERT)
        for one in self._looks:
            self._call(one, Do.LOOK)
        self._answers.put(self)

    def _call(self, tracked: Tracked, do: Do) -> None:
        if self._left:
            return
        change = tracked.change
        self.current, self.limit = change.id, 0.0
        self._calls += 1
        state, failure, final = None, "", False
        try:
            injector = self._build(change)
            self.limit = injector.call_limit if isinstance(injector, Slow) else 0.0
            if do is Do.REVERT:
                injector.revert(tracked.undo)
            else:
                state = injector.inspect(tracked.undo)
        except InjectorError as wrong:
            failure, final = str(wrong) or type(wrong).__name__, isinstance(wrong, Drifted | Refused)
        except BaseException as bug:  # noqa: BLE001 - a broken injector (`sys.exit` too) must not end this thread
            failure = f"{change.kind} has a bug: {type(bug).__name__}"
        if not self._left:
            self._answers.put(Answer(change.id, do, time.time_ns(), state, failure, final))


def by_owner(tracked: Mapping[str, Tracked]) -> dict[str, list[str]]:
    """The ids of each owner's changes, last first; a change that names no owner is an owner of its own."""
    owners: dict[str, list[str]] = {}
    for name, one in reversed(list(tracked.items())):
        owners.setdefault(one.owner or f" {name}", []).append(name)
    return owners
