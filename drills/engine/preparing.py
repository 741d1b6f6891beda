"""Looks at what is about to be changed: consent, rights, a clean baseline. Changes nothing."""

import time
from dataclasses import replace

from drills.engine.clock import Clock
from drills.engine.faults import Prepared
from injectors import registry
from injectors.contract import Change, InjectorError, Refused, State

MARGIN = 15.0
"""Seconds after a fault's own end at which its target may end it by itself: a second dead-man's switch."""


def prepare(change: Change, clock: Clock, lead: float | None, delay: float = 0.0) -> Prepared:
    """Prepare one change and see that nothing of it is in force yet. Raises `Refused` or `Unreachable`.

    `lead` is its duration in seconds (None: a one-shot), `delay` how long from now it will be injected at the soonest.
    """
    at = clock.mono()
    if lead is not None:
        change = replace(change, expires_at=time.time() + delay + lead + MARGIN)
    try:
        injector = registry.make(change)
        undo = injector.prepare()
        found = injector.inspect(undo)
    except InjectorError:
        raise
    except (Exception, SystemExit) as bug:
        raise Refused(f"{change.id}: {change.kind} has a bug: {type(bug).__name__}") from bug
    if found is not State.CLEAR:
        raise Refused(f"{change.id}: {change.subject} is not clean to begin with: the fault is {found} already")
    return Prepared(change, injector, undo, at, lead)
