"""Calls at a dependency for each user request, from two counters that only grow, read again and again. Asks nothing.

"Retries often turn a partial outage into a full one. [...] During triage, look for retry amplification early."
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from drills.signals.contract import Judgement, Reading, Unanswered
from drills.signals.good import Compared, judge
from injectors.values import Keys, Seconds

Counters = Callable[[float], tuple[float, float]]
"""Seconds it may take -> (calls, requests) until now. Raises `Unanswered`."""
SAMPLES_LIMIT = 2000


class Over(Keys):
    """What every amplification takes."""

    over: Annotated[Seconds, Field(ge=0.1, le=3600)] = Field(
        default=10.0, description="counted over the last this long, as far as it was looked at"
    )


@dataclass(frozen=True, slots=True)
class Amplification:
    """Two counters and what they were at each look; the first look alone can say nothing."""

    counters: Counters
    over: float
    good: Compared
    seen: deque[tuple[float, float, float]] = field(default_factory=lambda: deque(maxlen=SAMPLES_LIMIT))
    """(monotonic seconds, calls, requests), oldest first; the oldest is where the count begins."""

    def read(self, timeout: float) -> Reading:
        """Read both counters and compare. Raises `Unanswered`: no counter, the first look, nobody asked anything."""
        calls, requests = self.counters(timeout)
        now = time.monotonic()
        if self.seen and (calls < self.seen[-1][1] or requests < self.seen[-1][2]):
            self.seen.clear()
        self.seen.append((now, calls, requests))
        while len(self.seen) > 2 and now - self.seen[1][0] >= self.over:
            self.seen.popleft()
        if len(self.seen) == 1:
            raise Unanswered("the counters have just begun: the next look compares with this one")
        began, calls_then, requests_then = self.seen[0]
        made, asked = calls - calls_then, requests - requests_then
        if not made and not asked:
            raise Unanswered(f"nobody asked for anything in the last {now - began:.1f} s: is there traffic?")
        fields = {"calls": made, "requests": asked, "seconds": now - began}
        # Calls for requests that are still under way: nobody asked anew, and the dependency is asked all the same.
        return Reading(made / max(asked, 1), fields)

    def judge(self, reading: Reading) -> Judgement:
        """Judge the ratio, and say what it was made of."""
        judged = judge(self.good, "calls for each user request", reading.value)
        held = reading.fields
        return Judgement(judged.good, f"{judged.why} ({held['calls']:g} for {held['requests']:g})")
