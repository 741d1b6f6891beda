"""A rehearsal: everything a drill does but the writes: targets, consent, rights, probes. Changes nothing."""

import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from drills.engine.admission import admit
from drills.engine.clock import SystemClock
from drills.engine.errors import DrillRefused
from drills.engine.looking import look
from drills.engine.preparing import prepare
from drills.guard.calls import within
from drills.guard.errors import GuardError
from drills.plan import Plan, PlannedFault
from injectors.contract import InjectorError

LOOK_LIMIT = 30.0
"""Seconds for looking at one change."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal saw."""

    lines: tuple[str, ...]
    refusals: tuple[str, ...]
    writes: int
    """Calls that would have changed something and were made: always 0, or the rehearsal is a bug."""


def rehearse(plan: Plan, *, person: bool = True) -> Rehearsal:
    """Prepare every change and read every probe that does not write."""
    lines: list[str] = []
    refusals: list[str] = []
    try:
        admit(plan, person=person)
    except DrillRefused as refused:
        refusals.append(str(refused))
    with tempfile.TemporaryDirectory(prefix="gameday-rehearsal-") as vault:
        for fault in plan.faults.values():
            _look_at(fault, Path(vault), lines, refusals)
    _read_probes(plan, lines, refusals)
    return Rehearsal(tuple(lines), tuple(refusals), 0)


def _look_at(fault: PlannedFault, vault: Path, lines: list[str], refusals: list[str]) -> None:
    clock = SystemClock()
    for change in fault.changes:
        trial = replace(change, tag="gameday-rehearsal", vault=str(vault))
        try:
            prepared = within(LOOK_LIMIT, partial(prepare, trial, clock, fault.duration))
        except (InjectorError, GuardError) as wrong:
            refusals.append(f"{change.id}: {wrong}")
        else:
            lines.append(
                f"{change.id}: {change.kind} on {prepared.injector.owner}: consent given, clean, can be reverted"
            )


def _read_probes(plan: Plan, lines: list[str], refusals: list[str]) -> None:
    clock = SystemClock()
    must = {*plan.scenario.steady_state, *plan.scenario.stop_unless}
    for planned in plan.probes.values():
        if planned.writes:
            lines.append(f"{planned.id}: not read, because it writes")
            continue
        seen = look(planned, clock)
        word = {True: "good", False: "BAD", None: "no answer"}[seen.good]
        lines.append(f"{planned.id}: {word}: {seen.why}")
        if planned.id in must and not seen.good:
            refusals.append(f"{planned.id} is {word}: {seen.why}")
