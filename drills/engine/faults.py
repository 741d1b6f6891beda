"""What the engine knows of each fault of the running drill: its stage, its changes, its moments. Touches nothing."""

from dataclasses import dataclass, field
from enum import StrEnum

from drills.plan import PlannedFault
from injectors.contract import Change, Injector, Undo


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

    @property
    def name(self) -> str:
        return self.planned.id

    @property
    def touched(self) -> bool:
        """May the target have been changed and not be clear yet?"""
        return self.stage in {Stage.STARTING, Stage.ON, Stage.ENDING}
