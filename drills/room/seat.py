"""One person's place in the room of a running drill: reads what is there, enters what they say. Needs no server."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drills.guard.control import drill_folders
from drills.guard.take_over import alive
from drills.plan.places import store_address
from drills.room.errors import RoomError
from drills.room.evidence import keep, read_files
from drills.room.noticing import noticed_at
from drills.room.speaking import ROBOT, Speaker
from drills.room.texts import listed
from drills.store import DrillRow, Line, Store, open_store
from scenarios import Workspace
from scoring.room import Room, Stay, read_room
from scoring.timeline import BY_PEOPLE, DRILL, PERSON, Entry

Json = Any
PATIENCE = 20.0
"""Seconds that a terminal waits while others write: what people say must not be lost to a busy moment."""
MANY = 1000
"""Drills that are looked at for one that runs, newest first."""


@dataclass(frozen=True, slots=True)
class Given:
    """What may come with any entry."""

    at: str | None = None
    """When it was noticed, as typed."""
    evidence: Sequence[Path] = ()
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the room shows at one moment to one who speaks; the drill's key and faults are not in it."""

    drill: DrillRow
    now: int
    probes: tuple[str, ...]
    """The workspace's own that can be looked at."""
    people: tuple[Entry, ...]
    """All that people entered, in order."""
    room: Room
    """The same without what was corrected."""
    who: Speaker
    questions: int = 0
    """How many a tabletop asks; 0: this drill has faults."""

    @property
    def present(self) -> tuple[Stay, ...]:
        """Who is here now."""
        return tuple(each for each in self.room.stays if each.until is None)

    def entry(self, seq: int) -> Entry | None:
        """What a person entered under this number."""
        return next((each for each in self.people if each.seq == seq), None)


Said = tuple[str, Mapping[str, Json]]
"""Kind and body of a new entry."""
Say = Callable[[Seen], Said]


@contextmanager
def take_seat(workspace: Workspace, who: Speaker, drill: str = "") -> "Iterator[Seat]":
    """A seat in the drill that runs here; `drill` is needed when several do. Raises `RoomError`, `StoreError`."""
    running = _running(workspace.folder)
    if not running and not drill:
        raise RoomError("no drill is running here: type gameday run FILE in another terminal")
    store = open_store(store_address(workspace), wait=PATIENCE)
    try:
        yield Seat(workspace, store, _chosen(store, running, drill), who)
    finally:
        store.close()


class Seat:
    """What one person does from here."""

    def __init__(self, workspace: Workspace, store: Store, drill: str, who: Speaker) -> None:
        self.workspace = workspace
        self.store = store
        self.drill = drill
        self.who = who

    def look(self, *more: str) -> Seen:
        """The room as it is now; `more` names further kinds of entries that must be there."""
        return self._seen(
            self.store.drill(self.drill), self.store.entries(self.drill, kinds=(DRILL, *BY_PEOPLE, *more))
        )

    def enter(self, say: Say, given: Given) -> Entry:
        """Append what `say` makes of the room as it is at that moment. Raises `RoomError`, and nothing is written."""
        pieces, digests = read_files(given.evidence), []
        if pieces:
            self._finished(self.look(), say, given, [])  # refused before anything is kept
            digests = keep(self.store, pieces)

        def make(row: DrillRow, entries: list[Entry]) -> list[Line]:
            return self._finished(self._seen(row, entries), say, given, digests)

        return self.store.append_made(self.drill, (DRILL, *BY_PEOPLE), make)[-1]

    def _seen(self, row: DrillRow, entries: Sequence[Entry]) -> Seen:
        if row.ended_at is not None:
            raise RoomError(f"drill {row.id} is over: nothing is added to it any more; gameday log {row.id} shows it")
        people = tuple(entry for entry in entries if entry.kind in BY_PEOPLE)
        started = next((entry.body for entry in entries if entry.kind == DRILL), {})
        room = read_room(sorted(people, key=lambda entry: (entry.at, entry.seq)))
        probes = tuple(started.get("shared_probes") or ())
        asked = int(started.get("questions") or 0)
        return Seen(row, time.time_ns(), probes, people, room, _as_known(self.who, room), asked)

    def _finished(self, seen: Seen, say: Say, given: Given, digests: list[str]) -> list[Line]:
        kind, body = say(seen)
        _check_correction(seen, kind, given.corrects)
        noticed = noticed_at(given.at, now=seen.now, began=seen.drill.started_at, zone=self.workspace.zone)
        body = {**body, **_how(noticed, digests, given.corrects)}
        lines = [Line(seen.now, kind, seen.who.by, "all", body)]
        if kind != PERSON and seen.who.role and not any(each.person == seen.who.by for each in seen.present):
            lines.insert(0, arrival(seen))
        return lines


def arrival(seen: Seen, *, state: str = "joined") -> Line:
    """The entry that says who is there."""
    who = seen.who
    body = {"person": who.by, "role": who.role, "state": state, "robot": who.robot, **_how()}
    return Line(seen.now, PERSON, who.by, "all", body)


def _how(noticed: int | None = None, evidence: Sequence[str] = (), corrects: int | None = None) -> dict[str, Json]:
    """What every body of a person's entry has."""
    return {"noticed_at": noticed, "evidence": list(evidence), "corrects": corrects}


def _as_known(who: Speaker, room: Room) -> Speaker:
    """One who joined as a robot stays one, however they are named later."""
    if not who.robot and any(each.person == who.name + ROBOT for each in room.stays):
        return replace(who, robot=True)
    return who


def _check_correction(seen: Seen, kind: str, corrects: int | None) -> None:
    if corrects is None:
        return
    before = seen.entry(corrects)
    if before is None:
        raise RoomError(f"--corrects {corrects}: nobody entered anything under this number; gameday room shows them")
    if before.by != seen.who.by:
        raise RoomError(f"--corrects {corrects}: that is what {before.by} said: only {before.by} can correct it")
    if before.kind != kind:
        raise RoomError(f"--corrects {corrects}: that is a {before.kind}, and this is a {kind}")
    later = next((each.seq for each in seen.people if each.body.get("corrects") == corrects), None)
    if later is not None:
        raise RoomError(f"--corrects {corrects}: it was corrected by {later} already: correct that one")


def _running(workspace: Path) -> list[str]:
    return [folder.name for folder in drill_folders(workspace)[-MANY:] if _is_alive(folder)]


def _is_alive(folder: Path) -> bool:
    try:
        return alive(folder)
    except OSError:
        return False


def _chosen(store: Store, running: Sequence[str], wanted: str) -> str:
    """The drill that is meant; a game day has a number too, and no timeline."""
    if wanted:
        if store.drill(wanted).id not in running:
            raise RoomError(f"drill {wanted} is over: nothing is added to it any more; gameday log {wanted} shows it")
        return wanted
    rows = {row.id: row for row in store.drills(MANY)}
    open_here = [name for name in running if name in rows and rows[name].ended_at is None]
    if len(open_here) == 1:
        return open_here[0]
    if open_here:
        raise RoomError(f"several drills are running: say which with --drill: {listed(open_here)}")
    starting = [name for name in running if name not in rows]
    if starting:
        told = "is starting, or is a game day between its parts"
        raise RoomError(f"no drill takes words yet: {listed(starting)} {told}: try again in a moment")
    raise RoomError("no drill is running here: type gameday run FILE in another terminal")
