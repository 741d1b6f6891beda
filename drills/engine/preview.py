"""Looks at all that a drill would touch and says what would refuse it. Changes nothing; reads no probe that writes."""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from drills.engine.admission import in_the_way, reasons_against
from drills.engine.clock import SystemClock
from drills.engine.looking import Look, look
from drills.engine.preparing import prepare
from drills.guard.calls import within
from drills.guard.errors import GuardError
from drills.guard.leases import taken_by
from drills.plan import Plan, PlannedFault
from drills.signals.contract import AlertSource, SignalError
from injectors import registry
from injectors.contract import Change, Injector, InjectorError, Refused

AT_ONCE = 16
"""Looks under way at the same time."""
LOOK_LIMIT = 30.0
"""Seconds for looking at one change, or for an alert source to begin and to end."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is there now."""

    looks: Mapping[str, Look]
    """One look at each probe that does not write."""
    refusals: tuple[str, ...]
    """Why the drill would not start, or would not start now."""
    ready: Mapping[str, Injector]
    """The changes that nothing stands against, by id."""
    deaf: Mapping[str, str]
    """The alert sources that could not begin, each with why."""


def preview(plan: Plan, *, person: bool = True) -> Preview:
    """Look once at each change, each probe and each alert source, side by side, each within its time."""
    refusals = [*reasons_against(plan, person=person), *in_the_way(plan)]
    quiet = [probe for probe in plan.probes.values() if not probe.writes]
    ready: dict[str, Injector] = {}
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="gameday-plan-") as vault, ThreadPoolExecutor(AT_ONCE) as pool:
        looking = {probe.id: pool.submit(look, probe, clock) for probe in quiet}
        hearing = {name: pool.submit(_deaf, source) for name, source in plan.sources.items()}
        faults = [each for each in plan.faults.values() if not _refused_already(plan, each)]
        asking = [pool.submit(_refusals, fault, Path(vault), ready) for fault in faults]
        looks = {name: each.result() for name, each in looking.items()}
        deaf = {name: why for name, each in hearing.items() if (why := each.result())}
        refusals += [told for each in asking for told in each.result()]
    if plan.scenario.expect.alert:
        refusals += [f"{name}: {why}" for name, why in deaf.items()]
    refusals += _not_good(plan, looks)
    in_order = {change.id: ready[change.id] for each in faults for change in each.changes if change.id in ready}
    return Preview(looks, tuple(refusals), in_order, deaf)


def _refused_already(plan: Plan, fault: PlannedFault) -> bool:
    return any(told.startswith(f"{fault.id}: ") for told in plan.refusals)


def _refusals(fault: PlannedFault, vault: Path, ready: dict[str, Injector]) -> list[str]:
    told = []
    for change in fault.changes:
        trial = replace(change, tag="gameday-plan", vault=str(vault))
        try:
            ready[change.id] = within(LOOK_LIMIT, partial(_look_at, trial, fault.duration))
        except (InjectorError, GuardError) as wrong:
            told.append(f"{change.id}: {wrong}")
    return told


def _look_at(change: Change, duration: float | None) -> Injector:
    """Who holds the target comes first: what another drill made of it is no dirty baseline."""
    if told := taken_by(registry.make(change).owner):
        raise Refused(told)
    return prepare(change, SystemClock(), duration).injector


def _deaf(source: AlertSource) -> str:
    """Why it cannot begin; it ends at once again."""
    try:
        within(LOOK_LIMIT, lambda: source.start(lambda _: None))
        within(LOOK_LIMIT, source.stop)
    except (SignalError, GuardError) as wrong:
        return str(wrong)
    return ""


def _not_good(plan: Plan, looks: Mapping[str, Look]) -> list[str]:
    needed = dict.fromkeys((*plan.scenario.steady_state, *plan.scenario.stop_unless))
    seen = [looks[name] for name in needed if name in looks]
    return [
        f"{each.probe} {'is bad' if each.good is False else 'does not answer'}: {each.why}"
        for each in seen
        if not each.good
    ]
