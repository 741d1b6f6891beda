"""What people have entered while the drill runs, as far as the loop must know it. It scores nothing."""

from collections.abc import Callable

from drills.engine.hearing import Heard
from drills.store import Line
from scoring.timeline import Entry


class People:
    """The people's entries, in the order they were heard."""

    def __init__(self, hear: Callable[[Line], None]) -> None:
        self._hear = hear
        self.entries: list[Entry] = []

    def take(self, heard: Heard) -> None:
        """Note it and show it."""
        entry = heard.entry
        self.entries.append(entry)
        self._hear(Line(entry.at, entry.kind, entry.by, entry.audience, entry.body))
