"""What a scenario says of its workspace: services, probes, cohorts, caps, limits that can be reached. Pure."""

from collections.abc import Iterator

from drills.plan.life import at_once, lifetime, time_limit
from drills.plan.used import named_probes
from scenarios import Problem, Scenario, Workspace
from scenarios.game_day import SEVERAL
from scenarios.problems import Path, is_secret, shown
from scenarios.salvage import UNREADABLE
from scenarios.suggest import for_name
from scenarios.values import for_people
from scenarios.workspace import Contract


def names(scenario: Scenario, workspace: Workspace) -> Iterator[Problem]:
    """Names that gameday.yaml must know."""
    service = scenario.service
    if service not in workspace.services and service not in {UNREADABLE, SEVERAL}:
        advice = for_name(service, workspace.services, "listed are")
        yield scenario.problem(("service",), f"gameday.yaml lists no service {shown(service)}: {advice}")
    own = scenario.names(("probes",))
    for name in own:
        if name in workspace.probes:
            told = "gameday.yaml has a probe of this name: use that one, or give this one another name"
            yield scenario.problem(("probes", name), told, at_key=True)
    for name, path in named_probes(scenario):
        if name not in own and name not in workspace.probes:
            advice = "" if is_secret(path) else f" {shown(name)}: {for_name(name, {*own, *workspace.probes})}"
            yield scenario.problem(path, f"there is no probe{advice}")
    yield from _cohorts(scenario, workspace)
    yield from _tries(scenario, workspace)


def _tries(scenario: Scenario, workspace: Workspace) -> Iterator[Problem]:
    """Promises that gameday.yaml must know, each tried by one fault, and shown by a probe that can show it."""
    first: dict[tuple[str, str], str] = {}
    for fault, use in scenario.faults.items():
        for dependency, mode in use.tries.items():
            path = ("faults", fault, "tries", dependency)
            promises = workspace.dependencies.get(dependency)
            if promises is None:
                advice = for_name(dependency, workspace.dependencies)
                told = f"gameday.yaml promises nothing of a dependency {shown(dependency)}: {advice}"
                yield scenario.problem(path, told, at_key=True)
            elif mode not in promises:
                told = f"gameday.yaml promises nothing for {dependency} when {shown(mode)}: {for_name(mode, promises)}"
                yield scenario.problem(path, told)
            elif first.setdefault((dependency, mode), fault) != fault:
                other = first[dependency, mode]
                yield scenario.problem(path, f"{other} tries this one already: let one fault try it, and leave it here")
            else:
                yield from _shown(scenario, path, promises[mode])


def _shown(scenario: Scenario, path: Path, promise: Contract) -> Iterator[Problem]:
    if promise.probe is None:
        told = "gameday.yaml names no probe that shows this promise, so the drill cannot say whether it is kept"
        yield scenario.problem(path, told, "warning")
    elif promise.then != "degrade" and promise.probe in scenario.steady_state:
        told = f"{promise.probe} is good in the steady state, so it cannot show `then: {promise.then}`"
        yield scenario.problem(path, f"{told}: promise a probe in gameday.yaml whose `good:` is what then is seen")


def _cohorts(scenario: Scenario, workspace: Workspace) -> Iterator[Problem]:
    known = {cohort for service in workspace.services.values() for cohort in service.cohorts}
    if not known:
        return
    for name, probe in scenario.probes.items():
        if probe.cohort and probe.cohort not in known:
            told = f"no service has a cohort {shown(probe.cohort)}: {for_name(probe.cohort, known)}"
            yield scenario.problem(("probes", name, "cohort"), told)
    for side in ("harmed", "safe"):
        for index, cohort in enumerate(getattr(scenario.answer, side, ())):
            if cohort not in known:
                told = f"no service in gameday.yaml has this cohort; there are: {', '.join(sorted(known))}"
                yield scenario.problem(("answer", side, index), told)


def caps(scenario: Scenario, workspace: Workspace) -> Iterator[Problem]:
    """What gameday.yaml does not allow anybody to go beyond."""
    limits = workspace.caps
    for name, fault in scenario.faults.items():
        if fault.duration is not None and fault.duration > limits.duration:
            told = f"{for_people(fault.duration)} is over the workspace's cap of {for_people(limits.duration)}"
            yield scenario.problem(("faults", name, "duration"), f"{told} (`caps` in gameday.yaml): make it shorter")
        if fault.select.count is not None and fault.select.count > limits.targets_per_fault:
            told = f"{fault.select.count} targets are over the workspace's cap of {limits.targets_per_fault}"
            yield scenario.problem(("faults", name, "select"), f"{told} (`caps` in gameday.yaml): select fewer")
    relapse = scenario.expect.relapse
    if relapse and relapse.duration > limits.duration:
        told = f"{for_people(relapse.duration)} is over the workspace's cap of {for_people(limits.duration)}"
        yield scenario.problem(("expect", "relapse", "duration"), f"{told} (`caps` in gameday.yaml): make it shorter")
    together = at_once(scenario.faults)
    if len(together) > limits.faults_at_once:
        shown_names = ", ".join(together[:5]) + (", ..." if len(together) > 5 else "")
        told = (
            f"{len(together)} faults may be on at once ({shown_names}); the workspace's cap is {limits.faults_at_once}"
        )
        yield scenario.problem(("faults",), f"{told}: let one begin `0s after {together[0]} ends`", at_key=True)


def reachable(scenario: Scenario) -> Iterator[Problem]:
    """Warnings about limits that nobody can reach."""
    expect, life, ends = scenario.expect, lifetime(scenario.faults), time_limit(scenario)
    limited = {
        "alert": expect.alert,
        "noticed": expect.noticed,
        "shared_picture": expect.shared_picture,
        "containment": expect.containment,
        "recovery": expect.recovery,
    }
    for name, limit in limited.items():
        if limit is None:
            continue
        path = ("expect", name, "within")
        if limit.within > ends:
            told = f"the drill ends after its time_limit of {for_people(ends)}: nobody can use all of this limit"
            yield scenario.problem(path, told, "warning")
        elif name != "recovery" and 0 < life < limit.within:
            told = f"our own timer ends the last fault after {for_people(life)}, before this limit"
            yield scenario.problem(path, f"{told}: make the duration longer or the limit shorter", "warning")
