"""What a store does for the rest of gameday: keeps timelines and evidence, durably and in order. No SQL in here."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from scoring.timeline import Audience, Entry

Json = Any
WAIT = 2.0
"""Seconds a call waits for another process before it gives up."""
EVIDENCE_CAP = 1024 * 1024
"""Bytes of one piece of evidence that are kept; the rest is cut and the cut is marked."""
ENTRY_CAP = 1024 * 1024
"""Bytes of one entry's body as JSON; what is bigger is evidence."""


class StoreError(Exception):
    """The store could not do its work."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One drill as the list of drills shows it; everything else is on its timeline."""

    id: str
    scenario: str
    service: str
    environment: str
    started_at: int
    """UTC nanoseconds."""
    ended_at: int | None
    outcome: str | None
    """From the `drill ended` entry; None: it has not ended, or its process died before it could say so."""
    head_seq: int
    head_digest: str
    """The last entry's, so that a truncated timeline is found."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Bytes kept by the hash of what was kept."""

    digest: str
    """SHA-256 (hex) of `content`."""
    media_type: str
    about: str
    size: int
    """Bytes there were; more than `len(content)` when they were cut."""
    content: bytes

    @property
    def cut(self) -> bool:
        """True when something was left out."""
        return self.size > len(self.content)


class Line(NamedTuple):
    """One entry to append, before it has a place in the chain."""

    at: int
    """UTC nanoseconds."""
    kind: str
    by: str
    audience: Audience
    body: Mapping[str, Json]


Make = Callable[[DrillRow, list[Entry]], Iterable[Line]]


class Store(Protocol):
    """Safe to use from several threads of a process, and from several processes on the same file.

    Every call ends within a bounded time (`WAIT` for a lock) and raises nothing but `StoreError`.
    """

    def begin(self, drill_id: str, scenario: str, service: str, environment: str, started_at: int) -> None:
        """Make room for a drill; an id that is taken is an error."""
        ...

    def append(  # noqa: PLR0913, PLR0917 - the fields of one entry, in their order
        self, drill_id: str, at: int, kind: str, by: str, audience: Audience, body: Mapping[str, Json]
    ) -> Entry:
        """Put one entry at the end of a drill's timeline; durable once this returns."""
        ...

    def append_many(self, drill_id: str, lines: Iterable[Line]) -> list[Entry]:
        """All or none of these, with one flush."""
        ...

    def append_made(self, drill_id: str, kinds: Collection[str], make: Make) -> list[Entry]:
        """Append what `make` says of the drill and its entries of these kinds, with nobody writing in between.

        What `make` raises comes through, and nothing is written.
        """
        ...

    def entries(
        self, drill_id: str, after: int = 0, limit: int | None = None, kinds: Collection[str] = ()
    ) -> list[Entry]:
        """Read the timeline past `seq == after`, in order of seq; of these kinds alone, if any are named."""
        ...

    def stamp(self) -> int:
        """A number that is another one once somebody else, in this process or not, has written; costs microseconds."""
        ...

    def drill(self, drill_id: str) -> DrillRow:
        """One drill; an unknown id is an error that says which there are."""
        ...

    def drills(self, limit: int = 100) -> list[DrillRow]:
        """List the latest drills, newest first."""
        ...

    def keep(self, content: bytes, media_type: str, about: str = "", *, size: int | None = None) -> str:
        """Keep evidence and return its digest; the same content twice is kept once.

        `size`: bytes there were, when somebody has cut it already.
        """
        ...

    def evidence(self, digest: str) -> Evidence:
        """Read what was kept; an unknown digest is an error."""
        ...

    def verify(self, drill_id: str) -> list[str]:
        """Say what was changed afterwards, one sentence each; empty: nothing."""
        ...

    def close(self) -> None:
        """Let go of files; idempotent."""
        ...
