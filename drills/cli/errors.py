"""Turns an error of any room into the one message a person can act on."""

import os

from drills.engine.errors import DrillError
from drills.guard.errors import GuardError
from drills.room.errors import RoomError
from drills.runbooks.reading import RunbookError
from drills.signals.contract import SignalError
from drills.store.contract import StoreError
from injectors.contract import InjectorError
from scenarios import ScenarioError

OURS = (DrillError, GuardError, InjectorError, RoomError, RunbookError, SignalError, StoreError)


def describe(error: Exception) -> str | None:
    """The message for a person, or None when this is a bug of ours and a traceback is right."""
    if isinstance(error, ScenarioError):
        return "\n".join(f"error: {problem}" for problem in error.problems)
    if isinstance(error, OURS):
        return f"error: {error}"
    if isinstance(error, OSError) and error.filename is not None:
        return f"error: {os.fsdecode(error.filename)}: {error.strerror}"
    return None
