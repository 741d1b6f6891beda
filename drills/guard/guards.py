"""The two guards of a drill, as its process sees them: start, beat, replace, end. Imports little and never reverts."""

import os
import sys
from collections.abc import Sequence

ENVIRONMENT = "GAMEDAY_DRILL"
"""Every process that a drill starts carries the drill's tag under this name: set `os.environ` once the tag is known."""


class Guards:
    """Two processes that watch this one and each other, and revert from the undo log once this one is gone or hangs.

    Spawn them before anything heavy is imported; the undo log may be created later, in the same folder. From the first
    `beat` on, this process counts as hung when it does not beat for about 5 s (1 s when it is stopped) while a change
    is open; then a guard kills it.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        python: str = sys.executable,
        paths: Sequence[str] | None = None,
        hung_seconds: float = 5.0,
        stopped_seconds: float = 1.0,
    ) -> None:
        """`folder` is the drill's; `paths` are where the guards import from, by default this process's `sys.path`."""
        raise NotImplementedError

    def spawn(self) -> None:
        """Start both; returns at once. Raises GuardError."""
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """Both are there and watching: without this no fault may start."""
        raise NotImplementedError

    def wait_ready(self, timeout: float = 5.0) -> bool:
        """Wait until both are ready."""
        raise NotImplementedError

    @property
    def pids(self) -> tuple[int, ...]:
        """Their process ids."""
        raise NotImplementedError

    def beat(self) -> None:
        """I am alive: call it every 100 ms or sooner from the loop that does the work, never from a thread of its own."""
        raise NotImplementedError

    def tend(self) -> bool:
        """Replace a guard that died or hangs; False once they are lost: revert and stop. Call it with each beat."""
        raise NotImplementedError

    def close(self, timeout: float = 2.0) -> None:
        """End them, when nothing is open any more (they check); kills what is left after the timeout. Idempotent."""
        raise NotImplementedError
