"""Runs one drill from its plan to its result: the one path that command, schedule and console take. Scores nothing."""

import os
import queue
import secrets
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import Any

from drills.engine.admission import admit, hold_services
from drills.engine.awaiting import Awaiting
from drills.engine.beside import beside
from drills.engine.clock import Clock, SystemClock
from drills.engine.conditions import Conditions, patience
from drills.engine.drill import Drill, Parts
from drills.engine.ending import Result, came_to
from drills.engine.errors import DrillBroke, DrillRefused
from drills.engine.expected import Expected
from drills.engine.faults import fault_runs
from drills.engine.hands import Hands
from drills.engine.hearing import Heard, Hearing
from drills.engine.hints import Hints
from drills.engine.interrupts import Interrupts
from drills.engine.looking import Lookout
from drills.engine.narrator import Narrator
from drills.engine.people import People
from drills.engine.preparing import prepare
from drills.engine.recorder import Opening, Recorder
from drills.engine.relapse import Relapse
from drills.engine.reverting import Reverter
from drills.engine.sending import Sending
from drills.engine.showing import Hear, View, Watch
from drills.engine.timing import Happened
from drills.engine.witness import Witness
from drills.guard import control
from drills.guard.calls import within
from drills.guard.errors import Blocked, GuardError, Held, Hung
from drills.guard.guards import ENVIRONMENT, Guards
from drills.guard.leases import lease
from drills.guard.lines import Facts
from drills.guard.undolog import UndoLog
from drills.plan import Plan
from drills.plan.places import store_address
from drills.signals.contract import Alert, AlertSource, SignalError
from drills.store import Line, open_store
from injectors import registry
from injectors.contract import InjectorError
from scenarios import Scenario

PREPARE_LIMIT = 60.0
"""Seconds that looking at all targets may take before the drill is refused."""
SETTLE = 1.0
STOP_LIMIT = 10.0
"""Seconds in which an alert source must let go."""
VAULT = "vault"
"""The folder of a drill in which its injectors keep what they need to revert."""
HUNG = 3
"""The exit code of a process that ends itself because an injector's call hangs: its guards revert."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller decides; the rest is in the plan."""

    person: bool = True
    """A person is there, who can start what waits for a hand."""
    part_of: str = ""
    """The game day this drill is a part of."""
    by: str = "gameday"


def run(plan: Plan, options: Options, hear: Hear = lambda _: None, watch: Watch = lambda _: "") -> Result:
    """Run the drill to its end; the result says how it went.

    Raises `DrillRefused` before anything is on record, `DrillBroke` when gameday itself has a bug.
    """
    admit(plan, person=options.person)
    drill, folder = control.new_drill_folder(plan.workspace.folder)
    guards = Guards(folder)
    if not plan.harmless:
        guards.spawn()
    logs: list[UndoLog] = []
    with ExitStack() as ends:
        ends.callback(lambda: guards.close(keep=any(each.log.open for each in logs)))
        tag = f"gameday-{drill}-{secrets.token_hex(3)}"
        os.environ[ENVIRONMENT] = tag
        log = ends.enter_context(UndoLog.create(folder, _facts(plan, drill, tag)))
        logs.append(log)
        ends.enter_context(hold_services(plan, log.path))
        farewell = f"Left to the guards. Check with: gameday status; revert by hand with: gameday revert {drill}"
        interrupts = ends.enter_context(Interrupts(farewell))
        try:
            result = _Run(plan, options, drill, tag, guards, log, interrupts, hear, watch).to_the_end()
            interrupts.ending = result.exit_code
            return result  # noqa: TRY300 - what follows is for bugs alone
        except DrillRefused:
            raise
        except Exception as bug:
            raise DrillBroke(drill, bug, anything_open=bool(log.log.open)) from bug


def _facts(plan: Plan, drill: str, tag: str) -> Facts:
    return Facts(
        drill,
        tag,
        str(plan.workspace.folder.absolute()),
        plan.environment,
        settle=SETTLE,
        scenario=plan.scenario.id,
    )


