"""Runs a game day: each part is a drill in a process of its own, started when it is due. Scores nothing itself."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from drills.cli.exits import Exit
from drills.engine.admission import switched_off
from drills.engine.day_messages import DayMessages
from drills.engine.interrupts import CODES, WATCHED
from drills.engine.timing import Happened, due_at
from drills.guard import control
from drills.guard.lines import Facts
from drills.guard.reading import read_log
from drills.guard.undolog import FILE, UndoLog
from drills.plan.catalog import scenario_files
from drills.plan.parts import scenarios_of
from scenarios import GameDay, Workspace
from scoring.wording import printable

TICK = 0.1
GUARDS = 15.0
"""Seconds for the guards of a part that was killed."""
GRACE = 90.0
"""Seconds a part gets to revert once the game day is interrupted; its guards need no more than its process does."""
WORST_FIRST = (Exit.NOT_REVERTED, Exit.INTERRUPTED, Exit.TERMINATED, Exit.STOPPED, Exit.NOTHING_MEASURED, Exit.MISSED)


@dataclass(slots=True)
class _Day:
    """The parts and what became of them."""

    day: GameDay
    files: dict[str, Path]
    options: list[str]
    folder: Path
    happened: Happened
    messages: DayMessages
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    interrupted: str = ""
    """The first signal that came, such as `SIGINT`."""
    ended: set[str] = field(default_factory=set)
    """The parts that were told to end before they were over."""


def run_game_day(day: GameDay, workspace: Workspace, *, environment: str, rehearse: bool, person: bool) -> int:
    """Run every part; the exit code is the worst of the parts'. A part that cannot be run is said before any starts.

    Raises `ScenarioError`.
    """
    scenarios_of(day, workspace, environment or None)
    files = scenario_files(workspace)
    refusals = [] if rehearse else switched_off(workspace.folder)
    refusals += [
        f"{name}: a tabletop is decided by people, and this run has no person"
        for name, part in day.parts.items()
        if part.tabletop and not person
    ]
    refusals += [
        f"{name}: starts by hand, and this run has no person"
        for name, part in day.parts.items()
        if part.when.edge == "hand" and not person
    ]
    if refusals:
        print("error: " + "; ".join(refusals), file=sys.stderr)
        return Exit.NOTHING_MEASURED
    options = ["--environment", environment] if environment else []
    options += ["--rehearse"] if rehearse else []
    options += [] if person else ["--no-person"]
    if rehearse:
        return _worst([_start(day, name, files, options).wait() for name in day.parts])
    drill, folder = control.new_drill_folder(workspace.folder)
    print(f"game day {day.id}, number {drill}: start a part by hand with: gameday start PART --drill {drill}")
    facts = Facts(drill, f"gameday-{drill}", str(workspace.folder), environment, scenario=day.id)
    with UndoLog.create(folder, facts):  # held while the day runs, so that `status`, `start` and `stop` find it
        happened = Happened(time.monotonic())
        messages = DayMessages(day, workspace, happened, time.time_ns())
        return _conduct(_Day(day, files, options, folder, happened, messages))


def _conduct(state: _Day) -> int:
    def take(number: int, frame: object) -> None:
        del frame
        state.interrupted = state.interrupted or signal.Signals(number).name

    before = {number: signal.signal(number, take) for number in WATCHED}
    try:
        while not (over := _over(state)):
            _hear_hands(state)
            _start_due(state)
            for name in state.messages.send_due(time.monotonic()) if state.running else ():
                print(f"message {name} is sent: {printable(state.day.messages[name].text)}", flush=True)
            _reap(state)
            time.sleep(TICK)
    finally:
        _end_all(state)
        for number, handler in before.items():
            signal.signal(number, handler)
    print(f"the game day is over: {over}")
    for name, code in state.codes.items():
        print(f"part {name}: exit code {code}")
    never = [name for name in state.day.parts if name not in state.codes]
    if never:
        print(f"never started: {', '.join(never)}")
    _say_what_was_not_sent(state)
    codes = [*state.codes.values(), *(Exit.NOTHING_MEASURED for _ in never)]
    return CODES[state.interrupted] if state.interrupted and Exit.NOT_REVERTED not in codes else _worst(codes)


def _say_what_was_not_sent(state: _Day) -> None:
    unsent = [name for name in state.day.messages if name not in state.messages.sent]
    if unsent:
        why = f" ({state.messages.problem})" if state.messages.problem else ""
        print(f"never sent: {', '.join(unsent)}{why}")


def _over(state: _Day) -> str:
    """Why nothing more begins; empty while it goes on."""
    if state.interrupted:
        return f"interrupted, {state.interrupted}"
    if lever := control.lever(_workspace(state)):
        return f"the safety lever is engaged by {lever.by}: {lever.why}"
    if stop := control.stop_pressed(state.folder):
        return f"STOP was pressed by {stop.by}: {stop.why}"
    limit = state.day.time_limit
    if limit is not None and time.monotonic() - state.happened.started > limit:
        return "its time limit has passed"
    waiting = [name for name in state.day.parts if name not in state.codes and name not in state.running]
    goes_on = state.running or any(_may_come(state, name) for name in waiting)
    return "" if goes_on else "no part is left that could begin"


def _may_come(state: _Day, name: str) -> bool:
    when = state.day.parts[name].when
    return when.edge == "hand" or due_at(name, when, state.happened) is not None


def _hear_hands(state: _Day) -> None:
    moments = {name: part.when for name, part in state.day.parts.items()}
    moments |= {name: message.when for name, message in state.day.messages.items()}
    for name, when in moments.items():
        if when.edge == "hand" and name not in state.happened.hands and control.started_by_hand(state.folder, name):
            state.happened.hands[name] = time.monotonic()


def _start_due(state: _Day) -> None:
    for name, part in state.day.parts.items():
        if name in state.codes or name in state.running:
            continue
        due = due_at(name, part.when, state.happened)
        if due is not None and time.monotonic() >= due:
            print(f"part {name} begins", flush=True)
            state.running[name] = _start(state.day, name, state.files, state.options)
            state.happened.effects[name] = time.monotonic()


def _start(day: GameDay, name: str, files: dict[str, Path], options: list[str]) -> subprocess.Popen[bytes]:
    part = day.parts[name]
    if part.scenario is None:
        words = [str(day.path), "--part", name]
    else:
        settings = (("--set", f"{key}={_text(value)}") for key, value in part.set.items())
        words = [str(files[part.scenario]), *(word for each in settings for word in each)]
    command = [sys.executable, "-m", "drills.cli", "run", *words, *options]
    return subprocess.Popen(command, env={**os.environ, "GAMEDAY_PART_OF": day.id})


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reap(state: _Day) -> None:
    for name, process in list(state.running.items()):
        code = process.poll()
        if code is not None:
            state.codes[name] = _code(state, name, code)
            state.happened.clears[name] = time.monotonic()
            del state.running[name]


def _end_all(state: _Day) -> None:
    """Each part reverts by itself: it hears the same Ctrl-C, or gets our SIGTERM."""
    for name, process in state.running.items():
        state.ended.add(name)
        process.terminate()
    until = time.monotonic() + GRACE
    for name, process in state.running.items():
        try:
            state.codes[name] = _code(state, name, process.wait(max(0.1, until - time.monotonic())))
        except subprocess.TimeoutExpired:
            print(f"part {name}: NOT CONFIRMED reverted; check with: gameday status", file=sys.stderr)
            state.codes[name] = Exit.NOT_REVERTED
    state.running.clear()


def _code(state: _Day, name: str, code: int) -> int:
    """A part that we ended was stopped, by whatever ended the day: nobody sent us that signal."""
    if code < 0:
        return _code_of_the_dead(state)
    return Exit.STOPPED if code == Exit.TERMINATED and name in state.ended and not state.interrupted else code


def _code_of_the_dead(state: _Day) -> int:
    """Of a part that was killed: its guards revert; what they have not confirmed in time counts as not reverted."""
    until = time.monotonic() + GUARDS
    later = [each for each in control.drill_folders(_workspace(state)) if int(each.name) > int(state.folder.name)]
    while any(_is_open(each) for each in later):
        if time.monotonic() >= until:
            return Exit.NOT_REVERTED
        time.sleep(TICK)
    return Exit.STOPPED


def _is_open(folder: Path) -> bool:
    try:
        return bool(read_log(folder / FILE).open)
    except FileNotFoundError:
        return False


def _workspace(state: _Day) -> Path:
    return state.folder.parents[2]


def _worst(codes: list[int]) -> int:
    return next((code for code in WORST_FIRST if code in codes), Exit.MET if codes else Exit.NOTHING_MEASURED)
