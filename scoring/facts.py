"""A timeline, read once for all measures: who was bent when, what each probe saw, what was said. It judges nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scoring.room import Room, read_room
from scoring.rubric import Rubric
from scoring.timeline import ALERT, DRILL, FAULT, MESSAGE, PROBE, SCORECARD, SOURCE, STOP, Entry

Json = Any
SECOND = 1_000_000_000
SITUATION = "situation"
"""The message that begins a tabletop."""
_LEFT = ("injecting", "active", "reverting", "stuck")
_OURS = ("us", "guard")


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
    taken_back: int | None = None
    """When we began to end it, unless somebody else had ended it."""
    relapse: bool = False
    """Its second life, after a declared recovery."""

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
    value: Json = None
    cohort: str = ""


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
    hints: tuple[Entry, ...] = ()
    """Messages that gave something of the key away."""
    told: int | None = None
    """When a tabletop told its situation; None: this is a drill with faults."""
    until: int | None = None
    """Where this part of the drill ends; None: with the drill."""

    @property
    def recorded(self) -> Rubric:
        """The rubric the drill was run with: what it asked and looked at, whatever it is scored by now."""
        return Rubric.from_json(self.started.get("rubric") or {})

    @property
    def outcome(self) -> str:
        """The drill's own word, or `not ended`."""
        return str(self.ended.body.get("outcome", "not ended")) if self.ended else "not ended"

    @property
    def began(self) -> int | None:
        """The first causal change; of a tabletop, the situation."""
        return min((change.began for change in self.changes if change.began is not None), default=self.told)

    @property
    def t0(self) -> int | None:
        """The first confirmed effect: what the measures count from; of a tabletop, the situation."""
        return min((change.felt for change in self.changes if change.felt is not None), default=self.told)

    @property
    def cleared(self) -> int | None:
        """When the last change was confirmed clear; None while any is left."""
        if any(change.left for change in self.changes):
            return None
        return max((change.cleared for change in self.changes if change.cleared is not None), default=None)

    @property
    def taken_back(self) -> int | None:
        """When we first began to end a fault that nobody else had ended: what gets good after that proves nothing."""
        return min((change.taken_back for change in self.changes if change.taken_back is not None), default=None)

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
        completed = self.ended is not None and self.outcome == "completed"
        last = self.ended.at if self.ended is not None and completed else self.looked_until
        return last if self.until is None else min(last, self.until)

    def only(self, fault: str) -> "Facts":
        """The same drill as if this were its only fault, so that t0 is that fault's own."""
        return replace(self, changes=tuple(change for change in self.changes if change.fault == fault))

    def first_life(self) -> "Facts":
        """The drill up to the relapse: what the relapse does to probes and alerts is another story."""
        again = min((change.began for change in self.changes if change.relapse and change.began), default=None)
        if again is None:
            return replace(self, changes=tuple(change for change in self.changes if not change.relapse))
        return replace(
            self,
            changes=tuple(change for change in self.changes if not change.relapse),
            probes={probe: cut for probe, looks in self.probes.items() if (cut := _until(looks, again))},
            alerts=tuple(entry for entry in self.alerts if entry.at < again),
            stops=tuple(entry for entry in self.stops if entry.at < again),
            until=again,
        )

    def second_life(self) -> "Facts":
        """The relapse as if it were the whole drill."""
        return replace(self, changes=tuple(change for change in self.changes if change.relapse))

    def since_t0(self, at: int) -> float:
        """Seconds after the confirmed effect; negative before it."""
        if self.t0 is None:
            raise ValueError("no fault took effect")
        return (at - self.t0) / SECOND


def read(entries: Iterable[Entry], rubric: Rubric | None = None) -> Facts:
    """Sort a timeline by time and take it apart; `rubric` in place of the one it was run with."""
    told = (entry for entry in entries if entry.kind != SCORECARD)
    ordered = sorted(told, key=lambda entry: (entry.at, entry.seq))
    of_drill = [entry for entry in ordered if entry.kind == DRILL]
    started = next((entry.body for entry in of_drill if entry.body.get("state") == "started"), {})
    ended = next((entry for entry in of_drill if entry.body.get("state") == "ended"), None)
    seen = [entry.at for entry in ordered if entry.kind in (PROBE, ALERT, SOURCE) or started.get("tabletop")]
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
        hints=tuple(entry for entry in ordered if entry.kind == MESSAGE and entry.body.get("gives_away")),
        told=_told(ordered) if started.get("tabletop") else None,
    )


def _told(ordered: Sequence[Entry]) -> int:
    """When the situation was told; before that, when the tabletop started."""
    told = (entry.at for entry in ordered if entry.kind == MESSAGE and entry.body.get("message") == SITUATION)
    started = (entry.at for entry in ordered if entry.kind == DRILL and entry.body.get("state") == "started")
    return next(told, next(started))


def _changes(ordered: Iterable[Entry]) -> tuple[Change, ...]:
    lives: dict[tuple[str, str, bool], list[Entry]] = {}
    for entry in ordered:
        if entry.kind == FAULT:
            fault = str(entry.body.get("fault", ""))
            change = str(entry.body.get("change", fault))
            relapse = bool(entry.body.get("relapse")) or (fault, change, True) in lives
            lives.setdefault((fault, change, relapse), []).append(entry)
    return tuple(_change(*name, life) for name, life in lives.items())


def _change(fault: str, change: str, relapse: bool, life: Sequence[Entry]) -> Change:  # noqa: FBT001 - part of its name
    first: dict[str, int] = {}
    clear: Entry | None = None
    for entry in life:
        phase = str(entry.body.get("phase", ""))
        first.setdefault(phase, entry.at)
        clear = (clear or entry) if phase == "clear" else None
    last = life[-1].body
    by = str(clear.body.get("by") or "us") if clear else ""
    ending = first.get("reverting", clear.at if clear else None)
    return Change(
        id=change,
        fault=fault,
        began=first.get("injecting", first.get("active")),
        felt=first.get("active"),
        cleared=clear.at if clear else None,
        cleared_by=by,
        phase=str(last.get("phase", "")),
        why=str(last.get("why") or ""),
        taken_back=ending if by in ("", *_OURS) else None,
        relapse=relapse,
    )


def _until(looks: Sequence[Look], until: int) -> tuple[Look, ...]:
    """The looks before that moment; a probe whose next recorded look came later still said the same until then."""
    found = [look for look in looks if look.at < until]
    after = next((look for look in looks if look.at >= until), None)
    if found and after and after.before is not None and min(after.before, until) > found[-1].at:
        seen = min(after.before, until)
        found.append(replace(found[-1], began=seen, at=seen, before=None))
    return tuple(found)


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
                value=body.get("value"),
                cohort=str(body.get("cohort") or ""),
            )
            looks.setdefault(str(body.get("probe", "")), []).append(look)
    return {probe: tuple(seen) for probe, seen in looks.items()}


def _time(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
