"""Takes changes back: in parallel per owner, last first within one, until `inspect` says CLEAR. No wait is endless."""

import queue
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from drills.guard.errors import NotWritten
from drills.guard.lines import Moved
from drills.guard.phases import Do, Limits, Phase, Tracked, Wish, begin, failed, looked, next_step, returned
from drills.guard.rounds import Answer, Round, by_owner
from drills.guard.undolog import UndoLog
from injectors import registry
from injectors.contract import Change, Injector, State

LIMITS = Limits()
CALL_SECONDS = 10.0
TICK = 0.02
ROUNDS_AT_ONCE = 128
NEVER = "never injected"
TOGETHER = 0.005
"""Seconds for which answers are gathered while others are still to come."""
REVERTS_FIRST = 0.1
"""Seconds at most for which the first looks wait for reverts that are under way."""


@dataclass(frozen=True, slots=True)
class Reverted:
    """How it went, by change id."""

    cleared: Mapping[str, int]
    """UTC ns when `inspect` first said CLEAR."""
    stuck: Mapping[str, str]
    """Why it could not be confirmed."""
    hopeless: frozenset[str] = frozenset()
    """Those of the stuck for which trying again is useless: drifted, refused."""
    unrecorded: str = ""
    """Why the undo log could not be written; what was reverted is reverted all the same, and looked at again later."""


def revert_changes(  # noqa: PLR0913 - each is one decision of the caller
    log: UndoLog,
    changes: Iterable[str],
    *,
    by: str,
    why: str = "",
    limits: Limits = LIMITS,
    call_seconds: float = CALL_SECONDS,
    tick: Callable[[], None] = lambda: None,
    told: Callable[[Moved], None] = lambda _: None,
    make: Callable[[Change], Injector] = registry.make,
) -> Reverted:
    """Revert these changes of the log (by id) and write CLEAR or STUCK for each.

    `tick` is called at least every 50 ms (beat there); `told` hears each transition once it is on disk, or once it is
    clear that it cannot be. `limits.settle` makes it look and revert again for that long before anything counts as
    clear. STUCK ones are tried afresh.
    """
    known = log.tracked
    wanted = {name: known[name] for name in known if name in set(changes) and known[name].open}
    return _Reverting(log, wanted, by, why, limits, call_seconds, tick, told, make).run()