class _Run:
    """The parts of one running drill, put together once."""

    def __init__(  # noqa: PLR0913, PLR0917 - everything a drill is made of
        self,
        plan: Plan,
        options: Options,
        drill: str,
        tag: str,
        guards: Guards,
        log: UndoLog,
        interrupts: Interrupts,
        hear: Hear,
        watch: Watch,
    ) -> None:
        self.plan, self.options, self.watch = plan, options, watch
        self.folder = log.path.parent
        self.clock: Clock = SystemClock()
        self.started = self.clock.mono()
        self.name, self.log, self.guards = drill, log, guards
        self.heard: list[Line] = []
        inbox: queue.Queue[Any] = queue.Queue()

        def take(line: Line) -> None:
            self.heard.append(line)
            hear(line)

        scenario = plan.scenario
        opening = Opening(drill, scenario.id, scenario.service, plan.environment, self.clock.at(self.started))
        self.recorder = Recorder(lambda: open_store(store_address(plan.workspace)), opening, take)
        self.narrator = Narrator(self.recorder, self.clock, plan)
        self.hands = Hands(log, self.clock, inbox.put)
        self.lookout = Lookout(plan.probes, self.clock, inbox.put)
        self.people = People(hear)
        self.hearing = Hearing(lambda: open_store(store_address(plan.workspace), read_only=True), drill, inbox.put)
        self.witness = Witness(plan, log, guards, interrupts, self.recorder, self._source_changed)
        self.inbox = inbox
        self.drill = self._put_together(tag, scenario)

    def _put_together(self, tag: str, scenario: Scenario) -> Drill:
        rubric = self.plan.rubric
        hints = Hints(rubric, self.people, self.heard)
        sending = Sending(scenario, self.people, hints, self.narrator, self.clock)
        parts = Parts(
            plan=self.plan,
            clock=self.clock,
            narrator=self.narrator,
            hands=self.hands,
            reverter=Reverter(self.log, self.clock, SETTLE, self.inbox.put),
            lookout=self.lookout,
            witness=self.witness,
            inbox=self.inbox,
            heard=self.heard,
            people=self.people,
            expected=Expected(self.plan, self.lookout, self.clock),
            sending=sending,
            relapse=Relapse(rubric.relapse, self.clock, self.narrator),
            awaiting=Awaiting(rubric, self.people, self.clock, sending, person=self.options.person),
        )
        return Drill(
            parts=parts,
            faults=fault_runs(self.plan, tag, self.folder / VAULT),
            happened=Happened(self.started),
            conditions=Conditions(self.plan.probes, scenario.stop_unless, self.started),
        )

    def to_the_end(self) -> Result:
        """Open, go round until over, close; whatever happens, what is on is reverted first."""
        self.recorder.start()
        self.narrator.started(self.started, self.name, part_of=self.options.part_of)
        try:
            with ExitStack() as ends:
                self._open(ends)
                self._go_round()
                self._look_back()
        finally:
            self.hearing.stop(self.witness.beat)
            self.lookout.stop(self.witness.beat)
            self.hands.stop()
        return self._close()

    def _open(self, ends: ExitStack) -> None:
        self._listen(ends)
        if self.drill.refused:
            return
        try:
            within(PREPARE_LIMIT, lambda: self._prepare(ends), self.witness.beat)
        except (InjectorError, Held, Blocked, GuardError) as wrong:
            why = "preparing took too long" if isinstance(wrong, Hung) else str(wrong)
            self.drill.refused = why
            return
        now = self.clock.mono()
        self.drill.begin(now, patience(self.plan))
        self.drill.conditions.begin(now)
        self.hands.start()
        self.lookout.start()
        self.hearing.start()

    def _listen(self, ends: ExitStack) -> None:
        for name, source in self.plan.sources.items():
            try:
                source.start(self.inbox.put)
            except SignalError as wrong:
                self.narrator.source(self.clock.mono(), name, listening=False, why=str(wrong))
                if self.plan.scenario.expect.alert:
                    self.drill.refused = f"{name}: {wrong}"
                    return
                continue
            ends.callback(self._let_go, source)
            self.narrator.source(self.clock.mono(), name, listening=True)

    def _source_changed(self, name: str, problem: str, at: int | None) -> None:
        moment = self.clock.mono() if at is None else self.clock.mono_of(at)
        self.narrator.source(moment, name, listening=not problem, why=problem)

    def _prepare(self, ends: ExitStack) -> None:
        """Look at every change, and take the lease of each owner."""
        held: set[str] = set()
        for fault in self.drill.faults.values():
            when = fault.planned.when
            delay = when.delay if when.edge == "start" else 0.0
            for change in fault.changes:
                owner = registry.make(change).owner
                if owner not in held:
                    ends.enter_context(lease(owner, self.log.path))
                    held.add(owner)
                fault.prepared[change.id] = prepare(change, self.clock, fault.planned.duration, delay)

    def _go_round(self) -> None:
        while not self.drill.over():
            self.witness.beat()
            self.drill.round()
            if self.hands.overdue():
                self._leave_to_the_guards("an injector's call hangs")
            if self.hands.broken():
                self._leave_to_the_guards("it has a bug")
            self.witness.unseen = self.watch(self._view())

    def _view(self) -> View:
        drill = self.drill
        return View(self.name, self.clock.mono(), self.started, drill.limit, drill.faults, drill.conditions)

    def _leave_to_the_guards(self, why: str) -> None:
        """A call that hangs may still act later: only the end of this process makes sure that it does not."""
        os.write(2, f"drill {self.name}: {why}; ending now, the guards revert. Check with: gameday status\n".encode())
        os._exit(HUNG)

    def _let_go(self, source: AlertSource) -> None:
        """While this process beats: what is stuck is still open, and its guards count on a beat."""
        with suppress(Hung):
            within(STOP_LIMIT, source.stop, self.witness.beat)

    def _look_back(self) -> None:
        """The last look at each probe and source, so that a scorecard knows how it was at the end."""
        self.witness.listen()
        self.hearing.stop(self.witness.beat)
        self.lookout.stop(self.witness.beat)
        while not self.inbox.empty():
            item = self.inbox.get_nowait()
            if isinstance(item, Alert):
                self.narrator.alert(item)
            elif isinstance(item, Heard):
                self.people.take(item)
        if self.drill.stop is not None or self.drill.refused:
            return
        for last in self.lookout.last_looks(self.drill.conditions.known, self.witness.beat):
            self.narrator.probe(last)

    def _close(self) -> Result:
        result = came_to(self.name, self.drill.faults.values(), self.drill.stop, self.drill.refused)
        if self.drill.unrecorded:
            told = (
                f"reverted, but that is not on record ({self.drill.unrecorded}): gameday revert {self.name} records it"
            )
            result = replace(result, why=f"{result.why}; {told}")
        if not self.log.log.open:
            with suppress(OSError):  # what an injector left in it stays
                (self.folder / VAULT).rmdir()
        others = () if self.plan.harmless else beside(self.plan, self.name, self.clock.at(self.started))
        self.narrator.ended(self.clock.mono(), result, others)
        spill = self.folder / "timeline-not-saved.jsonl"
        if not self.recorder.close(spill, self.witness.beat):
            unsaved = f"the timeline could not be saved: {self.recorder.problem}"
            return replace(result, unsaved=unsaved, exit_code=result.exit_code or 2)
        return result
