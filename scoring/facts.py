"""A timeline, read once for all measures: who was bent when, what each probe saw, what was said. It judges nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scoring.room import Room, read_room
from scoring.rubric import Rubric
from scoring.timeline import ALERT, DRILL, FAULT, PROBE, SOURCE, STOP, Entry

Json = Any
SECOND = 1_000_000_000
_LEFT = ("injecting", "active", "reverting", "stuck")


@dataclass(frozen=True, slots=True)
class Change:
    """The life of one change of one fault; times are UTC ns, None: it never came to that."""

    id: str
    fault: str
    began: int | None
    """The injecting call: the first causal change."""
    felt: int | None
    """The confirmed effect."""
    cleared: int | None
    """Confirmed clear, when that is its last word."""
    cleared_by: str
    phase: str
    why: str

    @property
    def left(self) -> bool:
        """It was begun and nobody has confirmed that it is gone."""
        return self.phase in _LEFT


@dataclass(frozen=True, slots=True)
class Look:
    """One recorded look at a probe."""

    began: int
    at: int
    """When its result was in."""
    before: int | None
    """When the look before it began, whether or not that one was recorded."""
    good: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the measures look at, in order of time whatever the order of arrival was."""

    entries: Sequence[Entry]
    started: Mapping[str, Json]
    ended: Entry | None
    rubric: Rubric
    changes: tuple[Change, ...]
    probes: Mapping[str, tuple[Look, ...]]
    alerts: tuple[Entry, ...]
    sources: tuple[Entry, ...]
    stops: tuple[Entry, ...]
    looked_until: int
    """The last moment anything was seen."""
    room: Room = field(default_factory=Room)
    """What people entered."""

    @property
    def outcome(self) -> str:
        """The drill's own word, or `not ended`."""
        return str(self.ended.body.get("outcome", "not ended")) if self.ended else "not ended"

    @property
    def began(self) -> int | None:
        """The first causal change."""
        return min((change.began for change in self.changes if change.began is not None), default=None)

    @property
    def t0(self) -> int | None:
        """The first confirmed effect: what the measures count from."""
        return min((change.felt for change in self.changes if change.felt is not None), default=None)

    @property
    def cleared(self) -> int | None:
        """When the last change was confirmed clear; None while any is left."""
        if any(change.left for change in self.changes):
            return None
        return max((change.cleared for change in self.changes if change.cleared is not None), default=None)

    @property
    def cleared_by(self) -> tuple[str, ...]:
        """Who ended the faults."""
        return tuple(sorted({change.cleared_by for change in self.changes if change.cleared is not None}))

    @property
    def fault_ids(self) -> tuple[str, ...]:
        """The faults there were, in the order they began."""
        return tuple(dict.fromkeys(change.fault for change in self.changes))

    @property
    def watched_until(self) -> int:
        """Up to when "it did not come" may be said: a stop, or a drill that died, ends that."""
        if self.stops:
            return self.stops[0].at
        if self.ended is not None and self.outcome == "completed":
            return self.ended.at
        return self.looked_until

    def only(self, fault: str) -> "Facts":
        """The same drill as if this were its only fault, so that t0 is that fault's own."""
        return replace(self, changes=tuple(change for change in self.changes if change.fault == fault))

    def since_t0(self, at: int) -> float:
        """Seconds after the confirmed effect; negative before it."""
        if self.t0 is None:
            raise ValueError("no fault took effect")
        return (at - self.t0) / SECOND


def read(entries: Iterable[Entry], rubric: Rubric | None = None) -> Facts:
    """Sort a timeline by time and take it apart; `rubric` in place of the one it was run with."""
    ordered = sorted(entries, key=lambda entry: (entry.at, entry.seq))
    of_drill = [entry for entry in ordered if entry.kind == DRILL]
    started = next((entry.body for entry in of_drill if entry.body.get("state") == "started"), {})
    ended = next((entry for entry in of_drill if entry.body.get("state") == "ended"), None)
    seen = [entry.at for entry in ordered if entry.kind in (PROBE, ALERT, SOURCE)]
    return Facts(
        entries=ordered,
        started=started,
        ended=ended,
        rubric=rubric or Rubric.from_json(started.get("rubric") or {}),
        changes=_changes(ordered),
        probes=_probes(ordered),
        alerts=tuple(entry for entry in ordered if entry.kind == ALERT),
        sources=tuple(entry for entry in ordered if entry.kind == SOURCE),
        stops=tuple(entry for entry in ordered if entry.kind == STOP),
        looked_until=max(seen, default=0),
        room=read_room(ordered),
    )


def _changes(ordered: Iterable[Entry]) -> tuple[Change, ...]:
    lives: dict[tuple[str, str], list[Entry]] = {}
    for entry in ordered:
        if entry.kind == FAULT:
            fault = str(entry.body.get("fault", ""))
            lives.setdefault((fault, str(entry.body.get("change", fault))), []).append(entry)
    return tuple(_change(fault, change, life) for (fault, change), life in lives.items())


def _change(fault: str, change: str, life: Sequence[Entry]) -> Change:
    first: dict[str, int] = {}
    clear: Entry | None = None
    for entry in life:
        phase = str(entry.body.get("phase", ""))
        first.setdefault(phase, entry.at)
        clear = (clear or entry) if phase == "clear" else None
    last = life[-1].body
    return Change(
        id=change,
        fault=fault,
        began=first.get("injecting", first.get("active")),
        felt=first.get("active"),
        cleared=clear.at if clear else None,
        cleared_by=str(clear.body.get("by") or "us") if clear else "",
        phase=str(last.get("phase", "")),
        why=str(last.get("why") or ""),
    )


def _probes(ordered: Iterable[Entry]) -> dict[str, tuple[Look, ...]]:
    looks: dict[str, list[Look]] = {}
    for entry in ordered:
        if entry.kind == PROBE:
            body = entry.body
            good = body.get("good")
            look = Look(
                began=_time(body.get("looked_at")) or entry.at,
                at=entry.at,
                before=_time(body.get("looked_before")),
                good=good if isinstance(good, bool) else None,
                why=str(body.get("why") or ""),
            )
            looks.setdefault(str(body.get("probe", "")), []).append(look)
    return {probe: tuple(seen) for probe, seen in looks.items()}


def _time(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
