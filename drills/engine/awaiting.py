"""Whether a drill still waits for its people: for what `expect:` asks of them and can still come. Scores nothing."""

from collections.abc import Iterable, Mapping, Sequence

from drills.engine.clock import Clock
from drills.engine.faults import FaultRun, Stage
from drills.engine.people import People
from drills.engine.sending import Sending
from drills.store import Line
from scoring import facts
from scoring.measures import MEASURES
from scoring.result import Verdict, verdict
from scoring.rubric import Rubric
from scoring.timeline import Entry

EVERY = 1.0
"""Seconds between two looks at the whole timeline; made only when nothing else is left to wait for."""
_MEASURES = {each.name: each for each in MEASURES}


class Awaiting:
    """Asked each round; moments are monotonic seconds."""

    def __init__(self, rubric: Rubric, people: People, clock: Clock, sending: Sending, *, person: bool) -> None:
        self._rubric = rubric
        self._people = people
        self._clock = clock
        self._sending = sending
        self._person = person
        self._next = 0.0
        self._settled = False

    def settled(self, runs: Mapping[str, FaultRun], heard: Sequence[Line], now: float) -> bool:
        """Is all there, or can it no longer come? Without a person nobody is waited for."""
        if not self._person:
            return True
        if now >= self._next:
            self._next = now + EVERY
            self._settled = not self._open(runs, heard, now)
        return self._settled

    def _open(self, runs: Mapping[str, FaultRun], heard: Sequence[Line], now: float) -> bool:
        rubric = self._rubric
        declared = self._people.recovered is not None
        if (rubric.updates or rubric.runbook_steps or rubric.relapse) and not declared:
            return True
        again = next((run for run in runs.values() if run.relapse), None)
        if again is not None and self._may_ring(again, now) and not self._met(["relapse"], heard):
            return True
        if rubric.tabletop and self._sending.to_come:
            return True
        limits = _limits(rubric)
        since = min((run.active_at for run in runs.values() if run.active_at is not None), default=self._sending.told)
        still = [name for name, until in limits.items() if since is None or now < since + until]
        return bool(still) and not self._met(still, heard)

    def _may_ring(self, again: FaultRun, now: float) -> bool:
        """Can the team's alert for the relapse still come?"""
        if again.stage is not Stage.OVER:
            return True
        within = self._rubric.alert.within if self._rubric.alert else 0.0
        return again.active_at is not None and now < again.active_at + within

    def _met(self, names: Iterable[str], heard: Sequence[Line]) -> bool:
        engine = (Entry(seq, *line) for seq, line in enumerate(heard, 1))
        found = facts.read([*engine, *self._people.entries], self._rubric)
        measures = [_MEASURES[name] for name in names]
        return all(
            verdict(each.find(found, self._rubric), each.limit(self._rubric)) is Verdict.MET for each in measures
        )


def _limits(rubric: Rubric) -> dict[str, float]:
    """Seconds from t0 after which each can no longer be met."""
    limits = {}
    if rubric.noticed is not None:
        limits["noticed"] = rubric.noticed.within
    if rubric.shared_picture is not None:
        limits["shared_picture"] = rubric.shared_picture.within
    if rubric.containment is not None:
        limits["containment"] = rubric.containment.within + rubric.containment.steady
    if rubric.tabletop is not None:
        limits["questions_decided"] = rubric.tabletop.within
    return limits
