"""Completes the timelines of drills whose process died, from their undo logs: the log wins. Touches no target."""

from collections.abc import Iterator
from pathlib import Path

from drills.engine.ending import Outcome
from drills.engine.faults import RELAPSE
from drills.guard import control, lines
from drills.guard.phases import Phase
from drills.guard.reading import Log, read_log
from drills.guard.take_over import alive
from drills.guard.undolog import FILE
from drills.store import Line, Store
from scoring import timeline

MANY = 1000
"""Drills that are looked at, newest first."""
_SHOWN = {Phase.INJECTING, Phase.ACTIVE, Phase.REVERTING, Phase.CLEAR, Phase.STUCK}


def complete(store: Store, workspace: Path) -> list[str]:
    """Append to each dead drill's timeline what only its undo log knows, and its end; the ids that were completed.

    Raises `StoreError`. A drill that still runs, or whose guard still reverts, is left alone.
    """
    rows = {row.id: row for row in store.drills(MANY)}
    completed = []
    for folder in reversed(control.drill_folders(workspace)[-MANY:]):
        row = rows.get(folder.name)
        if (row is not None and row.ended_at is not None) or _goes_on(folder):
            continue
        log = read_log(folder / FILE)
        if log.facts is None or (row is None and not log.tracked):
            continue
        if row is None:
            store.begin(folder.name, log.facts.scenario, "unknown", log.facts.environment, log.facts.at)
        store.append_many(folder.name, list(_missing(store, folder.name, log)))
        completed.append(folder.name)
    return completed


def _goes_on(folder: Path) -> bool:
    try:
        return alive(folder)
    except OSError:
        return True  # no undo log: a game day, or a drill that ended before it had one


def _missing(store: Store, drill: str, log: Log) -> Iterator[Line]:
    entries = store.entries(drill)
    told = {(each.body.get("change"), each.body.get("phase")) for each in entries if each.kind == timeline.FAULT}
    last = max((each.at for each in entries), default=0)
    for line in log.lines:
        match line:
            case lines.Moved() if line.phase in _SHOWN and (line.change, line.phase) not in told:
                yield Line(line.at, timeline.FAULT, line.by or "guard", "facilitators", _fault(log, line))
            case lines.Taken():
                yield Line(
                    line.at, timeline.NOTE, line.by, "facilitators", {"text": f"{line.by} took over: {line.why}"}
                )
        last = max(last, line.at)
    why = "the drill's process died" + ("; all its faults are clear" if log.closed else "")
    outcome = Outcome.STOPPED if log.closed else Outcome.STUCK
    body = {"state": "ended", "outcome": outcome, "why": why, "exit_code": None}
    yield Line(last, timeline.DRILL, "gameday", "facilitators", body)


def _fault(log: Log, line: lines.Moved) -> dict[str, object]:
    change = log.tracked[line.change].change
    second = {"relapse": True} if change.id.endswith(RELAPSE) else {}
    return {
        "fault": change.id.partition(".")[0],
        "change": change.id,
        "kind": change.kind,
        "subject": change.subject,
        "phase": line.phase,
        "why": line.why,
        "by": "us" if line.by == "drill" else "guard",
        **second,
    }
