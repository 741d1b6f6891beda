"""The relapse: once, after people declared recovery, the fault that ended last comes again. Injects nothing itself."""

from dataclasses import replace

from drills.engine.clock import Clock
from drills.engine.faults import RELAPSE, FaultRun, Stage
from drills.engine.narrator import Narrator
from drills.engine.people import People
from scoring.rubric import RelapseLimit

NEVER = float("-inf")
"""A preparation as old as this is always made anew, just before the call."""


class Relapse:
    """Adds one more run of a fault, with changes of its own, to those that the loop starts, ends and reverts."""

    def __init__(self, wanted: RelapseLimit | None, clock: Clock, narrator: Narrator) -> None:
        self._wanted = wanted
        self._clock = clock
        self._narrator = narrator
        self._given_up = False

    def consider(self, faults: dict[str, FaultRun], people: People, now: float, limit: float) -> None:
        """Once recovery is declared and every fault is over, the last one is to come again. Never twice.

        Not while another fault may still come, since the caps know nothing of both at once; not when one is stuck.
        """
        again = next((run for run in faults.values() if run.relapse), None)
        declared = people.recovered
        if again is not None:
            if declared is None and again.stage is Stage.WAITING:
                del faults[again.key]  # taken back in time
            return
        ended = [run for run in faults.values() if run.clear_at is not None and not run.void]
        if self._wanted is None or self._given_up or declared is None or not ended:
            return
        if any(run.stage is not Stage.OVER or run.stuck for run in faults.values()):
            return
        due = max(now, self._clock.mono_of(declared.at) + self._wanted.after)
        if due + self._wanted.duration > limit:
            self._given_up = True
            self._narrator.note(now, "no relapse: recovery was declared so late that it would outlast the time limit")
            return
        last = max(ended, key=lambda run: run.clear_at or 0.0)
        run = second_life(last, due, self._wanted.duration)
        faults[run.key] = run


def second_life(run: FaultRun, due: float, duration: float) -> FaultRun:
    """The same fault at another time (monotonic); a one-shot has no duration the second time either."""
    lead = duration if run.planned.duration is not None else None
    changes = tuple(replace(each, id=each.id + RELAPSE) for each in run.changes)
    prepared = {
        new.id: replace(run.prepared[old.id], change=new, at=NEVER, lead=lead)
        for old, new in zip(run.changes, changes, strict=True)
    }
    return FaultRun(replace(run.planned, duration=lead, changes=changes), changes, prepared, due=due)
