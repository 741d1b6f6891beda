"""Puts each fault and probe of a scenario beside its kind and its target. No look at the world, no call to a target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drills.plan.kinds import fault_kind, plain, probe_kind, read
from drills.plan.planned import PlannedProbe
from drills.plan.targets import Found, Need, Place, missing, resolve
from drills.plan.used import probes_in
from drills.signals import registry as signals
from drills.signals.contract import AlertSource, SignalError
from injectors.contract import InjectorError, Kind
from scenarios import FaultUse, ProbeUse, Problem, Scenario, ScenarioError, Workspace
from scenarios.problems import Path
from scenarios.scenario import Written

At = tuple[Written, Path]


@dataclass(frozen=True, slots=True)
class JoinedFault:
    """A fault with its kind, its target and its parameters after defaults; nothing is selected yet."""

    kind: Kind
    target_name: str
    settings: Mapping[str, Any]
    consent: tuple[str, ...]
    parameters: Mapping[str, Any]


@dataclass(slots=True)
class Joined:
    """All that could be joined, and all that could not."""

    faults: dict[str, JoinedFault] = field(default_factory=dict)
    probes: dict[str, PlannedProbe] = field(default_factory=dict)
    sources: dict[str, AlertSource] = field(default_factory=dict)
    deaf: list[Problem] = field(default_factory=list)
    """Alert sources that cannot be used."""
    problems: list[Problem] = field(default_factory=list)


def join(scenario: Scenario, workspace: Workspace, environment: str) -> Joined:
    """Everything the scenario uses, in this environment."""
    joined, place = Joined(), Place(workspace, environment)
    for name, fault in scenario.faults.items():
        _fault(joined, name, fault, place, (scenario, ("faults", name)))
    for name, probe in probes_in(scenario, workspace).items():
        file: Written = scenario if name in scenario.probes else workspace
        _probe(joined, name, probe, place, (file, ("probes", name)))
    if scenario.tabletop is None:
        _sources(joined, place)
    return joined


def shared_probe(name: str, workspace: Workspace, environment: str) -> PlannedProbe:
    """One of the workspace's own probes, whether or not a scenario names it. Raises `ScenarioError`."""
    joined, place = Joined(), Place(workspace, environment)
    _probe(joined, name, workspace.probes[name], place, (workspace, ("probes", name)))
    if name not in joined.probes:
        raise ScenarioError(joined.problems)
    return joined.probes[name]


def _fault(joined: Joined, name: str, use: FaultUse, place: Place, at: At) -> None:
    kind = fault_kind(use.inject, at)
    if isinstance(kind, Problem):
        joined.problems += [kind, *_missing(use.target, place, at)]
        return
    before = len(joined.problems)
    joined.problems += _life(use, kind, at)
    parameters = _read(joined, kind.parameters, use.with_, at, "with")
    found = resolve(Need(kind.name, kind.target, use.target), place, at)
    if _settings(joined, kind.settings, found, place) is None:
        return
    if parameters is None or len(joined.problems) > before:
        return
    settings = found.target.with_ if found.target else {}
    consent = found.target.consent if found.target else ()
    joined.faults[name] = JoinedFault(kind, found.name, settings, consent, plain(parameters))


def _life(use: FaultUse, kind: Kind, at: At) -> list[Problem]:
    file, path = at
    if kind.holds and use.duration is None:
        told = f"duration is missing: {kind.name} holds until it is taken back; write `duration: 5m`"
        return [file.problem(path, told, at_key=True)]
    if not kind.holds and use.duration is not None:
        told = f"{kind.name} happens once and has no duration: leave it out"
        return [file.problem((*path, "duration"), told, at_key=True)]
    return []


def _probe(joined: Joined, name: str, use: ProbeUse, place: Place, at: At) -> None:
    kind = probe_kind(use.probe, at)
    if isinstance(kind, Problem):
        joined.problems += [kind, *_missing(use.target, place, at)]
        return
    parameters = _read(joined, kind.parameters, use.with_, at, "with")
    good = _read(joined, kind.good, use.good, at, "good")
    found = resolve(Need(kind.name, kind.target, use.target, kind.target_optional), place, at)
    settings = _settings(joined, kind.settings, found, place)
    if settings is None or parameters is None or good is None:
        return
    defaults = place.workspace.defaults.probe
    try:
        probe = kind.make(settings, parameters, good)
    except (SignalError, InjectorError) as wrong:
        joined.problems.append(at[0].problem(at[1], str(wrong), at_key=True))
        return
    joined.probes[name] = PlannedProbe(
        id=name,
        kind=kind,
        probe=probe,
        target_name=found.name,
        every=use.every or defaults.every,
        timeout=use.timeout or defaults.timeout,
        for_=use.for_,
        writes=use.writes,
        cohort=use.cohort,
        parameters=plain(parameters),
        good=plain(good),
    )


def _missing(named: str | None, place: Place, at: At) -> list[Problem]:
    """Of a kind that is not known, at least the target's name can be looked at."""
    told = missing(named, place) if named is not None else None
    return [at[0].problem((*at[1], "target"), told)] if told else []


def _read(joined: Joined, model: Any, values: Mapping[str, Any], at: At, key: str) -> Any:
    found, problems = read(model, values, (at[0], (*at[1], key)))
    joined.problems += problems
    return found


def _settings(joined: Joined, model: Any, found: Found, place: Place) -> Any:
    """The target's settings as this kind reads them; None when there is a problem, and it is told."""
    if found.problem:
        joined.problems.append(found.problem)
        return None
    values = found.target.with_ if found.target else {}
    settings, problems = read(model, values, (place.workspace, (*place.path, found.name, "with")))
    joined.problems += problems
    return settings


def _sources(joined: Joined, place: Place) -> None:
    names = signals.source_names()
    for name, target in place.targets.items():
        if target.kind not in names:
            continue
        path: Path = (*place.path, name)
        try:
            kind = signals.source_kind(target.kind)
            settings, problems = read(kind.settings, target.with_, (place.workspace, (*path, "with")))
            if settings is not None:
                joined.sources[name] = kind.make(name, settings)
        except (SignalError, InjectorError) as wrong:
            problems = [place.workspace.problem(path, str(wrong), at_key=True)]
        joined.deaf += problems
