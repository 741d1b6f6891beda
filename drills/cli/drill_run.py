"""Runs one drill for a command: shows what happens, then the scorecard, and finds the exit code. Decides no verdict."""

import os
import sys
from contextlib import suppress

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
    from scoring.scorecard import score  # noqa: PLC0415

    try:
        store = open_store(store_address(plan.workspace), read_only=True)
        try:
            card = score(store.entries(result.drill))
        finally:
            store.close()
    except StoreError as wrong:
        print(f"error: the scorecard cannot be shown: {wrong}", file=sys.stderr)
        return result.exit_code or Exit.NOTHING_MEASURED
    scorecard_table.show(card, sys.stdout)
    if result.exit_code is not None:
        return result.exit_code
    return Exit.MET if card.met == card.of else Exit.MISSED
