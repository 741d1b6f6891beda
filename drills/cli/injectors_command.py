"""`gameday injectors`: the faults there are; with a name, all about one."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from drills.cli.exits import Exit

if TYPE_CHECKING:
    from injectors.contract import Kind


def command(name: Annotated[str, typer.Argument(help="One of them.", show_default=False)] = "") -> None:
    from drills.cli.kind_view import unknown  # noqa: PLC0415 - `--help` does not pay for it
    from injectors import registry  # noqa: PLC0415

    if not name:
        _all(registry.names())
        return
    if name not in registry.names():
        print(unknown("injector", name, registry.names()), file=sys.stderr)
        sys.exit(Exit.NOTHING_MEASURED)
    _one(registry.kind(name))


def _all(names: list[str]) -> None:
    from drills.cli.tables import show  # noqa: PLC0415 - `--help` does not pay for it
    from injectors import registry  # noqa: PLC0415
    from injectors.contract import InjectorError  # noqa: PLC0415

    rows = []
    for name in names:
        try:
            kind = registry.kind(name)
        except InjectorError as missing:
            rows.append((name, "", "", str(missing)))
            continue
        lasts = ("for its duration" if kind.holds else "once") + ("" if kind.reversible else ", NOT REVERSIBLE")
        rows.append((name, kind.target or "none", lasts, kind.summary))
    show("", ("injector", "target", "holds", "what it does"), rows)
    print("\nAll about one: gameday injectors NAME")


def _one(kind: "Kind") -> None:
    from drills.cli.kind_view import example, keys  # noqa: PLC0415 - `--help` does not pay for it

    print(f"{kind.name}: {kind.summary}")
    print(f"target:      {kind.target or 'none needed'}")
    print(f"holds:       {'until it is reverted; needs a duration' if kind.holds else 'happens once; no duration'}")
    print(f"consent:     {kind.consent}")
    print(f"reverted by: {kind.reverted_by}" if kind.reversible else f"NOT REVERSIBLE: {kind.reverted_by}")
    keys("under `with:` in a scenario", kind.parameters)
    keys(f"under `with:` of a {kind.target} target in gameday.yaml", kind.settings)
    print(f"\nexample of `with:`\n{example(kind.example)}" if kind.example else "")
