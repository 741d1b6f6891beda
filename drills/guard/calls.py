"""Runs calls in worker threads under a deadline, while the caller's loop goes on and beats. Never joins a hung one."""

from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")
TICK = 0.02


class Call(Generic[Result]):
    """One call in a thread of its own."""

    def __init__(self, function: Callable[[], Result]) -> None:
        """Start it."""
        raise NotImplementedError

    @property
    def done(self) -> bool:
        """Has it returned or raised?"""
        raise NotImplementedError

    def result(self) -> Result:
        """What it returned; raises what it raised."""
        raise NotImplementedError


def within(seconds: float, function: Callable[[], Result], tick: Callable[[], None] = lambda: None) -> Result:
    """What the call returns or raises. Raises `Hung` once `seconds` of own ticks went by; `tick` is called meanwhile.

    Own ticks: a machine that sleeps for an hour is not a hung call.
    """
    raise NotImplementedError
