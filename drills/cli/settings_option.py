"""`--set NAME=VALUE` of a command that takes a scenario. Whether there is such a variable is the loader's business."""

from collections.abc import Sequence
from typing import Annotated

import typer

Settings = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE for the scenario's `vars`.")]


def settings_of(given: Sequence[str] | None) -> dict[str, str]:
    """Name -> value, both as they were typed."""
    found = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{each!r}: write --set NAME=VALUE")
        found[name] = value
    return found
