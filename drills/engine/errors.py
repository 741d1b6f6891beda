"""What the engine tells its caller when a drill cannot be run; nothing is raised once a fault is on."""


class DrillError(Exception):
    """The drill could not be run."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class DrillRefused(DrillError):
    """The drill was refused before anything was injected."""
