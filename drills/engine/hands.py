"""The one thread that injects and looks at what is on, as `next_step` says. Never reverts."""

import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from drills.engine.clock import Clock
from drills.engine.faults import Prepared
from drills.engine.preparing import prepare
from drills.guard import lines, phases
from drills.guard.errors import GuardError
from drills.guard.phases import Do, Limits, Phase, Step, Tracked, Wish
from drills.guard.undolog import UndoLog
from injectors.contract import Change, Drifted, Fleeting, Injector, InjectorError, Proving, Refused, Slow, State

LIMITS = Limits(effect=5.0, active_look=0.25)
LOOKS = 100.0
"""A second, at what is on: with many faults each is looked at less often, so that looking never takes up the drill."""
TOGETHER = 0.01
"""Seconds between two rounds when nothing but looks is due: what is due about the same time shares a round."""
CALL_LIMIT = 20.0
"""Seconds an injector's call may take, unless its target's own timeouts are longer: past this it hangs for good."""
IDLE = 0.2
FRESH = 2.0
"""Seconds for which a preparation counts; an older one is made anew, since the target may have changed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A change went to another phase, at a monotonic moment."""

    change: str
    phase: Phase
    at: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """These changes could not be begun, or not be recorded; what was made of them follows as `Released`."""

    changes: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Released:
    """These changes are no longer in the hands' care: they are to be reverted."""

    tracked: tuple[Tracked, ...]


