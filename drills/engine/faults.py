"""What the engine knows of each fault of the running drill: its stage, its changes, its moments. Touches nothing."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from drills.engine.errors import DrillRefused
from drills.plan import Plan, PlannedFault
from injectors.contract import Change, Injector, Undo

RELAPSE = ".relapse"
"""The end of the id of a change that belongs to a fault's second life."""


class Stage(StrEnum):
    """Where a fault is, as people say it; the undo log keeps the exact phase of each change."""

    WAITING = "waiting"
    STARTING = "starting"
    ON = "on"
    ENDING = "ending"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change that was looked at and may be made."""

    change: Change
    injector: Injector
    undo: Undo
    at: float
    lead: float | None = None
    """Seconds from injecting to the moment at which the target itself should end the fault, where it can."""


@dataclass(slots=True)
class FaultRun:
    """One fault of this drill; moments are monotonic seconds."""

    planned: PlannedFault
    changes: tuple[Change, ...]
    prepared: dict[str, Prepared] = field(default_factory=dict)
    stage: Stage = Stage.WAITING
    injecting_at: float | None = None
    """The first causal change: when the first call went out."""
    trouble: str = ""
    """Why it could not be brought on, as far as its injector said."""
    bitten: set[str] = field(default_factory=set)
    """Ids of changes whose effect was seen."""
    active_at: float | None = None
    """The confirmed effect."""
    ends_at: float | None = None
    clear_at: float | None = None
    open: set[str] = field(default_factory=set)
    """Ids of changes that are not confirmed clear."""
    void: str = ""
    """Why it never bit."""
    stuck: dict[str, str] = field(default_factory=dict)
    """Change -> why it could not be confirmed reverted."""
    why: str = ""
    """Why it ended."""
    due: float | None = None
    """When its second life begins; None: this is its first, which begins as `when:` says."""

    @property
    def name(self) -> str:
        return self.planned.id

    @property
    def relapse(self) -> bool:
        """Is this the fault's second life?"""
        return self.due is not None

    @property
    def key(self) -> str:
        """Its name among the drill's runs."""
        return self.name + RELAPSE if self.relapse else self.name

    @property
    def touched(self) -> bool:
        """May the target have been changed and not be clear yet?"""
        return self.stage in {Stage.STARTING, Stage.ON, Stage.ENDING}


def key_of(change: str) -> str:
    """The key of the run that a change belongs to."""
    return change.partition(".")[0] + (RELAPSE if change.endswith(RELAPSE) else "")


def fault_runs(plan: Plan, tag: str, vault: Path) -> dict[str, FaultRun]:
    """Every fault of the plan, as this drill's own. Makes the vault; raises `DrillRefused` when that cannot be."""
    try:
        vault.mkdir(mode=0o700, exist_ok=True)
    except OSError as wrong:
        raise DrillRefused(f"{vault}: cannot be made ({wrong.strerror})") from wrong
    runs = {}
    for name, planned in plan.faults.items():
        runs[name] = FaultRun(planned, tuple(replace(each, tag=tag, vault=str(vault)) for each in planned.changes))
    return runs
