"""What a drill will be judged by, taken from its scenario. It judges nothing."""

from collections.abc import Mapping
from typing import Literal

from drills.plan.life import time_limit
from drills.plan.used import probes_in, tried
from drills.runbooks.reading import RunbookError, read
from scenarios import ProbeUse, Scenario, Workspace
from scenarios.scenario import plain
from scoring import rubric
from scoring.rubric import Rubric

_WORSE: Mapping[str, Literal["up", "down"]] = {"below": "up", "at_most": "up", "above": "down", "at_least": "down"}
STEADY = 120.0
"""Seconds that harm must not get worse to count as contained; less where the limit is short."""


def rubric_of(scenario: Scenario, workspace: Workspace) -> Rubric:
    """The limits of `expect:`; what is not listed stays None: measured and shown, not judged."""
    expect, probes = scenario.expect, probes_in(scenario, workspace)
    alert, recovery, service = expect.alert, expect.recovery, workspace.services.get(scenario.service)
    noticed, picture, relapse = expect.noticed, expect.shared_picture, expect.relapse
    return Rubric(
        steady_state=scenario.steady_state,
        time_limit=time_limit(scenario),
        alert=rubric.AlertLimit(alert.name, alert.within, dict(alert.labels), alert.says, alert.names)
        if alert
        else None,
        recovery=rubric.RecoveryLimit(recovery.within, recovery.criteria, recovery.negative_checks, recovery.watch)
        if recovery
        else None,
        unharmed=rubric.UnharmedLimit(expect.unharmed.probes) if expect.unharmed else None,
        containment=_containment(scenario, probes),
        noticed=rubric.NoticedLimit(noticed.within) if noticed else None,
        shared_picture=rubric.SharedPictureLimit(picture.within) if picture else None,
        updates=rubric.UpdatesLimit(expect.updates.every) if expect.updates else None,
        runbook_steps=rubric.RunbookStepsLimit(expect.runbook_steps.worked) if expect.runbook_steps else None,
        relapse=rubric.RelapseLimit(relapse.after, relapse.duration) if relapse else None,
        tabletop=rubric.TabletopLimit(scenario.tabletop.ask, scenario.tabletop.within) if scenario.tabletop else None,
        quorum=workspace.defaults.room.quorum,
        answer=plain(scenario.answer),
        cohorts=service.cohorts if service else (),
        owner=service.owner if service else None,
        bad_for={name: use.for_ for name, use in probes.items() if use.for_},
        steps=_steps(scenario, workspace),
        promises=tuple(
            rubric.Promise(dependency, mode, contract.then, fault, contract.probe)
            for fault, dependency, mode, contract in tried(scenario, workspace)
        ),
    )


def _containment(scenario: Scenario, probes: Mapping[str, ProbeUse]) -> rubric.ContainmentLimit | None:
    wanted = scenario.expect.containment
    if wanted is None:
        return None
    good = probes[wanted.harm].good if wanted.harm and wanted.harm in probes else {}
    sides = {_WORSE[key] for key in good if key in _WORSE}
    worse = sides.pop() if len(sides) == 1 else None
    return rubric.ContainmentLimit(wanted.within, wanted.harm, worse, min(STEADY, wanted.within / 10))


def _steps(scenario: Scenario, workspace: Workspace) -> dict[str, str]:
    """Number and title of each step of the key's runbook, as it is now; none where it cannot be read."""
    runbook = scenario.answer.runbook if scenario.answer else None
    if runbook is None:
        return {}
    try:
        return {str(each.id): each.title for each in read(runbook, workspace.runbook_folders).steps}
    except RunbookError:
        return {}
