"""The contract every injector fulfils: look, bend, unbend, look again. Never a clock, a wait, a record or a log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from injectors.revealed import blot_out

if TYPE_CHECKING:
    from pydantic import BaseModel

Json = Any
"""None, bool, int, float, str, or lists and string-keyed maps of these."""


class State(StrEnum):
    """What `inspect` finds: nothing of ours in force, all of it, or part of it."""

    CLEAR = "clear"
    ACTIVE = "active"
    MIXED = "mixed"


class InjectorError(Exception):
    """An injector could not do its work."""

    def __init__(self, message: str = "") -> None:
        super().__init__(blot_out(message) or (self.__doc__ or "").strip())


class Refused(InjectorError):
    """Injecting here would not be safe or is not allowed; the message says why and what would allow it."""


class Drifted(InjectorError):
    """The target holds neither our value nor the old one: someone else changed it, so it is left alone and shown."""


class Unreachable(InjectorError):
    """The target did not answer, so nothing is known about it; the call may be tried again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one subject: all that is needed to rebuild its injector in another process or on another machine.

    It is written to the undo log as JSON, so it never holds a secret: only `{env: NAME}` or `{file: PATH}`.
    """

    id: str
    """Unique in its drill: the fault's id, or `FAULT.N` for the N-th of several subjects."""
    kind: str
    """The registered name, such as `toxiproxy.latency`."""
    subject: str
    """What is bent, in the kind's own words: a proxy, a pid file, `STREAM/CONSUMER`, a certificate's file name."""
    tag: str
    """Marks whatever we create on the target as ours: `gameday-<drill>-<random>`, letters, digits and hyphens."""
    environment: str = "staging"
    """The workspace's name of the environment; a consent label must say the same word."""
    target: Mapping[str, Json] = field(default_factory=dict)
    """The target's `with:` from gameday.yaml."""
    consent: tuple[str, ...] = ()
    """The target's `consent:` list from gameday.yaml: what may be hurt there."""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """The fault's `with:` after validation and defaults, in plain JSON (durations as seconds)."""
    expires_at: float | None = None
    """UTC epoch seconds after which the target itself should end the fault, where it can."""
    vault: str = ""
    """A folder (mode 0700) for bytes an undo needs but the log must not hold, such as a key; each file is 0600."""


@dataclass(frozen=True, slots=True)
class Undo:
    """All that `revert` needs, as JSON: what was there before, and what we are about to put in its place."""

    kind: str
    version: int
    facts: Mapping[str, Json] = field(default_factory=dict)

    def of_version(self, known: int) -> Mapping[str, Json]:
        """Return the facts, if they were written as we know it. Raises `InjectorError`: one is never guessed at."""
        if self.version != known:
            raise InjectorError(f"this undo is of version {self.version}: it needs a newer gameday")
        return self.facts


class Injector(Protocol):
    """One change, ready to be made and unmade. It keeps nothing in memory: its `Change` and the `Undo` say all."""

    @property
    def owner(self) -> str:
        """The stable owner of what is bent, as an address (`toxiproxy http://host:8474 payments-db`).

        Two changes with the same owner conflict between drills; within one drill they are reverted last first.
        """
        ...

    def prepare(self) -> Undo:
        """Look only: check consent and rights, refuse a dirty baseline, return all that revert will need.

        Raises `Refused` or `Unreachable`.
        """
        ...

    def inject(self, undo: Undo) -> None:
        """Make the change; idempotent. Raises `Unreachable`, `Refused`, or an `InjectorError`."""
        ...

    def revert(self, undo: Undo) -> None:
        """Restore the recorded values; idempotent, needs nothing but `undo`.

        It is right after inject never ran, half ran, ran twice, or arrives after revert. Raises `Drifted` or
        `Unreachable`.
        A target that responders mended themselves is left as they left it: that is no drift.
        """
        ...

    def inspect(self, undo: Undo) -> State:
        """Look only: is our change in force? Raises `Unreachable`."""
        ...


@runtime_checkable
class Proving(Protocol):
    """An injector whose right to revert can be proved by a harmless write before the way in is taken."""

    def prove(self, undo: Undo) -> None:
        """Make the call revert would make, changing nothing. Raises `Refused` when the right is missing."""
        ...


