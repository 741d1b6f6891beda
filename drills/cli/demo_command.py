"""`gameday demo`: the five core drills against a small shop of real processes, live, then their scorecards."""

import sys
import time
from typing import Annotated

import typer

from drills.cli.exits import Exit


def command(
    *,
    drill: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this drill; may be given again.", show_default=False)
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the shop running afterwards, to play with.")] = False,
) -> None:
    from drills.demo.findings import DRILLS  # noqa: PLC0415 - `--help` does not pay for it

    wanted = tuple(dict.fromkeys(drill or DRILLS))
    _must_be_known(wanted, DRILLS)
    sys.exit(_show(wanted, keep=keep))


def _must_be_known(wanted: tuple[str, ...], there: tuple[str, ...]) -> None:
    from scenarios.suggest import for_name  # noqa: PLC0415

    for name in wanted:
        if name not in there:
            print(
                f"error: no drill of the demo is called '{name}': {for_name(name, list(there), 'there are')}",
                file=sys.stderr,
            )
            raise typer.Exit(Exit.NOTHING_MEASURED)


def _show(wanted: tuple[str, ...], *, keep: bool) -> int:
    from drills.cli import demo_view  # noqa: PLC0415
    from drills.demo.demo import show_drills  # noqa: PLC0415

    began = time.monotonic()
    with demo_view.live(wanted) as (say, opened):
        demo = show_drills(wanted, say, opened, keep=keep)
    if demo.not_reverted:
        demo_view.what_was_found(demo)
        return Exit.NOT_REVERTED
    if demo.interrupted:
        print("interrupted: every drill was told to revert and has ended, and the shop is closed")
        return 128 + demo.interrupted
    demo_view.scorecards(demo)
    count = f"{len(demo.ended)} drill{'s' if len(demo.ended) > 1 else ''}"
    print(f"\n{count} in {time.monotonic() - began:.0f} s")
    demo_view.what_was_found(demo)
    if keep and not demo.wrong and demo.stage is not None:
        demo_view.how_to_play(demo.stage)
    return Exit.MISSED if demo.wrong else Exit.MET
