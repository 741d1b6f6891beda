"""The errors of this room. Never anything else."""


class GuardError(Exception):
    """The undo log or the guards could not do their work."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class Held(GuardError):
    """Another process holds this: a running drill, or a guard that is reverting one."""


class Blocked(GuardError):
    """An earlier drill left a change open on this target; it stays blocked until that is reverted or resolved."""


class NotWritten(GuardError):
    """The line is not safely on disk, so what it was to precede must not happen."""


class Hung(GuardError):
    """A call did not return within its deadline; its thread is left behind and may still act."""
