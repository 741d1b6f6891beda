"""Looks at every probe again and again, each in a thread of its own. Judges nothing itself."""

import threading
import time
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from drills.engine.clock import Clock
from drills.guard.calls import within
from drills.guard.errors import Hung
from drills.plan import PlannedProbe
from drills.signals.contract import Unanswered
from injectors.revealed import blot_out
from scenarios import ScenarioError

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
    cohort: str | None = None


def look(planned: PlannedProbe, clock: Clock) -> Look:
    """Look once, now, in this thread; at most the probe's timeout."""
    began = clock.mono()
    try:
        reading = planned.probe.read(planned.timeout)
        verdict = planned.probe.judge(reading)
    except Unanswered as silence:
        return Look(planned.id, None, None, str(silence), began, clock.mono(), cohort=planned.cohort)
    except Exception as bug:  # noqa: BLE001 - an engine step: a broken probe says nothing, and the others go on
        why = f"the probe has a bug: {type(bug).__name__}"
        return Look(planned.id, None, None, why, began, clock.mono(), cohort=planned.cohort)
    return Look(
        planned.id,
        verdict.good,
        blot_out(reading.value) if isinstance(reading.value, str) else reading.value,
        blot_out(verdict.why),
        began,
        clock.mono(),
        reading.evidence,
        reading.media_type,
        planned.cohort,
    )


class Lookout:
    """One daemon thread a probe, so that a slow one never delays another."""

    def __init__(self, probes: Mapping[str, PlannedProbe], clock: Clock, deliver: Callable[[Look], None]) -> None:
        self.probes = dict(probes)
        """All that are looked at; what people ask for comes in while the drill runs."""
        self._asked = set(probes)
        self._clock = clock
        self._deliver = deliver
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; the first look of each comes at once."""
        for planned in list(self.probes.values()):
            self._begin(planned.id, partial(self._watch, planned))

    def watch(self, name: str, make: Callable[[], PlannedProbe]) -> None:
        """Look at this one too, from now on; making it may take a while, so its own thread does that."""
        if name not in self._asked:
            self._asked.add(name)
            self._begin(name, partial(self._make_and_watch, name, make))

    def stop(self, tick: Callable[[], None]) -> None:
        """No new look begins; those under way are waited for, for `MARGIN` in all. `tick` is called meanwhile."""
        self._over.set()
        until = time.monotonic() + MARGIN
        for thread in self._threads:
            while thread.is_alive() and time.monotonic() < until:
                thread.join(JOIN)
                tick()

    def last_looks(self, names: Container[str], tick: Callable[[], None]) -> Iterator[Look]:
        """One more look at each of these, in this thread, once nobody else looks; `tick` is called meanwhile."""
        for planned in list(self.probes.values()):
            if planned.id not in names:
                continue
            began = self._clock.mono()
            try:
                yield within(planned.timeout + MARGIN, partial(look, planned, self._clock), tick)
            except Hung as silence:
                yield Look(planned.id, None, None, str(silence), began, self._clock.mono(), cohort=planned.cohort)

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=f"probe {name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _make_and_watch(self, name: str, make: Callable[[], PlannedProbe]) -> None:
        began = self._clock.mono()
        try:
            planned = make()
        except Exception as wrong:  # noqa: BLE001 - an engine step: a probe that cannot be made gives no answer
            told = str(wrong) if isinstance(wrong, ScenarioError) else type(wrong).__name__
            why = f"it cannot be looked at: {told}"
            self._deliver(Look(name, None, None, why, began, self._clock.mono()))
            return
        self.probes[name] = planned
        self._watch(planned)

    def _watch(self, planned: PlannedProbe) -> None:
        while not self._over.is_set():
            began = self._clock.mono()
            self._deliver(look(planned, self._clock))
            self._over.wait(max(0.0, began + planned.every - self._clock.mono()))
