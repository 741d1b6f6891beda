"""Turns an error of any room into the one message a person can act on."""

import os
import traceback

from drills.engine.errors import DrillError
from drills.guard.errors import GuardError
from drills.room.errors import RoomError
from drills.runbooks.reading import RunbookError
from drills.signals.contract import SignalError
from drills.store.contract import StoreError
from injectors.contract import InjectorError
from injectors.revealed import blot_out
from scenarios import ScenarioError

PLACES = 12
OURS = (DrillError, GuardError, InjectorError, RoomError, RunbookError, SignalError, StoreError)


def describe(error: Exception) -> str:
    """The message for a person."""
    if isinstance(error, ScenarioError):
        return "\n".join(f"error: {problem}" for problem in error.problems)
    if isinstance(error, OURS):
        return blot_out(f"error: {error}")
    if isinstance(error, OSError) and error.filename is not None:
        return f"error: {os.fsdecode(error.filename)}: {error.strerror}"
    return _bug(error)


def _bug(error: Exception) -> str:
    """Where it broke, and no more: a message might hold a secret."""
    places = [f"  {each.filename}:{each.lineno} in {each.name}" for each in traceback.extract_tb(error.__traceback__)]
    told = f"error: gameday has a bug, please report it with these lines: {type(error).__name__} at"
    return "\n".join([told, *places[-PLACES:]])
