"""When something of a scenario is due: a pure function of what has happened so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scenarios import When


@dataclass(slots=True)
class Happened:
    """Monotonic seconds of what `when:` can count from; what has not happened is not in its map."""

    started: float
    effects: dict[str, float] = field(default_factory=dict)
    """A fault's confirmed effect, a message's sending."""
    clears: dict[str, float] = field(default_factory=dict)
    """A fault's confirmed clear."""
    hands: dict[str, float] = field(default_factory=dict)
    """A person's word to start."""


def due_at(name: str, when: When, happened: Happened) -> float | None:
    """The monotonic second at which `name` is due, or None while that is not known yet."""
    if when.edge == "hand":
        return happened.hands.get(name)
    if when.edge == "start":
        return happened.started + when.delay
    moments: Mapping[str, float] = happened.effects if when.edge == "effect" else happened.clears
    since = moments.get(when.anchor or "")
    return None if since is None else since + when.delay
