"""What the engine tells its caller when a drill cannot be run, or when gameday itself breaks in the middle of one."""

import traceback


class DrillError(Exception):
    """The drill could not be run."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class DrillRefused(DrillError):
    """The drill was refused before anything was injected."""


class DrillBroke(DrillError):
    """gameday broke off in the middle of a drill; what was on is left to the guards, which revert it."""

    def __init__(self, drill: str, bug: Exception, *, anything_open: bool) -> None:
        """Says where it broke, and no more: a message might hold a secret."""
        last = traceback.extract_tb(bug.__traceback__)[-1]
        where = f"{type(bug).__name__} at {last.filename}:{last.lineno}"
        left = "its guards revert what is on: check with: gameday status" if anything_open else "nothing was left on"
        super().__init__(f"drill {drill} broke off, please report it: {where}; {left}")
        self.anything_open = anything_open
