"""The running drill: a loop that takes what came in, starts what is due, ends what is over. Never calls a target."""

import queue
from dataclasses import dataclass, replace
from typing import Any

from drills.engine import timing
from drills.engine.awaiting import Awaiting
from drills.engine.clock import Clock
from drills.engine.conditions import Conditions
from drills.engine.ending import alert_came, reached
from drills.engine.expected import Expected
from drills.engine.faults import FaultRun, Stage, key_of
from drills.engine.hands import Failed, Hands, Moved, Released
from drills.engine.hearing import Heard
from drills.engine.looking import Look, Lookout
from drills.engine.narrator import Narrator
from drills.engine.people import People
from drills.engine.relapse import Relapse
from drills.engine.reverting import Reverted, Reverter
from drills.engine.sending import Sending
from drills.engine.wishes import Stop, is_over, wants_stop
from drills.engine.witness import Witness
from drills.guard.phases import Phase
from drills.plan import Plan
from drills.signals.contract import Alert
from drills.store import Line

TICK = 0.02
"""Seconds between two rounds when nothing comes in; the guards count on a beat far more often than once a second."""


@dataclass(slots=True)
class Parts:
    """What the loop works with; made by `run`, ended by it."""

    plan: Plan
    clock: Clock
    narrator: Narrator
    hands: Hands
    reverter: Reverter
    lookout: Lookout
    witness: Witness
    inbox: "queue.Queue[Any]"
    heard: list[Line]
    """Every entry of the engine so far."""
    people: People
    expected: Expected
    sending: Sending
    relapse: Relapse
    awaiting: Awaiting


