"""Looks at every probe again and again, each in a thread of its own. Judges nothing itself."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from drills.engine.clock import Clock
from drills.plan import PlannedProbe
from drills.signals.contract import Unanswered

MARGIN = 1.0
"""Seconds a look may outlast its own timeout before it counts as unanswered all the same."""
JOIN = 0.02


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one probe; `good` is None when nobody answered."""

    probe: str
    good: bool | None
    value: Any
    why: str
    began: float
    ended: float
    evidence: bytes = b""
    media_type: str = ""


def look(planned: PlannedProbe, clock: Clock) -> Look:
    """Look once, now, in this thread; at most the probe's timeout."""
    began = clock.mono()
    try:
        reading = planned.probe.read(planned.timeout)
        verdict = planned.probe.judge(reading)
    except Unanswered as silence:
        return Look(planned.id, None, None, str(silence), began, clock.mono())
    except Exception as bug:  # noqa: BLE001 - an engine step: a broken probe says nothing, and the others go on
        why = f"the probe has a bug: {type(bug).__name__}"
        return Look(planned.id, None, None, why, began, clock.mono())
    return Look(
        planned.id,
        verdict.good,
        reading.value,
        verdict.why,
        began,
        clock.mono(),
        reading.evidence,
        reading.media_type,
    )


class Lookout:
    """One daemon thread a probe, so that a slow one never delays another."""

    def __init__(self, probes: Mapping[str, PlannedProbe], clock: Clock, deliver: Callable[[Look], None]) -> None:
        self._probes = probes
        self._clock = clock
        self._deliver = deliver
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; the first look of each comes at once."""
        for planned in self._probes.values():
            thread = threading.Thread(target=self._watch, args=(planned,), name=f"probe {planned.id}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, tick: Callable[[], None]) -> None:
        """No new look begins; those under way are waited for, for `MARGIN` in all. `tick` is called meanwhile."""
        self._over.set()
        until = time.monotonic() + MARGIN
        for thread in self._threads:
            while thread.is_alive() and time.monotonic() < until:
                thread.join(JOIN)
                tick()

    def _watch(self, planned: PlannedProbe) -> None:
        while not self._over.is_set():
            began = self._clock.mono()
            self._deliver(look(planned, self._clock))
            self._over.wait(max(0.0, began + planned.every - self._clock.mono()))
