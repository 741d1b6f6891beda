"""Gathers what the stop rules look at: control files, signals, guards, gameday.yaml. Decides nothing."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from drills.engine.interrupts import Interrupts
from drills.engine.recorder import Recorder
from drills.engine.wishes import Situation
from drills.guard import control
from drills.guard.guards import Guards
from drills.guard.undolog import UndoLog
from drills.plan import Plan
from drills.signals.contract import AlertSource
from scenarios import ScenarioError, load_workspace

CALENDAR = 1.0
"""Seconds between two looks at gameday.yaml and the freezes."""


class Witness:
    """One look a round, cheap enough for fifty a second."""

    def __init__(  # noqa: PLR0913, PLR0917 - one argument for each thing it looks at
        self,
        plan: Plan,
        log: UndoLog,
        guards: Guards,
        interrupts: Interrupts,
        recorder: Recorder,
        hear: "Callable[[str, str, int | None], None]",
    ) -> None:
        self._plan = plan
        self._log = log
        self._folder = log.path.parent
        self._guards = guards
        self._interrupts = interrupts
        self._recorder = recorder
        self._hear = hear
        self._parent = os.getppid()
        self._next_calendar = 0.0
        self._stamp = _stamp(plan.workspace.path)
        self._gone = ""
        self._freeze = ""
        self._unguarded = ""
        self.unseen = ""
        """Why nobody can see what happens; whoever shows it says so."""
        self._sources: Mapping[str, AlertSource] = plan.sources
        self._blind = dict.fromkeys(plan.sources, "")
        self._gaps: set[tuple[str, int, bool]] = set()
        """Beginnings and ends of gaps that were told: source, when it began, whether it was the end."""
        self._lost = ""

    def guarded(self) -> bool:
        """Are both guards watching? No new fault starts otherwise."""
        return self._guards.ready

    def started_by_hand(self, name: str) -> bool:
        """Has a person said `gameday start` for this?"""
        return control.started_by_hand(self._folder, name) is not None

    def beat(self) -> None:
        """Say that the drill is alive, and replace a guard that is not."""
        self._guards.beat()
        if not self._plan.harmless and not self._guards.tend():
            self._lost = "a guard died and could not be replaced"

    def situation(self, now: float) -> Situation:
        """What the rules look at, now (monotonic seconds)."""
        if now >= self._next_calendar:
            self._next_calendar = now + CALENDAR
            self._look_at_calendar()
            self.listen()
            self._unguarded = self._log.lost
        pressed = control.stop_pressed(self._folder)
        lever = control.lever(self._plan.workspace.folder)
        return Situation(
            pressed=pressed.why or "no reason given" if pressed else "",
            pressed_by=pressed.by if pressed else "",
            lever=f"{lever.why} ({lever.by})" if lever else "",
            interrupted=self._interrupts.name,
            guard_lost=self._lost,
            environment_gone=self._gone,
            freeze=self._freeze,
            unrecorded=self._recorder.problem,
            orphaned=self._orphaned(),
            unguarded=self._unguarded,
            unseen=self.unseen,
        )

    def _orphaned(self) -> str:
        part = os.environ.get("GAMEDAY_PART_OF")
        return "the game day's process is gone" if part and os.getppid() != self._parent else ""

    def _look_at_calendar(self) -> None:
        freeze = self._plan.workspace.frozen(datetime.now(UTC))
        self._freeze = freeze.reason if freeze else ""
        stamp = _stamp(self._plan.workspace.path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            workspace = load_workspace(self._plan.workspace.path)
        except ScenarioError as wrong:
            self._gone = f"gameday.yaml can no longer be read: {wrong.problems[0]}"
            return
        allowed = self._plan.environment in workspace.environments
        self._gone = "" if allowed else f"gameday.yaml no longer lists {self._plan.environment}"
        freeze = workspace.frozen(datetime.now(UTC))
        self._freeze = freeze.reason if freeze else self._freeze

    def listen(self) -> None:
        """Tell each gap of each alert source by its own times, also one that was over before anybody looked."""
        for name, source in self._sources.items():
            problem = source.problem
            for since, until in source.blind:
                if (name, since, False) not in self._gaps:
                    self._gaps.add((name, since, False))
                    self._hear(name, problem or "it could not hear for a while", since)
                if until is not None and (name, since, True) not in self._gaps:
                    self._gaps.add((name, since, True))
                    self._hear(name, "", until)
            if problem != self._blind[name]:
                self._blind[name] = problem
                self._hear(name, problem, None)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)
