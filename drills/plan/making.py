"""Makes a drill's plan: asks the targets what there is, selects, says what would be refused. Writes nothing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from drills.guard.calls import within
from drills.guard.errors import Hung
from drills.plan.checking import checked
from drills.plan.joining import JoinedFault
from drills.plan.planned import Plan, PlannedFault
from drills.plan.rubric import rubric_of
from drills.plan.selecting import choose
from injectors.contract import Change, InjectorError
from scenarios import FaultUse, Scenario, Workspace
from scenarios.workspace import Caps

LOOK = 30.0
"""Seconds a target gets to say what it has."""


def make(
    scenario: Scenario, workspace: Workspace, environment: str | None = None, *, now: datetime | None = None
) -> Plan:
    """The plan, with every reason to refuse it. Raises `ScenarioError` when the files have problems."""
    joined, where = checked(scenario, workspace, environment)
    refusals = _calendar(workspace, now or datetime.now(UTC))
    if scenario.expect.alert:
        refusals += [f"an alert source cannot be used, so its alerts would be missed: {deaf}" for deaf in joined.deaf]
    faults = {}
    for name, fault in joined.faults.items():
        pool, told = _subjects(name, fault)
        refusals += told
        explicit = scenario.written(("faults", name, "select"))
        faults[name] = _planned(name, scenario.faults[name], fault, pool, where)
        refusals += _over_caps(faults[name], workspace.caps, explicit=explicit)
    refusals += _cannot_come_again(scenario, faults)
    rubric = rubric_of(scenario, workspace)
    return Plan(
        scenario=scenario,
        workspace=workspace,
        environment=where,
        faults=faults,
        probes=joined.probes,
        sources=joined.sources,
        rubric=rubric,
        refusals=tuple(refusals),
        time_limit=rubric.time_limit,
    )


def _cannot_come_again(scenario: Scenario, faults: Mapping[str, PlannedFault]) -> list[str]:
    stays = [name for name, fault in faults.items() if not fault.kind.reversible]
    if scenario.expect.relapse is None or not stays:
        return []
    return [f"{', '.join(stays)} cannot be reverted, so it is not done twice: leave `expect.relapse` out"]


def _calendar(workspace: Workspace, now: datetime) -> list[str]:
    freeze = workspace.frozen(now)
    if freeze is None:
        return []
    return [f"nothing is drilled until {freeze.until:%Y-%m-%d %H:%M} ({workspace.zone}): {freeze.reason}"]


def _subjects(name: str, fault: JoinedFault) -> tuple[tuple[str, ...], list[str]]:
    try:
        pool = within(LOOK, lambda: fault.kind.subjects(fault.settings, fault.parameters))
    except (InjectorError, Hung) as wrong:
        return (), [f"{name}: {wrong}"]
    if not pool:
        return (), [f"{name}: nothing matches on {fault.target_name or fault.kind.name}: check its `with:`"]
    if fault.consent and not set(pool) & set(fault.consent):
        listed = ", ".join([*fault.consent, pool[0]])
        told = f"{name}: {', '.join(pool[:5])} of {fault.target_name} has given no consent"
        return tuple(pool), [f"{told}: write `consent: [{listed}]` into the target in gameday.yaml"]
    return tuple(pool), []


def _planned(name: str, use: FaultUse, fault: JoinedFault, pool: Sequence[str], environment: str) -> PlannedFault:
    chosen = choose(use.select, pool, fault.consent)
    changes = tuple(
        Change(
            id=name if len(chosen) == 1 else f"{name}.{number}",
            kind=fault.kind.name,
            subject=subject,
            tag="",
            environment=environment,
            target=fault.settings,
            consent=fault.consent,
            parameters=fault.parameters,
        )
        for number, subject in enumerate(chosen, start=1)
    )
    return PlannedFault(
        name, fault.kind, fault.target_name, use.when, use.duration, tuple(pool), changes, fault.parameters
    )


def _over_caps(fault: PlannedFault, caps: Caps, *, explicit: bool) -> list[str]:
    """A pool of one is a pool only when the file selects from it: a single proxy is not 100 % of anything."""
    chosen, pool = len(fault.changes), len(fault.candidates)
    told = []
    where = "(`caps` in gameday.yaml)"
    if chosen > caps.targets_per_fault:
        told.append(f"{fault.id}: {chosen} targets are over the cap of {caps.targets_per_fault} {where}")
    if pool and (pool > 1 or explicit) and chosen / pool > caps.share_of_pool:
        told.append(f"{fault.id}: {chosen} of {pool} is over the cap of {caps.share_of_pool:.0%} of a pool {where}")
    return told