class Hands:
    """Brings prepared changes to ACTIVE, in order, and notices when one is cleared by others."""

    def __init__(self, log: UndoLog, clock: Clock, deliver: Callable[[Moved | Failed | Released], None]) -> None:
        self._log = log
        self._clock = clock
        self._deliver = deliver
        self._orders: queue.Queue[Sequence[Prepared] | frozenset[str] | None] = queue.Queue()
        self._injectors: dict[str, Injector] = {}
        self._tracked: dict[str, Tracked] = {}
        self._unwanted: frozenset[str] = frozenset()
        self._one_shots: set[str] = set()
        self._limits = LIMITS
        self._thread = threading.Thread(target=self._work, name="hands", daemon=True)
        self.calling_since: float | None = None
        """When the injector call that is under way began (monotonic); None: none is."""
        self._call_limit = CALL_LIMIT

    def start(self) -> None:
        """Begin to take orders."""
        self._thread.start()

    def inject(self, prepared: Sequence[Prepared]) -> None:
        """Bring these on, in this order; the undo of all is on disk before the first call."""
        self._orders.put(prepared)

    def release(self, changes: Iterable[str]) -> None:
        """Let go of these as soon as the call under way is over; what was not injected yet never will be."""
        self._unwanted |= frozenset(changes)
        self._orders.put(self._unwanted)

    def overdue(self) -> bool:
        """Does a call hang past its limit?"""
        since = self.calling_since
        return since is not None and self._clock.mono() - since > self._call_limit

    def broken(self) -> bool:
        """Has the thread ended before it was told to? That is a bug of ours, and what is on is in nobody's care."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def stop(self) -> None:
        """End the thread once the call under way is over."""
        self._orders.put(None)

    def _work(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=self._pause())
            except queue.Empty:
                order = frozenset()
            if order is None:
                return
            if isinstance(order, frozenset):
                self._let_go(order & self._tracked.keys())
            else:
                self._accept(order)
            try:
                self._advance()
            except GuardError as wrong:  # what is on cannot be recorded, so it must not stay on
                self._deliver(Failed(tuple(self._tracked), str(wrong)))
                self._let_go(list(self._tracked))

    def _pause(self) -> float:
        now = self._clock.mono()
        steps = [self._next(each, now) for each in self._tracked.values()]
        if any(step.do not in {Do.WAIT, Do.LOOK, Do.NOTHING} for step in steps):
            return 0.0
        waits = [step.until - now if step.do is Do.WAIT else 0.0 for step in steps if step.do is not Do.NOTHING]
        return min((max(TOGETHER, wait) for wait in waits), default=IDLE)

    def _next(self, tracked: Tracked, now: float) -> Step:
        return phases.next_step(tracked, now, Wish.RUN, self._limits)

    def _accept(self, order: Sequence[Prepared]) -> None:
        wanted = [each for each in order if each.change.id not in self._unwanted]
        try:
            fresh = [self._freshened(each) for each in wanted]
            self._log.append(*itertools.chain.from_iterable(self._opening(each) for each in fresh))
        except (InjectorError, GuardError) as wrong:
            self._deliver(Failed(tuple(each.change.id for each in wanted), str(wrong)))
            return
        for each in fresh:
            tracked = Tracked(each.change, each.undo, each.injector.owner, at=time.time_ns())
            if not isinstance(each.injector, Proving):
                tracked = phases.begin(phases.proved(tracked), Phase.INJECTING, tracked.at)
            self._injectors[each.change.id] = each.injector
            self._one_shots |= {each.change.id} if each.lead is None else set()
            self._tracked[each.change.id] = tracked

    def _freshened(self, each: Prepared) -> Prepared:
        if self._clock.mono() - each.at < FRESH:
            return each
        return prepare(each.change, self._clock, each.lead)

    @staticmethod
    def _opening(each: Prepared) -> list[lines.Line]:
        """What must be on disk before the first call; one whose right must be proved is not injecting yet."""
        undo = lines.Prepared(each.change, each.undo, each.injector.owner)
        if isinstance(each.injector, Proving):
            return [undo]
        return [undo, lines.Moved(each.change.id, Phase.INJECTING, by="drill")]

    def _let_go(self, ids: Iterable[str]) -> None:
        chosen = set(ids)
        going = tuple(self._tracked.pop(each) for each in list(self._tracked) if each in chosen)
        if going:
            self._deliver(Released(going))

    def _advance(self) -> None:
        """One round: every change that has something to do does it once; what became true shares one flush."""
        now = self._clock.mono()
        self._limits = replace(LIMITS, active_look=max(LIMITS.active_look, len(self._tracked) / LOOKS))
        steps = {name: self._next(each, now) for name, each in self._tracked.items()}
        self._begin([name for name, step in steps.items() if step.do is Do.INJECT])
        for name, step in steps.items():
            if name not in self._unwanted:  # a STOP that comes meanwhile waits for one call, not for a round of them
                self._perform(name, step)
        self._close([(name, step.why) for name, step in steps.items() if step.do is Do.CLOSE])
        self._settle_looks()
        self._let_go([name for name, step in steps.items() if step.do is Do.REVERT] + list(self._unwanted))

    def _begin(self, names: list[str]) -> None:
        wanted = [name for name in names if name not in self._unwanted]
        fresh = [name for name in wanted if self._tracked[name].phase is Phase.PREPARED]
        self._move(fresh, Phase.INJECTING, announce=False)

    def _perform(self, name: str, step: Step) -> None:
        injector, tracked = self._injectors[name], self._tracked[name]
        now = self._clock.mono()
        self._call_limit = max(CALL_LIMIT, injector.call_limit) if isinstance(injector, Slow) else CALL_LIMIT
        self.calling_since = now
        try:
            if step.do is Do.PROVE and isinstance(injector, Proving):
                injector.prove(tracked.undo)
                tracked = phases.proved(tracked)
            elif step.do is Do.INJECT:
                self._deliver(Moved(name, Phase.INJECTING, now))
                injector.inject(tracked.undo)
                tracked = self._look(injector, phases.returned(tracked, self._clock.mono()))
            elif step.do is Do.LOOK:
                tracked = self._look(injector, tracked)
            elif step.do is Do.REVERT:
                self._deliver(Moved(name, Phase.REVERTING, now, step.why))
        except InjectorError as wrong:
            final = isinstance(wrong, Refused | Drifted)
            tracked = phases.failed(tracked, str(wrong), self._clock.mono(), LIMITS, final=final)
        except BaseException as bug:  # noqa: BLE001 - an engine step: a broken injector is reverted like any other
            tracked = phases.failed(tracked, _told(tracked.change, bug), self._clock.mono(), LIMITS, final=True)
        finally:
            self.calling_since = None
        self._tracked[name] = tracked

    def _look(self, injector: Injector, tracked: Tracked) -> Tracked:
        state = injector.inspect(tracked.undo)
        if state is State.CLEAR and tracked.phase is Phase.INJECTING and _happened(injector, tracked):
            state = State.ACTIVE
        return phases.looked(tracked, state, self._clock.mono(), LIMITS)

    def _settle_looks(self) -> None:
        bitten = [
            name for name, each in self._tracked.items() if each.phase is Phase.INJECTING and each.seen is State.ACTIVE
        ]
        self._move(bitten, Phase.ACTIVE)

    def _close(self, cleared: list[tuple[str, str]]) -> None:
        one_shots = [name for name, _ in cleared if name in self._one_shots]
        held = [name for name, _ in cleared if name not in one_shots]
        self._move(one_shots, Phase.CLEAR, why="whole again, without us")
        self._move(held, Phase.CLEAR, why="cleared by responders")
        for name, _ in cleared:
            del self._tracked[name]

    def _move(self, names: list[str], phase: Phase, why: str = "", *, announce: bool = True) -> None:
        if not names:
            return
        now = self._clock.mono()
        seen_at = {name: self._tracked[name].seen_at if announce else now for name in names}
        self._log.append(*(lines.Moved(name, phase, why, "drill", self._clock.at(seen_at[name])) for name in names))
        for name in names:
            before = self._tracked[name]
            self._tracked[name] = phases.begin(before, phase, self._clock.at(seen_at[name]), why, "drill")
            if announce:
                self._deliver(Moved(name, phase, seen_at[name], why))


def _told(change: Change, bug: BaseException) -> str:
    return f"{change.kind} has a bug: {type(bug).__name__}"


def _happened(injector: Injector, tracked: Tracked) -> bool:
    """Was a one-shot's effect there, though it was mended before anyone could look?"""
    return isinstance(injector, Fleeting) and injector.happened(tracked.undo)
