"""`gameday import`: turns the experiments of other tools into scenarios, and says what could not be carried over."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from drills.cli.exits import Exit


class Format(StrEnum):
    CHAOSTOOLKIT = "chaostoolkit"


def command(
    form: Annotated[Format, typer.Argument(help="Whose file it is.")],
    file: Annotated[Path, typer.Argument(help="An experiment, JSON or YAML.")],
    *,
    service: Annotated[str, typer.Option("--service", help="The service that the drill is about.")] = "checkout",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; default: standard output.", show_default=False)
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 when anything is not carried over.")] = False,
) -> None:
    from drills.cli.whole_file import write_whole  # noqa: PLC0415 - `--help` does not pay for it
    from drills.plan.chaostoolkit_file import imported  # noqa: PLC0415
    from drills.plan.chaostoolkit_parts import Unusable  # noqa: PLC0415

    del form  # there is one
    try:
        made = imported(file, service)
    except (Unusable, OSError) as wrong:
        said = wrong.strerror if isinstance(wrong, OSError) else str(wrong)
        print(f"error: {file}: {said}", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED) from None
    if output is None:
        sys.stdout.write(made.text)
    else:
        write_whole([made.text], output)
    for lost in made.lost:
        print(f"not carried over: {lost}", file=sys.stderr)
    if strict and made.lost:
        raise typer.Exit(Exit.MISSED)
