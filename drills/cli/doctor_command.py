"""`gameday doctor`: which targets answer, consent and allow, what to install, whose clock is off. Changes nothing."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from drills.cli.exits import Exit
from drills.cli.here import Folder, workspace_folder

if TYPE_CHECKING:
    from drills.engine.checkups import Seen


def command(
    *,
    environment: Annotated[str, typer.Option("--environment", "-e", help="Only this one; default: all.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
    workspace: Folder = None,
) -> None:
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it
    from drills.engine.checkups import examine  # noqa: PLC0415
    from injectors.contract import Found  # noqa: PLC0415
    from scenarios.suggest import for_name  # noqa: PLC0415

    loaded = scenarios.load_workspace(workspace_folder(workspace))
    if environment and environment not in loaded.environments:
        print(f"error: no environment {environment!r}: {for_name(environment, loaded.environments)}", file=sys.stderr)
        raise typer.Exit(Exit.NOTHING_MEASURED)
    with _progress() as told:
        seen = examine(loaded, environment or None, told)
    if as_json:
        print(json.dumps([_plain(each) for each in seen], indent=2))
    else:
        _show(seen)
    if any(each.finding.found is Found.NOT_OK for each in seen):
        raise typer.Exit(Exit.MISSED)


def _show(seen: "list[Seen]") -> None:
    from drills.cli.tables import show  # noqa: PLC0415 - `--help` does not pay for it
    from injectors.contract import Found  # noqa: PLC0415

    rows = [
        (f"{each.environment}/{each.target}", each.finding.what, each.finding.found, each.finding.said) for each in seen
    ]
    show("", ("target", "", "", "what was seen"), rows)
    todo = [each for each in seen if each.finding.type]
    show(
        "what to type",
        ("target", "", ""),
        [(f"{each.environment}/{each.target}", each.finding.what, each.finding.type) for each in todo],
    )
    counted = Counter(each.finding.found for each in seen)
    print("\n" + ", ".join(f"{counted[word]} {word}" for word in Found))


def _plain(each: "Seen") -> dict[str, str]:
    finding = each.finding
    return {
        "environment": each.environment,
        "target": each.target,
        "kind": each.kind,
        "what": finding.what,
        "found": str(finding.found),
        "said": finding.said,
        "type": finding.type,
    }


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Say in a terminal how far it is; nothing when standard error is piped."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it

    with Console(stderr=True).status("looking at the targets") as status:
        yield lambda done, of: status.update(f"looked at {done} of {of} targets")
