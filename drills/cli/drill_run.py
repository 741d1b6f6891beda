"""Runs one drill for a command: shows what happens, then the scorecard, and finds the exit code. Decides no verdict."""

import os
import sys
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from drills.cli.exits import Exit
from drills.cli.progress import progress
from drills.cli.warnings import say_what_is_left
from drills.engine.ending import Outcome, Result
from drills.engine.interrupts import ignore
from drills.engine.rehearsal import rehearse
from drills.engine.run import Options, run
from drills.plan import Plan
from drills.plan.places import store_address
from drills.store import StoreError, open_store

if TYPE_CHECKING:
    from scoring.scorecard import Scorecard


def run_drill(plan: Plan, *, person: bool) -> int:
    """Run it, show it, and return the exit code of `docs/reference/exit-codes.md`."""
    say_what_is_left(plan.workspace.folder)
    with progress(plan) as (hear, watch):
        result = run(plan, Options(person=person, part_of=os.environ.get("GAMEDAY_PART_OF", "")), hear, watch)
    try:
        code = _show(plan, result)
        sys.stdout.flush()
    except (OSError, MemoryError, ImportError) as wrong:  # nobody reads any more, or nothing is left to work with
        with suppress(OSError):
            print(f"error: the scorecard cannot be shown: {type(wrong).__name__}", file=sys.stderr)
        code = result.exit_code or Exit.NOTHING_MEASURED
    ignore()
    return code


def rehearse_drill(plan: Plan, *, person: bool) -> int:
    """Everything but the writes; 0 when the drill could run, else 2."""
    rehearsal = rehearse(plan, person=person)
    for line in rehearsal.lines:
        print(line)
    for refusal in rehearsal.refusals:
        print(f"would be refused: {refusal}")
    print(f"writes made: {rehearsal.writes}")
    return Exit.NOTHING_MEASURED if rehearsal.refusals else Exit.MET


def _show(plan: Plan, result: Result) -> int:
    if result.outcome is Outcome.STUCK:
        print(f"NOT CONFIRMED REVERTED: {result.why}. Type: gameday revert {result.drill}", file=sys.stderr)
    if result.unsaved:
        print(f"error: drill {result.drill}: {result.unsaved}", file=sys.stderr)
        return result.exit_code or Exit.NOTHING_MEASURED
    from drills.cli import scorecard_table  # noqa: PLC0415 - not before the drill is over

    try:
        card = _scored(plan, result.drill)
    except StoreError as wrong:
        print(f"error: the scorecard cannot be shown: {wrong}", file=sys.stderr)
        return result.exit_code or Exit.NOTHING_MEASURED
    scorecard_table.show(card, sys.stdout)
    if result.exit_code is not None:
        return result.exit_code
    return Exit.MET if card.met == card.of else Exit.MISSED


def _scored(plan: Plan, drill: str) -> "Scorecard":
    """The drill's scorecard; it is kept, so that a later rubric can be set beside it."""
    from drills.store.cards import keep  # noqa: PLC0415 - not before the drill is over
    from scoring.scorecard import score  # noqa: PLC0415

    where = store_address(plan.workspace)
    with closing(open_store(where, read_only=True)) as store:
        card = score(store.entries(drill))
    try:
        with closing(open_store(where)) as store:
            keep(store, time.time_ns(), card, plan.rubric, made="drill")
    except StoreError as wrong:
        print(f"WARNING: the scorecard is shown and not kept: {wrong}", file=sys.stderr)
    return card
