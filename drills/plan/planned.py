"""What a drill will do, with every default and every target settled. Plain values; nothing here acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drills.signals.contract import AlertSource, Probe, ProbeKind
from injectors.contract import Change, Kind
from scenarios import Scenario, When, Workspace
from scoring.rubric import Rubric


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """One fault: its kind, where, when, for how long, and the changes it is made of."""

    id: str
    kind: Kind
    target_name: str
    """Empty: the kind needs no target."""
    when: When
    duration: float | None
    """Seconds from the injecting call; None: a one-shot."""
    candidates: tuple[str, ...]
    """All subjects that match, sorted; `changes` are for those that were selected."""
    changes: tuple[Change, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Its `with:` after defaults."""


@dataclass(frozen=True, slots=True)
class PlannedProbe:
    """One probe, ready to be read."""

    id: str
    kind: ProbeKind
    probe: Probe
    target_name: str
    every: float
    timeout: float
    for_: float
    """Seconds it must be bad before it counts as bad."""
    writes: bool
    cohort: str | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Its `with:` after defaults."""
    good: Mapping[str, Any] = field(default_factory=dict)
    """What good is, after defaults."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a drill needs to begin; `refusals` says why it must not."""

    scenario: Scenario
    workspace: Workspace
    environment: str
    faults: Mapping[str, PlannedFault]
    probes: Mapping[str, PlannedProbe]
    sources: Mapping[str, AlertSource]
    rubric: Rubric
    refusals: tuple[str, ...]
    time_limit: float
    """Seconds from t0."""

    @property
    def harmless(self) -> bool:
        """Can it hurt nothing: a tabletop has no fault, so nothing has to be reverted, guarded or held."""
        return self.scenario.tabletop is not None

    @property
    def needs_a_hand(self) -> tuple[str, ...]:
        """The faults that a person must start; a run without a person refuses them."""
        return tuple(name for name, fault in self.faults.items() if fault.when.edge == "hand")
