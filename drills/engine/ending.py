"""When a drill has nothing left to wait for, and what it came to. Pure: looks at what is known, touches nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drills.engine.conditions import Conditions
from drills.engine.faults import FaultRun, Stage
from drills.engine.interrupts import CODES
from drills.engine.wishes import Stop
from drills.store import Line
from scoring import facts
from scoring.measures.alert_detection import fresh_alerts
from scoring.rubric import Rubric
from scoring.timeline import Entry


class Outcome(StrEnum):
    """How a drill ended, whatever its expectations say."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    REFUSED = "refused"
    VOID = "void"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Result:
    """What `gameday run` ends with; `exit_code` is None where the verdicts decide between 0 and 1."""

    drill: str
    outcome: Outcome
    why: str
    exit_code: int | None = None
    unsaved: str = ""
    """Why the timeline is not whole in the store, and where the rest is."""


def reached(rubric: Rubric, conditions: Conditions, *, alerted: bool, last_clear: float | None, now: float) -> bool:
    """Is everything that `expect:` waits for there? What is not there is waited for up to the time limit."""
    if rubric.alert is not None and not alerted:
        return False
    if rubric.recovery is None:
        return True
    criteria = (*(rubric.recovery.criteria or rubric.steady_state), *rubric.recovery.negative_checks)
    good = conditions.good_for(criteria, now)
    since_clear = now - last_clear if last_clear is not None else 0.0
    return not criteria or (good is not None and min(good, since_clear) >= rubric.recovery.watch)


def alert_came(lines: Sequence[Line], rubric: Rubric) -> bool:
    """Has the expected alert come, by the very rule that will score it?"""
    entries = (Entry(seq, *line) for seq, line in enumerate(lines, 1))
    return rubric.alert is not None and bool(fresh_alerts(facts.read(entries, rubric), rubric.alert))


def _never_bit(run: FaultRun) -> bool:
    """Is there a change of it whose effect nobody saw? Half a fault is not the fault that was to be measured."""
    all_seen = run.active_at is not None and len(run.bitten) == len(run.changes)
    return bool(run.void) or (run.stage is Stage.OVER and not all_seen)


def _why_void(run: FaultRun) -> str:
    if run.void:
        return run.void
    return "it was ended before it took effect" + (f": {run.trouble}" if run.trouble else "")


def came_to(drill: str, faults: Iterable[FaultRun], stop: Stop | None, refused: str) -> Result:
    """The outcome: what was left behind weighs most, then who stopped it, then whether anything was measured."""
    runs = list(faults)
    stuck = [f"{change}: {why}" for run in runs for change, why in run.stuck.items()]
    if stuck:
        return Result(drill, Outcome.STUCK, "; ".join(stuck), 3)
    if refused:
        return Result(drill, Outcome.REFUSED, refused, 2)
    if stop is not None:
        code = CODES.get(stop.why, 130) if stop.rule == "interrupted" else 4
        return Result(drill, Outcome.STOPPED, f"{stop.rule}: {stop.why}", code)
    runs = [run for run in runs if not run.relapse]
    void = [f"{run.name}: {_why_void(run)}" for run in runs if _never_bit(run)]
    if void:
        return Result(drill, Outcome.VOID, "; ".join(void), 2)
    never = [run.name for run in runs if run.stage is Stage.WAITING]
    clear = "all faults clear" if runs else "nothing is left to wait for"
    why = f"never started: {', '.join(never)}" if never else clear
    if runs and len(never) == len(runs):
        return Result(drill, Outcome.VOID, why, 2)
    return Result(drill, Outcome.COMPLETED, why)
