"""Reads an undo log: every line checked, a torn end forgiven, anything else loud. Never writes, never locks."""

import json
import os
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drills.guard.lines import Facts, Line, Moved, Prepared, Resolved, Taken, from_json, to_json
from drills.guard.phases import Phase, Tracked, begin

_SUM = re.compile(rb',"sum":"([0-9a-f]{8})"\}$')
_NAMES_A_CHANGE = re.compile(rb'"change":(?:\{"id":)?"([^"\\]{1,200})"')


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that cannot be trusted and is not a torn end: it never counts as closed until a person resolves it."""

    line: int
    """Counted from 1."""
    why: str
    change: str = ""
    """The change it seems to speak of, as far as it can be read."""

    @property
    def id(self) -> str:
        """What `resolve` takes."""
        return f"line {self.line}"


@dataclass(frozen=True, slots=True)
class Log:
    """All that an undo log says."""

    facts: Facts | None
    tracked: Mapping[str, Tracked]
    """Every change by its id, in the order of their undo entries."""
    lines: tuple[Line, ...]
    """Every intact line in order, for a timeline that has to be completed after a crash."""
    damage: tuple[Damage, ...]
    """Not yet resolved."""
    torn: bool
    """The last line was cut off while it was written; what it was to precede never happened."""

    @property
    def open(self) -> tuple[Tracked, ...]:
        """Changes that may still bend their target."""
        return tuple(one for one in self.tracked.values() if one.open)

    @property
    def closed(self) -> bool:
        """True when nothing is open and nothing is damaged."""
        return not self.open and not self.damage

    @property
    def takeovers(self) -> tuple[Taken, ...]:
        """Who took the drill over, and when."""
        return tuple(line for line in self.lines if isinstance(line, Taken))

    @property
    def tag(self) -> str:
        """The drill's tag; from an undo entry when the first line is damaged; empty when nothing says it."""
        if self.facts is not None:
            return self.facts.tag
        return next((one.change.tag for one in self.tracked.values()), "")


def read_log(path: str | os.PathLike[str]) -> Log:
    """Read a log, also while its drill is writing it. Raises OSError when it is not there."""
    fold, _ = scan(Path(path).read_bytes())
    return fold.log()


def encode(line: Line, number: int) -> bytes:
    """One line of the file: JSON with the line's number and a checksum over all that stands before it."""
    found = {"n": number, **to_json(line)}
    body = json.dumps(found, separators=(",", ":"), allow_nan=False, default=dict).encode()[:-1]
    return b'%s,"sum":"%08x"}\n' % (body, zlib.crc32(body))


def decode(raw: bytes) -> tuple[int, Line]:
    """The number and the line. Raises ValueError when the checksum or the content is not right."""
    found = _SUM.search(raw)
    if found is None:
        raise ValueError("it has no checksum")
    body = raw[: found.start()]
    if zlib.crc32(body) != int(found[1], 16):
        raise ValueError("its checksum is wrong")
    content: dict[str, Any] = json.loads(body + b"}")
    return content.pop("n"), from_json(content)


def scan(data: bytes) -> tuple["Fold", int | None]:
    """Everything the bytes say, and where the torn end begins when there is one."""
    fold = Fold()
    *ended, rest = data.split(b"\n")
    for raw in ended:
        fold.take_raw(raw.rstrip(b" "))
    if not rest.strip(b" \0"):
        return fold, len(data) - len(rest) if rest else None
    start = len(data) - len(rest)
    if _is_intact(rest):
        fold.take_raw(rest)
        return fold, len(data)
    if _is_intact(rest[:-1]):
        fold.take_raw(rest[:-1])
        fold.damage[f"line {fold.place}"] = Damage(fold.place, "the end of this line was overwritten")
        return fold, len(data) - 1
    fold.torn = True
    return fold, start


def _is_intact(raw: bytes) -> bool:
    try:
        decode(raw)
    except ValueError:
        return False
    return True


class Fold:
    """Lines in, one at a time; a `Log` out."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.facts: Facts | None = None
        self.tracked: dict[str, Tracked] = {}
        self.lines: list[Line] = []
        self.damage: dict[str, Damage] = {}
        self.torn = False
        self.place = 0
        self.count = 0
        """The number that the next line has to carry."""
        self._bad = 0

    def log(self) -> Log:
        """A snapshot."""
        return Log(self.facts, dict(self.tracked), tuple(self.lines), tuple(self.damage.values()), self.torn)

    def take_raw(self, raw: bytes) -> None:
        """A line as it stands in the file; a blank one was a torn end that a later writer blanked."""
        self.place += 1
        if not raw:
            return
        try:
            number, line = decode(raw)
        except (ValueError, KeyError, TypeError) as wrong:
            self._bad += 1
            self.count += 1
            self._mar(raw, str(wrong))
            return
        if number != self.count and not (self._bad and self.count - self._bad <= number < self.count):
            self._mar(raw, f"it is numbered {number}, {self.count} was due: lines are missing or repeated")
        self.count, self._bad = number, 0
        self._take(line)

    def take(self, line: Line) -> None:
        """A line that this process has just written."""
        self.place += 1
        self._take(line)

    def _take(self, line: Line) -> None:
        self.count += 1
        self.lines.append(line)
        if isinstance(line, Facts):
            self.facts = line
        elif isinstance(line, Prepared):
            self.tracked[line.change.id] = Tracked(line.change, line.undo, line.owner, at=line.at)
        elif isinstance(line, Moved):
            self._move(line)
        elif isinstance(line, Resolved):
            self._resolve(line)

    def _move(self, line: Moved) -> None:
        known = self.tracked.get(line.change)
        if known is None:
            self._lose(line.change)
        else:
            self.tracked[line.change] = begin(known, line.phase, line.at, line.why, line.by)

    def _resolve(self, line: Resolved) -> None:
        if line.change in self.damage:
            del self.damage[line.change]
        elif known := self.tracked.get(line.change):
            self.tracked[line.change] = replace(known, resolved=True, why=line.why, by=line.by)

    def _lose(self, change: str) -> None:
        if not any(one.change == change for one in self.damage.values()):
            why = f"it speaks of {change}, whose undo entry is missing"
            self.damage[f"line {self.place}"] = Damage(self.place, why, change)

    def _mar(self, raw: bytes, why: str) -> None:
        named = _NAMES_A_CHANGE.search(raw)
        change = named[1].decode("utf-8", "replace") if named else ""
        damage = Damage(self.place, why, change)
        self.damage[damage.id] = damage
        known = self.tracked.get(change)
        if known is not None and known.phase is Phase.CLEAR:
            self.tracked[change] = replace(known, phase=Phase.REVERTING, why=f"{damage.id} of it is damaged")
