"""Whether a drill must stop, decided in one place by numbered rules; pure, no clock and no look at the world."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stop:
    """Why every fault of the drill is being reverted."""

    rule: str
    why: str
    by: str = "gameday"


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at; empty text means: not so."""

    pressed: str = ""
    pressed_by: str = ""
    lever: str = ""
    interrupted: str = ""
    """The signal's name, such as `SIGINT`."""
    broken: tuple[str, ...] = ()
    """Stop conditions that have been bad for as long as their `for:` says, each with what was seen."""
    unanswerable: tuple[str, ...] = ()
    """Stop conditions that nobody has answered for too long."""
    guard_lost: str = ""
    environment_gone: str = ""
    freeze: str = ""
    unrecorded: str = ""
    """Why the timeline cannot be written."""
    orphaned: str = ""
    unguarded: str = ""
    """What somebody did to the undo log: without it no later command could revert."""
    unseen: str = ""
    """Why nobody can see what happens."""


def wants_stop(seen: Situation) -> Stop | None:
    """The first rule that holds, or None. The order is the order in which a person would want to hear of it.

    Two things end faults and stop nothing: a fault's own duration (`is_over`) and the drill's time limit.
    """
    rules = (
        ("stop pressed", seen.pressed, seen.pressed_by),  # 1
        ("safety lever engaged", seen.lever, ""),  # 2
        ("interrupted", seen.interrupted, ""),  # 3
        ("stop condition broken", "; ".join(seen.broken), ""),  # 4
        ("stop condition unanswerable", "; ".join(seen.unanswerable), ""),  # 5
        ("guard lost", seen.guard_lost, ""),  # 6
        ("undo log lost", seen.unguarded, ""),  # 7
        ("environment no longer allowed", seen.environment_gone, ""),  # 8
        ("freeze begun", seen.freeze, ""),  # 9
        ("timeline cannot be written", seen.unrecorded, ""),  # 10
        ("game day gone", seen.orphaned, ""),  # 11
        ("nobody can see it", seen.unseen, ""),  # 12
    )
    for rule, why, by in rules:
        if why:
            return Stop(rule, why, by or "gameday")
    return None


def is_over(ends_at: float | None, now: float) -> bool:
    """Has a fault's own duration ended? A one-shot has none (both in monotonic seconds)."""
    return ends_at is not None and now >= ends_at
