"""What people have entered while the drill runs, as far as the loop must know it. It scores nothing."""

from collections.abc import Callable

from drills.engine.hearing import Heard
from drills.store import Line
from scoring.room import Room, Said, read_room
from scoring.timeline import Entry


class People:
    """The people's entries, in the order they were heard."""

    def __init__(self, hear: Callable[[Line], None]) -> None:
        self._hear = hear
        self._room: Room | None = None
        self.entries: list[Entry] = []

    def take(self, heard: Heard) -> None:
        """Note it and show it."""
        entry = heard.entry
        self.entries.append(entry)
        self._room = None
        self._hear(Line(entry.at, entry.kind, entry.by, entry.audience, entry.body))

    @property
    def room(self) -> Room:
        """All of it, without what was corrected."""
        if self._room is None:
            self._room = read_room(sorted(self.entries, key=lambda entry: (entry.at, entry.seq)))
        return self._room

    @property
    def recovered(self) -> Said | None:
        """The first word that it is recovered, while it stands."""
        return next(iter(self.room.declared("recovered")), None)

    @property
    def stood_down(self) -> Said | None:
        """The first word that the room stands down; a facilitator may say so too."""
        return next((each for each in self.room.declarations if each.body.get("declares") == "stood-down"), None)
