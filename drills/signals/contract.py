"""The contracts of probes and alert sources: one bounded look at the world, one alert that came in.

Nothing is judged for a score here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from injectors.contract import Checkup
from injectors.revealed import blot_out

Json = Any
EVIDENCE_LIMIT = 64 * 1024
"""Bytes of a probe's answer or an alert's body that are kept; the rest is cut, and the cut is marked."""


class SignalError(Exception):
    """A probe or an alert source could not do its work."""

    def __init__(self, message: str = "") -> None:
        super().__init__(blot_out(message) or (self.__doc__ or "").strip())


class Unanswered(SignalError):
    """Nothing is known: the question could not be asked, or nobody who could know answered. Neither good nor bad."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look saw."""

    value: Json = None
    """The one value that `equals below above at_least at_most` judge; None when the probe has none."""
    fields: Mapping[str, Json] = field(default_factory=dict)
    """Named details for people and for typed `good:` fields: status, seconds, days_left, ..."""
    evidence: bytes = b""
    """The raw answer, cut at `EVIDENCE_LIMIT`."""
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Was the reading good, and the sentence a person reads: `status 503, wanted 200`."""

    good: bool
    why: str


class Probe(Protocol):
    """One thing that can be looked at, again and again."""

    def read(self, timeout: float) -> Reading:
        """One look, at most `timeout` seconds. Raises `Unanswered`; never changes what it looks at, unless `writes`.

        What a user would suffer (refused, timed out, a wrong answer) is a reading, and a bad one; `Unanswered` is kept
        for an instrument that does not answer.
        """
        ...

    def judge(self, reading: Reading) -> Judgement:
        """Pure: compare with `good:`. Raises `Unanswered` when the reading says nothing about it."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeKind:
    """A registered kind of probe."""

    name: str
    summary: str
    target: str
    """The kind of target in gameday.yaml; empty: none needed."""
    settings: type[BaseModel]
    parameters: type[BaseModel]
    good: type[BaseModel]
    """What `good:` may hold: the core comparisons and this kind's own typed fields."""
    make: Callable[[BaseModel, BaseModel, BaseModel], Probe]
    """(target's settings, parameters, good) -> the probe; no I/O."""
    example: str = ""
    target_optional: bool = False
    """True: without a target (none named, none of the kind in the environment) the settings are built from nothing."""
    checkup: Checkup | None = None
    """Looks at a target of this kind for `gameday doctor`, where no injector does."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as one sender told it once; three times, all UTC ns."""

    source: str
    """The target's name in gameday.yaml."""
    fingerprint: str
    """The same alert again has the same one."""
    name: str
    status: str
    """`firing` or `resolved`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    starts_at: int | None = None
    """The sender's word for when it began."""
    event_at: int | None = None
    """The sender's time of this change."""
    received_at: int = 0
    """Our wall clock when the last byte was in."""
    received_mono: int = 0
    """Our monotonic clock at the same moment."""
    raw: bytes = b""


class AlertSource(Protocol):
    """Delivers alerts from its own thread until it is stopped."""

    @property
    def blind(self) -> tuple[tuple[int, int | None], ...]:
        """When an alert could have been missed: (from, to) in UTC ns, oldest first; to is None while it lasts."""
        ...

    @property
    def problem(self) -> str:
        """Why it cannot hear right now, in words; empty while it listens. Blind makes "no alert" unknown."""
        ...

    def start(self, deliver: Callable[[Alert], None]) -> None:
        """Begin; returns once alerts can come in. Raises `SignalError` (port in use, wrong address)."""
        ...

    def stop(self) -> None:
        """End within a second; idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A registered kind of alert source; its name is the target's `kind:`."""

    name: str
    summary: str
    settings: type[BaseModel]
    make: Callable[[str, BaseModel], AlertSource]
    """(the target's name, its settings) -> the source; no I/O."""
    example: str = ""
    checkup: Checkup | None = None
    """Looks at a target of this kind for `gameday doctor`."""
