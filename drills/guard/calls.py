"""Runs a call in a worker thread under a deadline, while the caller's loop goes on and beats. Joins no hung one."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from drills.guard.errors import Hung
from drills.guard.own_time import OwnTime

Result = TypeVar("Result")
TICK = 0.02


class Call(Generic[Result]):
    """One call in a thread of its own, which does not keep this process from ending."""

    def __init__(self, function: Callable[[], Result]) -> None:
        """Start it."""
        self._function = function
        self._over = threading.Event()
        self._results: list[Result] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def done(self) -> bool:
        """Has it returned or raised?"""
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is done, at most so long; is it?"""
        return self._over.wait(seconds)

    def result(self) -> Result:
        """What it returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:  # noqa: BLE001 - handed to the caller, who raises it
            self._error = error
        finally:
            self._over.set()


def within(seconds: float, function: Callable[[], Result], tick: Callable[[], None] = lambda: None) -> Result:
    """What the call returns or raises. Raises `Hung` once `seconds` of own ticks went by; `tick` is called meanwhile.

    Own ticks: a machine that sleeps for an hour is not a hung call.
    """
    call, own = Call(function), OwnTime()
    while not call.wait(TICK):
        tick()
        if own.step() >= seconds and not call.done:
            raise Hung(f"a call did not return within {seconds:g}s")
    return call.result()
