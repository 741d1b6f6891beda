"""The lines of an undo log and how each is written as JSON. Never touches a file."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from drills.guard.phases import Phase
from injectors.contract import Change, Undo

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """The first line: what a guard or a later command must know of the drill, without any store."""

    drill: str
    """The drill's id, also its folder's name."""
    tag: str
    """On every object we create, and in the environment variable GAMEDAY_DRILL of every process we start."""
    workspace: str
    """Absolute path of the workspace's folder."""
    environment: str
    settle: float = 1.0
    """Seconds a takeover keeps looking after the first CLEAR: at least the longest delay the target may add."""
    patience: float = 900.0
    """Seconds a guard keeps trying what it could not reach, after it has said so."""
    scenario: str = ""
    format: int = FORMAT
    at: int = field(default_factory=time.time_ns)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An undo entry: written before its change is made. The change is PREPARED."""

    change: Change
    undo: Undo
    owner: str
    at: int = field(default_factory=time.time_ns)


@dataclass(frozen=True, slots=True)
class Moved:
    """A change went to another phase."""

    change: str
    phase: Phase
    why: str = ""
    by: str = ""
    at: int = field(default_factory=time.time_ns)
    """UTC ns of the moment it was true: for CLEAR the first look that saw it clear and was never contradicted."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Someone other than the drill's process took the log over."""

    by: str
    """`guard 1`, `guard 2`, or the person's command."""
    why: str
    pid: int = 0
    ended: tuple[int, ...] = ()
    """Leftover processes of the drill that were ended."""
    at: int = field(default_factory=time.time_ns)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A person decided, with a reason, that a stuck change (or a damaged line, as `line N`) no longer blocks."""

    change: str
    why: str
    by: str
    at: int = field(default_factory=time.time_ns)


Line = Facts | Prepared | Moved | Taken | Resolved
_KINDS: Mapping[str, type[Facts | Prepared | Moved | Taken | Resolved]] = {
    "drill": Facts,
    "undo": Prepared,
    "phase": Moved,
    "takeover": Taken,
    "resolved": Resolved,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_json(line: Line) -> dict[str, Any]:
    """The line as a JSON object; its key `line` says which one it is."""
    return {"line": _NAMES[type(line)], **_flat(line)}


def _flat(record: Any) -> dict[str, Any]:
    values = ((one.name, getattr(record, one.name)) for one in fields(record))
    return {name: _flat(value) if isinstance(value, Change | Undo) else value for name, value in values}


def from_json(found: Mapping[str, Any]) -> Line:
    """The line of a JSON object. Raises ValueError for anything that is not one of ours."""
    rest = dict(found)
    kind = _KINDS.get(rest.pop("line", None))
    if kind is None:
        raise ValueError("an unknown kind of line, perhaps of a newer gameday")
    try:
        return kind(**_typed(kind, rest))
    except (TypeError, ValueError, AttributeError, KeyError) as wrong:
        raise ValueError(f"not a line of ours: {wrong}") from wrong


def _typed(kind: type[Any], rest: dict[str, Any]) -> dict[str, Any]:
    known = {one.name for one in fields(kind)}
    if unknown := rest.keys() - known:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    if kind is Prepared:
        change = dict(rest["change"])
        change["consent"] = tuple(change.get("consent", ()))
        return {**rest, "change": Change(**change), "undo": Undo(**rest["undo"])}
    if kind is Moved:
        return {**rest, "phase": Phase(rest["phase"])}
    if kind is Taken:
        return {**rest, "ended": tuple(rest.get("ended", ()))}
    return rest
