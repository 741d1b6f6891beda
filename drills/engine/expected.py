"""What people's actions promised: which probe, until when. It has them looked at, and judges nothing."""

from functools import partial

from drills.engine.clock import Clock
from drills.engine.looking import Look, Lookout
from drills.plan import Plan
from drills.plan.joining import shared_probe
from scoring.facts import SECOND
from scoring.timeline import MARK, Entry


class Expected:
    """The promises that are still open; moments are monotonic seconds."""

    def __init__(self, plan: Plan, lookout: Lookout, clock: Clock) -> None:
        self._plan = plan
        self._lookout = lookout
        self._clock = clock
        self._until: dict[str, float] = {}

    def hear(self, entry: Entry) -> None:
        """An action may promise that a probe of the workspace becomes good: it is looked at from now on."""
        probe, by = entry.body.get("expect"), entry.body.get("by")
        if entry.kind != MARK or not isinstance(probe, str) or not isinstance(by, int | float):
            return
        if probe not in self._plan.workspace.probes:
            return
        until = self._clock.mono_of(entry.at + round(by * SECOND))
        self._until[probe] = max(until, self._until.get(probe, until))
        self._lookout.watch(probe, partial(shared_probe, probe, self._plan.workspace, self._plan.environment))

    def counts(self, look: Look) -> bool:
        """Must this look be on record: up to the first one that was over when the promise was due."""
        until = self._until.get(look.probe)
        if until is not None and look.ended >= until:
            del self._until[look.probe]
        return until is not None