@dataclass
class _Reverting:
    """The loop that hands rounds out, takes answers in and writes what became true."""

    log: UndoLog
    tracked: dict[str, Tracked]
    by: str
    why: str
    limits: Limits
    call_seconds: float
    tick: Callable[[], None]
    told: Callable[[Moved], None]
    make: Callable[[Change], Injector]
    answers: queue.Queue[Answer | Round] = field(default_factory=queue.Queue)
    rounds: dict[str, Round] = field(default_factory=dict)
    injectors: dict[str, Injector] = field(default_factory=dict)
    clear_at: dict[str, int] = field(default_factory=dict)
    hopeless: set[str] = field(default_factory=set)
    unrecorded: str = ""
    began: float = field(default_factory=time.monotonic)

    def run(self) -> Reverted:
        self._close_what_never_began()
        owners = by_owner(self.tracked)
        going = [name for name, one in self.tracked.items() if one.phase is not Phase.CLEAR]
        moves = [Moved(name, Phase.REVERTING, self.why, self.by) for name in going]
        self._move(moves)
        self._hand_out(owners)
        self._record(moves)  # after the first calls are on their way: nothing has to wait for this line
        while self._unfinished():
            self._take_answers()
            self._leave_hung()
            self._write_ends()
            self._hand_out(owners)
            self.tick()
        ended = self.tracked.items()
        return Reverted(
            {name: self.clear_at.get(name, one.at) for name, one in ended if one.phase is Phase.CLEAR},
            {name: one.why for name, one in ended if one.phase is Phase.STUCK},
            frozenset(self.hopeless),
            self.unrecorded,
        )

    def _close_what_never_began(self) -> None:
        """INJECTING is on disk before the first call, so there is nothing to revert, even without the right to do it.

        Where a line is damaged it may be that very line: then everything is reverted.
        """
        if self.log.log.damage:
            return
        never = [name for name, one in self.tracked.items() if one.phase is Phase.PREPARED]
        moves = [Moved(name, Phase.CLEAR, NEVER, self.by) for name in never]
        self._move(moves)
        self._record(moves)

    def _unfinished(self) -> bool:
        return any(one.phase is Phase.REVERTING for one in self.tracked.values())

    def _hand_out(self, owners: Mapping[str, list[str]]) -> None:
        """A round for each owner that has something due; reverts first, since a look gains nobody anything."""
        now = time.monotonic()
        early = now < self.began + REVERTS_FIRST and any(one.reverts for one in self.rounds.values())
        for owner, names in owners.items():
            if owner in self.rounds:
                continue
            if len(self.rounds) >= ROUNDS_AT_ONCE:
                return
            due: dict[Do, list[Tracked]] = {Do.REVERT: [], Do.LOOK: []}
            for name in names:
                step = next_step(self.tracked[name], now, Wish.STOP, self.limits)
                if step.do in due:
                    due[step.do].append(self.tracked[name])
            if due[Do.REVERT] or (due[Do.LOOK] and not early):
                self._start(owner, due[Do.REVERT], due[Do.LOOK])

    def _start(self, owner: str, reverts: list[Tracked], looks: list[Tracked]) -> None:
        one = Round(owner, reverts, looks, self._build, self.answers)
        try:
            one.start()
        except RuntimeError as wrong:  # no more threads: try again later, like any other failure
            for each in (*reverts, *looks):
                self.tracked[each.change.id] = failed(each, str(wrong), time.monotonic(), self.limits)
        else:
            self.rounds[owner] = one

    def _build(self, change: Change) -> Injector:
        if change.id not in self.injectors:
            self.injectors[change.id] = self.make(change)
        return self.injectors[change.id]

    def _take_answers(self) -> None:
        """Wait for one answer, and then a moment for others: what became true together shares one flush."""
        try:
            self._take(self.answers.get(timeout=TICK))
            until = time.monotonic() + TOGETHER
            while self.rounds:
                self._take(self.answers.get(timeout=max(0.0, until - time.monotonic())))
            while True:
                self._take(self.answers.get_nowait())
        except queue.Empty:
            return

    def _take(self, answer: Answer | Round) -> None:
        if isinstance(answer, Round):
            if self.rounds.get(answer.owner) is answer:
                del self.rounds[answer.owner]
            return
        now, one = time.monotonic(), self.tracked[answer.change]
        if one.phase is not Phase.REVERTING:
            return
        if answer.failure:
            self.hopeless |= {answer.change} if answer.final else set()
            one = failed(one, answer.failure, now, self.limits, final=answer.final)
        elif answer.state is not None:
            if answer.state is State.CLEAR and one.clear_since is None:
                self.clear_at[answer.change] = answer.at
            one = looked(one, answer.state, now, self.limits)
        else:
            one = returned(one, now)
        self.tracked[answer.change] = one

    def _leave_hung(self) -> None:
        for one in [each for each in self.rounds.values() if each.hangs(self.call_seconds)]:
            one.leave()
            del self.rounds[one.owner]
            name = one.current
            why = f"a call did not return within {max(self.call_seconds, one.limit):g}s and may still act"
            self.tracked[name] = failed(self.tracked[name], why, time.monotonic(), self.limits, final=True)

    def _write_ends(self) -> None:
        now, moves = time.monotonic(), []
        for name, one in self.tracked.items():
            step = next_step(one, now, Wish.STOP, self.limits)
            if step.do is Do.CLOSE:
                moves.append(Moved(name, Phase.CLEAR, self.why, self.by, self.clear_at[name]))
            elif step.do is Do.GIVE_UP:
                moves.append(Moved(name, Phase.STUCK, step.why, self.by))
        self._move(moves)
        self._record(moves)

    def _move(self, moves: list[Moved]) -> None:
        for move in moves:
            self.tracked[move.change] = begin(self.tracked[move.change], move.phase, move.at, move.why, move.by)

    def _record(self, moves: list[Moved]) -> None:
        if not moves:
            return
        try:
            self.log.append(*moves)
        except NotWritten as wrong:
            self.unrecorded = str(wrong)
        for move in moves:
            self.told(move)
