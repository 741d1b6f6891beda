"""What a drill is judged by: the limits of `expect:`, kept in its first entry so that old drills can be rescored."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

Json = Any
VERSION = 2
"""Goes up when the same timeline would be judged differently."""


@dataclass(frozen=True, slots=True)
class AlertLimit:
    """The team's alert: by name and labels (a subset), within seconds of t0; its text must affirm each of `says`."""

    name: str
    within: float
    labels: Mapping[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """What it must lead to: owner, runbook."""


@dataclass(frozen=True, slots=True)
class RecoveryLimit:
    """Criteria and negative checks good again within seconds of t0, and still good `watch` seconds later."""

    within: float
    criteria: tuple[str, ...] = ()
    """Probe ids; empty: the steady state."""
    negative_checks: tuple[str, ...] = ()
    watch: float = 0.0


@dataclass(frozen=True, slots=True)
class UnharmedLimit:
    """Probes that must stay good for as long as any fault is on."""

    probes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContainmentLimit:
    within: float
    harm: str | None = None
    """The probe that must stop getting worse; each of its looks is on the timeline."""
    worse: Literal["up", "down"] | None = None
    """Where its value goes when it gets worse; None: only good and bad are told apart."""
    steady: float = 30.0
    """For how many seconds it must not get worse."""


@dataclass(frozen=True, slots=True)
class NoticedLimit:
    within: float


@dataclass(frozen=True, slots=True)
class SharedPictureLimit:
    within: float


@dataclass(frozen=True, slots=True)
class UpdatesLimit:
    every: float


@dataclass(frozen=True, slots=True)
class RunbookStepsLimit:
    worked: float
    """A share, 0.0 to 1.0."""


@dataclass(frozen=True, slots=True)
class RelapseLimit:
    after: float
    duration: float


@dataclass(frozen=True, slots=True)
class TabletopLimit:
    """The questions, and by when each must be decided: seconds from the situation."""

    ask: tuple[str, ...]
    within: float


@dataclass(frozen=True, slots=True)
class Promise:
    """What the product does when a dependency fails in one way, as gameday.yaml said when the drill began."""

    dependency: str
    mode: str
    then: str
    """`degrade`, `stop` or `review`."""
    fault: str
    """The fault that puts the dependency into this mode."""
    probe: str | None = None
    """Good means: just that is what users see. None: nothing shows it."""

    @property
    def cell(self) -> str:
        """Its place in the table, for people."""
        return f"{self.dependency} ({self.mode.replace('_', ' ')})"


@dataclass(frozen=True, slots=True)
class Rubric:
    """All durations are seconds; what is None was not listed under `expect:` and is measured, but not judged."""

    steady_state: tuple[str, ...] = ()
    time_limit: float = 0.0
    """Seconds from t0 after which nobody waits any longer."""
    alert: AlertLimit | None = None
    recovery: RecoveryLimit | None = None
    unharmed: UnharmedLimit | None = None
    containment: ContainmentLimit | None = None
    noticed: NoticedLimit | None = None
    shared_picture: SharedPictureLimit | None = None
    updates: UpdatesLimit | None = None
    runbook_steps: RunbookStepsLimit | None = None
    relapse: RelapseLimit | None = None
    tabletop: TabletopLimit | None = None
    """None: this is a drill with faults."""
    quorum: float = 0.8
    """The share of the responders present who must share one picture; never fewer than two of them."""
    answer: Mapping[str, Json] = field(default_factory=dict)
    """The scenario's key, as written; facilitators only."""
    cohorts: tuple[str, ...] = ()
    """The cohorts that the service is known to have."""
    owner: str | None = None
    """The team that owned the service when the drill began."""
    bad_for: Mapping[str, float] = field(default_factory=dict)
    """For how many seconds a probe must be bad to count as bad, where it says so."""
    steps: Mapping[str, str] = field(default_factory=dict)
    """The steps of the key's runbook when the drill began: number and title."""
    promises: tuple[Promise, ...] = ()
    """Those that the drill tries."""
    version: int = VERSION

    @property
    def watched(self) -> frozenset[str]:
        """The probes of which each look must be on the timeline, not only each change."""
        harm = self.containment.harm if self.containment else None
        return frozenset(each for each in (harm, *(promise.probe for promise in self.promises)) if each)

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; tuples become lists."""
        plain: dict[str, Json] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, written: Mapping[str, Json]) -> Self:
        """Read what any version wrote: unknown keys of a newer one are left out, missing ones take their default."""
        known = _known(cls, written)
        for name, limit in _LIMITS.items():
            if known.get(name) is not None:
                known[name] = limit(**_known(limit, known[name]))
        known["promises"] = tuple(Promise(**_known(Promise, each)) for each in known.get("promises") or ())
        return cls(**known)


_LIMITS: Mapping[str, type] = {
    "alert": AlertLimit,
    "recovery": RecoveryLimit,
    "unharmed": UnharmedLimit,
    "containment": ContainmentLimit,
    "noticed": NoticedLimit,
    "shared_picture": SharedPictureLimit,
    "updates": UpdatesLimit,
    "runbook_steps": RunbookStepsLimit,
    "relapse": RelapseLimit,
    "tabletop": TabletopLimit,
}


def _known(cls: type, written: Mapping[str, Json]) -> dict[str, Json]:
    names = {each.name for each in fields(cls)}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in written.items() if key in names}


def _plain(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
