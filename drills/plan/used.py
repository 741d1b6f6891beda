"""Which probes a scenario names, and where. Pure; a name that nothing has is the checker's business."""

from collections.abc import Iterator, Mapping

from scenarios import ProbeUse, Scenario, Workspace
from scenarios.problems import Path
from scenarios.workspace import Contract


def named_probes(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    """Every probe's name that stands in the file, with its place."""
    yield from _listed(scenario.steady_state, ("steady_state",))
    yield from _listed(scenario.stop_unless, ("stop_unless",))
    recovery, containment, unharmed = scenario.expect.recovery, scenario.expect.containment, scenario.expect.unharmed
    if recovery:
        yield from _listed(recovery.criteria, ("expect", "recovery", "criteria"))
        yield from _listed(recovery.negative_checks, ("expect", "recovery", "negative_checks"))
    if containment and containment.harm:
        yield containment.harm, ("expect", "containment", "harm")
    if unharmed:
        yield from _listed(unharmed.probes, ("expect", "unharmed", "probes"))
    for index, action in enumerate(scenario.answer.unsafe_actions if scenario.answer else ()):
        if action.probe:
            yield action.probe, ("answer", "unsafe_actions", index, "probe")


def probes_in(scenario: Scenario, workspace: Workspace) -> Mapping[str, ProbeUse]:
    """The scenario's own probes, and those of the workspace that it names or whose promises it tries."""
    found = dict(scenario.probes)
    promised = [contract.probe for _, _, _, contract in tried(scenario, workspace) if contract.probe]
    for name in [*(name for name, _ in named_probes(scenario)), *promised]:
        if name not in found and name in workspace.probes:
            found[name] = workspace.probes[name]
    return found


def tried(scenario: Scenario, workspace: Workspace) -> Iterator[tuple[str, str, str, Contract]]:
    """(fault, dependency, mode, promise) of each promise that the scenario tries and the workspace knows."""
    for fault, use in scenario.faults.items():
        for dependency, mode in use.tries.items():
            contract = workspace.dependencies.get(dependency, {}).get(mode)
            if contract is not None:
                yield fault, dependency, mode, contract


def _listed(names: tuple[str, ...], path: Path) -> Iterator[tuple[str, Path]]:
    for index, name in enumerate(names):
        yield name, (*path, index)
