"""Looks at all that a drill would touch and says what would refuse it. Changes nothing; reads no probe that writes."""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from drills.engine.admission import admit
from drills.engine.clock import SystemClock
from drills.engine.errors import DrillRefused
from drills.engine.looking import Look, look
from drills.engine.preparing import prepare
from drills.guard.calls import within
from drills.guard.errors import GuardError
from drills.plan import Plan, PlannedFault
from injectors.contract import InjectorError

AT_ONCE = 16
"""Looks under way at the same time."""
LOOK_LIMIT = 30.0
"""Seconds for looking at one change."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is there now."""

    looks: Mapping[str, Look]
    """One look at each probe that does not write."""
    refusals: tuple[str, ...]
    """Why the drill would not start, or would not start now."""


def preview(plan: Plan) -> Preview:
    """Look once at each change and each probe, side by side, each within its time."""
    refusals: list[str] = []
    try:
        admit(plan, person=True)
    except DrillRefused as refused:
        refusals.append(str(refused))
    quiet = [probe for probe in plan.probes.values() if not probe.writes]
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="gameday-plan-") as vault, ThreadPoolExecutor(AT_ONCE) as pool:
        looking = {probe.id: pool.submit(look, probe, clock) for probe in quiet}
        asking = [pool.submit(_refusals, fault, Path(vault)) for fault in plan.faults.values()]
        looks = {name: each.result() for name, each in looking.items()}
        refusals += [told for each in asking for told in each.result() if told not in plan.refusals]
    refusals += _not_good(plan, looks)
    return Preview(looks, tuple(refusals))


def _refusals(fault: PlannedFault, vault: Path) -> list[str]:
    clock, told = SystemClock(), []
    for change in fault.changes:
        trial = replace(change, tag="gameday-plan", vault=str(vault))
        try:
            within(LOOK_LIMIT, partial(prepare, trial, clock, fault.duration))
        except (InjectorError, GuardError) as wrong:
            told.append(f"{change.id}: {wrong}")
    return told


def _not_good(plan: Plan, looks: Mapping[str, Look]) -> list[str]:
    needed = dict.fromkeys((*plan.scenario.steady_state, *plan.scenario.stop_unless))
    seen = [looks[name] for name in needed if name in looks]
    return [
        f"{each.probe} {'is bad' if each.good is False else 'does not answer'}: {each.why}"
        for each in seen
        if not each.good
    ]
