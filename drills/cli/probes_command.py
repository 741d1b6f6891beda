"""`gameday probes`: the probes and alert sources there are; with a name, all about one."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from drills.cli.exits import Exit

if TYPE_CHECKING:
    from drills.signals.contract import ProbeKind, SourceKind


def command(name: Annotated[str, typer.Argument(help="One of them.", show_default=False)] = "") -> None:
    from drills.cli.kind_view import unknown  # noqa: PLC0415 - `--help` does not pay for it
    from drills.signals import registry  # noqa: PLC0415

    if not name:
        _all()
        return
    probes, sources = registry.probe_names(), registry.source_names()
    if name not in {*probes, *sources}:
        print(unknown("probe or alert source", name, [*probes, *sources]), file=sys.stderr)
        sys.exit(Exit.NOTHING_MEASURED)
    if name in probes:
        _probe(registry.probe_kind(name))
    if name in sources:
        _source(registry.source_kind(name))


def _all() -> None:
    from drills.cli.tables import show  # noqa: PLC0415 - `--help` does not pay for it
    from drills.signals import registry  # noqa: PLC0415
    from drills.signals.contract import SignalError  # noqa: PLC0415

    rows = []
    for name in registry.probe_names():
        try:
            kind = registry.probe_kind(name)
        except SignalError as missing:
            rows.append((name, "", str(missing)))
            continue
        rows.append((name, (kind.target or "none") + (", optional" if kind.target_optional else ""), kind.summary))
    show("probes", ("probe", "target", "what it sees"), rows)
    sources = []
    for name in registry.source_names():
        try:
            sources.append((name, registry.source_kind(name).summary))
        except SignalError as missing:
            sources.append((name, str(missing)))
    show("alert sources (targets of this kind in gameday.yaml)", ("kind", "what it hears"), sources)
    print("\nAll about one: gameday probes NAME")


def _probe(kind: "ProbeKind") -> None:
    from drills.cli.kind_view import example, keys  # noqa: PLC0415 - `--help` does not pay for it

    print(f"{kind.name}: {kind.summary}")
    print(f"target: {kind.target or 'none needed'}{' (may be left out)' if kind.target_optional else ''}")
    keys("under `with:` of the probe", kind.parameters)
    keys("under `good:`", kind.good)
    keys(f"under `with:` of a {kind.target} target in gameday.yaml", kind.settings)
    print(f"\nexample\n{example(kind.example)}" if kind.example else "")


def _source(kind: "SourceKind") -> None:
    from drills.cli.kind_view import example, keys  # noqa: PLC0415 - `--help` does not pay for it

    print(f"{kind.name}: {kind.summary}")
    keys(f"under `with:` of a {kind.name} target in gameday.yaml", kind.settings)
    print(f"\nexample\n{example(kind.example)}" if kind.example else "")
