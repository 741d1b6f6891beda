"""`gameday rescore`: old drills scored by today's rubric, beside what they were scored by then. Overwrites nothing."""

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drills.cli import tables
from drills.cli.exits import Exit
from drills.cli.here import person
from drills.cli.past_drills import StorePath, chosen, opened_store
from drills.cli.saying import workspace_here
from drills.store import DrillRow, Store, StoreError
from drills.store.cards import keep, kept
from scoring.rescoring import Beside, Rescored, Side, beside
from scoring.rubric import Rubric
from scoring.scorecard import score
from scoring.timeline import DRILL, Entry
from scoring.wording import printable

if TYPE_CHECKING:
    from scenarios import Workspace

Json = Any
HEAD = ("measure", "then", "now", "why it differs")
_MOST = 1_000_000
"""Drills that are looked through."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of one drill."""

    row: DrillRow
    found: Rescored | None
    notes: tuple[str, ...]
    """Without anything found: why not."""
    kept: str = ""


def command(  # noqa: PLR0913 - one parameter an option
    drills: Annotated[
        list[str] | None, typer.Argument(help="Numbers of drills; default: the last one.", show_default=False)
    ] = None,
    *,
    scenario: Annotated[str, typer.Option("--scenario", help="Every drill of this scenario.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every drill there is.")] = False,
    keeping: Annotated[bool, typer.Option("--keep", help="Keep each new card, beside the old one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Both cards of each drill, one JSON object a line.")] = False,
    store: StorePath = None,
) -> None:
    if sum((bool(drills), bool(scenario), every)) > 1:
        raise typer.BadParameter("name drills, or --scenario, or --all: one of the three")
    workspace = workspace_here(None)
    worst = Exit.MET
    with opened_store(store, read_only=not keeping) as opened:
        for row in _wanted(opened, drills or [], scenario, every=every):
            done = _rescore(opened, row, workspace, keeping=keeping)
            print(json.dumps(_as_json(done))) if as_json else _show(done)
            worst = max(worst, _exit(done))
            sys.stdout.flush()
    raise typer.Exit(worst)


def _wanted(store: Store, drills: Iterable[str], scenario: str, *, every: bool) -> list[DrillRow]:
    if not every and not scenario:
        return [chosen(store, drill) for drill in drills] or [chosen(store, "")]
    rows = [row for row in reversed(store.drills(_MOST)) if not scenario or row.scenario == scenario]
    if not rows:
        told = f"no drill of the scenario {scenario!r} has been run here" if scenario else "no drill has been run here"
        raise StoreError(f"{told}: `gameday run FILE` runs one")
    return rows


def _rescore(store: Store, row: DrillRow, workspace: "Workspace", *, keeping: bool) -> _Done:
    from drills.plan.today import Gone, rubric_today  # noqa: PLC0415 - `--help` does not pay for it

    entries = store.entries(row.id)
    if row.ended_at is None:
        return _Done(row, None, ("it has not ended",))
    started = next((each.body for each in entries if each.kind == DRILL and each.body.get("state") == "started"), {})
    today = rubric_today(started, workspace)
    if isinstance(today, Gone):
        return _Done(row, None, (today.why,))
    found, notes = _beside(entries, today.rubric)
    if not found.now.measured:
        return _Done(row, None, (found.now.headline,))
    told = ""
    if keeping:
        new = keep(store, time.time_ns(), found.now, today.rubric, made="rescored", by=person())
        told = "the new card is kept beside the old one" if new else "this card is kept already"
    return _Done(row, found, (*notes, *today.notes), told)


def _beside(entries: list[Entry], rubric: Rubric) -> tuple[Rescored, tuple[str, ...]]:
    """The first card that was kept, whatever came later; without any, the drill's own limits are scored anew."""
    now, cards = score(entries, rubric), kept(entries)
    if cards:
        return beside(cards[0].card, now, Rubric.from_json(cards[0].rubric), rubric), ()
    then = score(entries)
    started = next(each.body for each in entries if each.kind == DRILL)
    note = f"no card was kept when it ended: `then` is its own limits, by the measures of rubric {then.rubric_version}"
    return beside(then.to_json(), now, Rubric.from_json(started.get("rubric") or {}), rubric), (note,)


def _exit(done: _Done) -> Exit:
    """0: each is judged as it was; 1: a verdict turned; 2: one could not be scored again."""
    if done.found is None:
        return Exit.NOTHING_MEASURED
    return Exit.MISSED if done.found.turned else Exit.MET


def _as_json(done: _Done) -> dict[str, Json]:
    if done.found is None:
        return {"drill": done.row.id, "scenario": done.row.scenario, "not_rescored": done.notes[0]}
    return {**done.found.to_json(), "notes": list(done.notes), "kept": bool(done.kept)}


def _show(done: _Done) -> None:
    row, found = done.row, done.found
    title = f"drill {row.id}, {row.scenario} ({row.service} on {row.environment})"
    if found is None:
        print(printable(f"{title}: not scored again: {done.notes[0]}"))
        return
    shown = [row for row in found.rows if row.why or row.turned or _judged(row)]
    tables.show(title, HEAD, [_cells(each) for each in shown])
    for note in (*done.notes, *([done.kept] if done.kept else [])):
        print(printable(note))
    print(printable(f"then, by rubric {found.then.get('rubric_version')}: {found.then.get('headline')}"))
    print(printable(f"now, by rubric {found.now.rubric_version}: {found.now.headline}"))


def _judged(row: Beside) -> bool:
    return bool((row.then and row.then.judged) or (row.now and row.now.judged))


def _cells(row: Beside) -> tuple[str, str, str, str]:
    return row.title, _words(row.then), _words(row.now), row.why or "the same"


def _words(side: Side | None) -> str:
    if side is None:
        return ""
    limit = f" ({side.limit})" if side.limit else ""
    return f"{side.result} {side.verdict}{limit}" if side.judged else side.result