@dataclass(slots=True)
class Drill:
    """The state of the loop; moments are monotonic seconds."""

    parts: Parts
    faults: dict[str, FaultRun]
    happened: timing.Happened
    conditions: Conditions
    stop: Stop | None = None
    refused: str = ""
    alerted: bool = False
    unrecorded: str = ""
    """Why the undo log does not say that everything is clear, though it is."""
    steady_at: float | None = None
    """When all of the steady state was good at once, so that faults may start; None: not yet."""
    steady_by: float = 0.0

    def begin(self, now: float, patience: float) -> None:
        """All is looked at: from now on the drill's time counts, and the steady state has so long to be good."""
        self.happened.started = now
        self.steady_by = now + patience

    def round(self) -> None:
        """One turn: at most `TICK` long when nothing comes in."""
        self._take_in()
        now = self.parts.clock.mono()
        self._consider_stop(now)
        if self.stop is None and not self.refused and not self.parts.people.stood_down:
            self._listen_for_hands(now)
            self._consider_steady(now)
            self.parts.relapse.consider(self.faults, self.parts.people, now, self.limit)
            self._start_due(now)
            self.parts.sending.send_due(now, self.happened)
        self._end_due(now)

    @property
    def limit(self) -> float:
        """When nobody waits any longer: `time_limit` counts from the first effect, or the situation, as measures do."""
        runs = self.faults.values()
        first = min((run.active_at for run in runs if run.active_at is not None), default=self.parts.sending.told)
        return (self._could_begin() if first is None else first) + self.parts.plan.time_limit

    def _could_begin(self) -> float:
        """Before any effect: since when one could have been there. What is being injected has bounds of its own."""
        runs = self.faults.values()
        if any(run.stage is Stage.STARTING for run in runs):
            return self.parts.clock.mono()
        starts = [run.planned.when.delay for run in runs if run.planned.when.edge == "start"]
        steady = self.steady_by if self.steady_at is None else self.steady_at
        return max(steady, self.happened.started + min(starts, default=0.0))

    def over(self) -> bool:
        """Is every fault over and nothing left to wait for?"""
        runs = self.faults.values()
        if any(run.touched for run in runs):
            return False
        now = self.parts.clock.mono()
        if self.stop or self.refused or self._void or now >= self.limit or self.parts.people.stood_down:
            return True
        if any(run.stage is Stage.WAITING and self._may_come(run) for run in runs):
            return False
        last = max((run.clear_at for run in runs if run.clear_at is not None), default=None)
        if not reached(self.parts.plan.rubric, self.conditions, alerted=self.alerted, last_clear=last, now=now):
            return False
        return self.parts.awaiting.settled(self.faults, self.parts.heard, now)

    @property
    def _void(self) -> str:
        """Why a fault never bit; a relapse that does not is no reason to end what was measured before it."""
        return next((run.void for run in self.faults.values() if run.void and not run.relapse), "")

    def _due_at(self, run: FaultRun) -> float | None:
        return run.due if run.relapse else timing.due_at(run.name, run.planned.when, self.happened)

    def _may_come(self, run: FaultRun) -> bool:
        return run.planned.when.edge == "hand" or self._due_at(run) is not None

    def _take_in(self) -> None:
        try:
            item = self.parts.inbox.get(timeout=TICK)
        except queue.Empty:
            return
        while True:
            self._take(item)
            try:
                item = self.parts.inbox.get_nowait()
            except queue.Empty:
                return

    def _take(self, item: object) -> None:
        match item:
            case Look():
                self._seen(item)
            case Alert():
                self._rung(item)
            case Heard():
                self.parts.people.take(item)
                self.parts.expected.hear(item.entry)
            case Moved():
                self._moved(item)
            case Failed():
                self._failed(item)
            case Released():
                self._released(item)
            case Reverted():
                self._reverted(item)

    def _seen(self, look: Look) -> None:
        changed, promised = self.conditions.take(look), self.parts.expected.counts(look)
        if changed or promised or look.probe in self.parts.plan.rubric.watched:
            self.parts.narrator.probe(look, evidence=changed)
        self.parts.narrator.looked(look)

    def _rung(self, alert: Alert) -> None:
        self.parts.narrator.alert(alert)
        self.alerted = self.alerted or alert_came(self.parts.heard, self.parts.plan.rubric)

    def _moved(self, moved: Moved) -> None:
        run = self._run_of(moved.change)
        change = next(each for each in run.changes if each.id == moved.change)
        by = "responders" if run.planned.kind.holds else "target"
        self.parts.narrator.fault(
            moved.at, run.name, change, moved.phase, why=moved.why, by=by if moved.phase is Phase.CLEAR else "us"
        )
        if moved.phase is Phase.INJECTING and run.injecting_at is None:
            run.injecting_at = moved.at
            run.ends_at = moved.at + run.planned.duration if run.planned.duration is not None else None
        run.bitten |= {moved.change} if moved.phase is Phase.ACTIVE else set()
        if moved.phase is Phase.ACTIVE and run.active_at is None:
            run.active_at = moved.at
            run.stage = Stage.ON if run.stage is Stage.STARTING else run.stage
            self.happened.effects.setdefault(run.name, moved.at)
        elif moved.phase is Phase.REVERTING:
            self._never_bit(run, moved.why or "it did not take effect")
            self._end(run, run.void)
        elif moved.phase is Phase.CLEAR:
            self._cleared(run, moved.change, moved.at, moved.why)

    def _failed(self, failed: Failed) -> None:
        for name in failed.changes:
            run = self._run_of(name)
            self._never_bit(run, failed.why)
            self._end(run, failed.why)
            if name not in self.parts.reverter.known and run.injecting_at is None:
                self._cleared(run, name, self.parts.clock.mono(), "never injected")

    def _never_bit(self, run: FaultRun, why: str) -> None:
        if run.relapse and not run.void:
            self.parts.narrator.note(self.parts.clock.mono(), f"the relapse did not take effect: {why}")
        run.void = run.void or why

    def _released(self, released: Released) -> None:
        for each in released.tracked:
            run = self._run_of(each.change.id)
            run.trouble = run.trouble or (each.why if each.phase is Phase.INJECTING else "")
        self.parts.reverter.revert(released.tracked)

    def _reverted(self, done: Reverted) -> None:
        run = self._run_of(done.change)
        change = next(each for each in run.changes if each.id == done.change)
        phase = Phase.STUCK if done.stuck else Phase.CLEAR
        self.parts.narrator.fault(done.at, run.name, change, phase, why=done.stuck or run.why)
        if done.stuck:
            run.stuck[done.change] = done.stuck
        self.unrecorded = self.unrecorded or done.unrecorded
        self._cleared(run, done.change, done.at, run.why)

    def _cleared(self, run: FaultRun, change: str, at: float, why: str) -> None:
        run.open.discard(change)
        if run.open or run.stage is Stage.OVER:
            return
        run.stage = Stage.OVER
        run.why = run.why or why
        if not run.stuck:
            run.clear_at = at
            self.happened.clears.setdefault(run.name, at)

    def _consider_stop(self, now: float) -> None:
        if self.stop is not None:
            return
        seen = self.parts.witness.situation(now)
        seen = replace(seen, broken=self.conditions.broken(now), unanswerable=self.conditions.unanswerable(now))
        self.stop = wants_stop(seen)
        if self.stop is not None:
            self._end_all(self.stop.why)
            self.parts.narrator.stop(now, self.stop)

    def _listen_for_hands(self, now: float) -> None:
        waiting = {run.key: run.planned.when for run in self.faults.values() if run.stage is Stage.WAITING}
        waiting |= {name: each.when for name, each in self.parts.plan.scenario.messages.items()}
        for name, when in waiting.items():
            if when.edge == "hand" and name not in self.happened.hands and self.parts.witness.started_by_hand(name):
                self.happened.hands[name] = now

    def _consider_steady(self, now: float) -> None:
        if self.steady_at is not None:
            return
        names = self.parts.plan.scenario.steady_state
        known = {name: self.conditions.known.get(name) for name in names}
        if all(each is not None and each.look.good for each in known.values()):
            self.steady_at = now
        elif now >= self.steady_by:
            wrong = [
                f"{name}: {each.look.why if each else 'no answer'}"
                for name, each in known.items()
                if each is None or not each.look.good
            ]
            self.refused = f"the steady state is not good: {'; '.join(wrong)}"

    def _start_due(self, now: float) -> None:
        if self.steady_at is None:
            return
        due = []
        for run in self.faults.values():
            if run.stage is not Stage.WAITING:
                continue
            moment = self._due_at(run)
            if moment is not None and now >= moment:
                due.append(run)
        if due and self.parts.witness.guarded():
            for run in due:
                run.stage = Stage.STARTING
                run.open = {change.id for change in run.changes}
            self.parts.hands.inject([run.prepared[change.id] for run in due for change in run.changes])

    def _end_due(self, now: float) -> None:
        down = self.parts.people.stood_down
        if self._void or down or now >= self.limit:
            self._end_all(self._void or (f"{down.by} stood the room down" if down else "the time limit is over"))
        for run in self.faults.values():
            if run.stage in {Stage.STARTING, Stage.ON} and is_over(run.ends_at, now):
                self._end(run, "its duration is over")

    def _end_all(self, why: str) -> None:
        ending = [run for run in self.faults.values() if run.stage in {Stage.STARTING, Stage.ON}]
        for run in ending:
            run.stage, run.why = Stage.ENDING, why
        if ending:
            self.parts.hands.release(change for run in ending for change in run.open)

    def _end(self, run: FaultRun, why: str) -> None:
        if run.stage in {Stage.STARTING, Stage.ON}:
            run.stage, run.why = Stage.ENDING, why
            self.parts.hands.release(run.open)

    def _run_of(self, change: str) -> FaultRun:
        return self.faults[key_of(change)]