@runtime_checkable
class Fleeting(Protocol):
    """A one-shot whose effect may be mended before anyone can look (a supervisor restarts the worker at once)."""

    def happened(self, undo: Undo) -> bool:
        """Look only: did the change take effect at some time since `prepare`?"""
        ...


@runtime_checkable
class Slow(Protocol):
    """An injector whose calls may rightly take longer than ten seconds, since its target's settings say so."""

    @property
    def call_limit(self) -> float:
        """Seconds within which each of its calls returns, whatever happens: all the timeouts within one, together."""
        ...


@dataclass(frozen=True, slots=True)
class Leftover:
    """An object on a target that carries a drill's tag, found by looking at the target alone."""

    owner: str
    """The address of what it sits on, as `Injector.owner` would say it."""
    tag: str
    """The whole tag it carries; the sweeper compares it with the drills that still run."""
    what: str
    """For people: `toxic gameday-3-1f2e3d.slow-db (latency)`."""
    handle: Mapping[str, Json] = field(default_factory=dict)
    """What `remove` needs to find it again; the kind's own business."""


class Sweep(Protocol):
    """What a kind of target can tell of things left behind; a module with these two functions is one."""

    def left_behind(self, settings: Mapping[str, Json], /) -> Sequence[Leftover]:
        """List everything on the target (its `with:`) that has a `gameday-` tag, whichever drill's. Looks only.

        Raises `Unreachable` or `Refused`. At most a thousand are listed.
        """
        ...

    def remove(self, settings: Mapping[str, Json], leftover: Leftover, /) -> None:
        """Take this one away and nothing else; one that is gone already is no error. Raises `Unreachable`."""
        ...


class Found(StrEnum):
    """What a checkup says of one thing."""

    OK = "ok"
    NOT_OK = "not ok"
    CANT_TELL = "can't tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at on a target, for `gameday doctor`."""

    what: str
    """`answers`, `consent`, `permission`, `clock`, or a word of the kind's own."""
    found: Found
    said: str
    """What was seen, in one sentence."""
    type: str = ""
    """What to type or write so that it becomes ok."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One target that is looked at."""

    environment: str
    settings: Mapping[str, Json]
    """The target's `with:`."""
    consent: tuple[str, ...]
    """The target's `consent:` list."""
    now: Callable[[], float]
    """Our clock, in UTC seconds, to compare the target's with."""


class Checkup(Protocol):
    """What a kind of target can tell of its health before any drill; a module with this function is one."""

    def findings(self, visit: Visit, /) -> Sequence[Finding]:
        """Look at the target: does it answer, consent, allow, and what time is it there? Looks only, within 10 s.

        Raises `Unreachable` when it does not answer, `Refused` when it says no.
        """
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A registered kind of fault: its words for people, its typed settings and parameters, and how to build one."""

    name: str
    """`family.fault`, as written after `inject:`."""
    summary: str
    """One sentence: what it does to the target."""
    target: str
    """The kind of target it needs in gameday.yaml (`toxiproxy`, `process`, ...); empty: none."""
    settings: "type[BaseModel]"
    """The target's `with:`."""
    parameters: "type[BaseModel]"
    """The fault's `with:`."""
    consent: str
    """Where the target's own word that it may be hurt is looked for, in one sentence."""
    reverted_by: str
    """How it is taken back, in one sentence."""
    subjects: Callable[[Mapping[str, Json], Mapping[str, Json]], Sequence[str]]
    """(target's settings, parameters) -> what `select` chooses from, sorted. Looks only.

    Raises `Refused` or `Unreachable`.
    """
    make: Callable[[Change], Injector]
    holds: bool = True
    """True: holds until reverted, needs a duration. False: a one-shot, whose revert is that the pool is whole again."""
    reversible: bool = True
    example: str = ""
    """A `with:` that works, as YAML, for the docs."""
    sweep: Sweep | None = None
    """Finds what carries our tag on a target of this kind; the same object for every fault of one kind of target.

    None: the fault creates nothing that could carry a tag, and the undo log alone knows of it.
    """
    checkup: Checkup | None = None
    """Looks at a target of this kind for `gameday doctor`; the same object for every fault of one kind of target."""
