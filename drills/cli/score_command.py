"""`gameday score`: the scorecard of a drill as a table, as JSON, or as JUnit XML for CI."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.past_drills import Drill, StorePath, chosen, reading
from drills.cli.scorecard_table import show
from drills.store.cards import kept
from scoring.scorecard import Scorecard, score
from scoring.timeline import Entry


def command(
    drill: Drill = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The card as one JSON object.")] = False,
    junit: Annotated[
        Path | None,
        typer.Option(help="Write JUnit XML here: missed is a failure, unknown an error.", show_default=False),
    ] = None,
    store: StorePath = None,
) -> None:
    with reading(store) as opened:
        entries = opened.entries(chosen(opened, drill).id)
    card = score(entries)
    _say_what_it_was(entries, card)
    if junit is not None:
        _write_junit(card, junit)
    if as_json:
        print(json.dumps(card.to_json(), indent=2))
    else:
        show(card, sys.stdout)
    raise typer.Exit(exit_of(card))


def exit_of(card: Scorecard) -> Exit:
    """0: all met, 1: something missed or unknown, 2: nothing was measured."""
    if not card.measured:
        return Exit.NOTHING_MEASURED
    return Exit.MET if card.met == card.of else Exit.MISSED


def _say_what_it_was(entries: list[Entry], card: Scorecard) -> None:
    """A scorecard that was kept when other measures judged is not this one."""
    then = next((each.card.get("rubric_version") for each in kept(entries)), card.rubric_version)
    if then != card.rubric_version:
        told = f"rubric {then} scored it when it ended, this is rubric {card.rubric_version}"
        print(f"{told}; both: gameday rescore {card.drill}", file=sys.stderr)


def _write_junit(card: Scorecard, path: Path) -> None:
    try:
        from drills.cli.junit import write_junit  # noqa: PLC0415 - an extra, needed by this option alone
    except ImportError as error:
        raise typer.BadParameter(
            "needs junitparser: pip install 'gameday-drills[junit]'", param_hint="--junit"
        ) from error
    try:
        write_junit(card, path)
    except OSError as error:
        raise typer.BadParameter(f"cannot write {path}: {error.strerror}", param_hint="--junit") from error
