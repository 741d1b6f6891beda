"""Time as this process lived it: a machine that slept for an hour makes nothing look hung. Never waits."""

import time

LONGEST_STEP = 0.1


class OwnTime:
    """Seconds that went by in small steps; a long gap between two steps counts as a short one."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.passed = 0.0
        self._last = time.monotonic()

    def step(self) -> float:
        """Count the time since the last step, at most `LONGEST_STEP` of it; the sum so far."""
        now = time.monotonic()
        self.passed += min(now - self._last, LONGEST_STEP)
        self._last = now
        return self.passed

    def reset(self) -> None:
        """Begin at zero again."""
        self.passed = 0.0
        self._last = time.monotonic()
