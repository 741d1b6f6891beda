"""Which workspace a command is about, and which person speaks. Reads no scenario."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", help="The workspace's folder; default: found from here upwards.", show_default=False
    ),
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; kept for those who read it later.")]


def workspace_folder(given: Path | None) -> Path:
    """The folder that holds gameday.yaml. Raises `ScenarioError` when there is none."""
    import scenarios  # noqa: PLC0415 - `--help` does not pay for it

    found = scenarios.find_workspace((given or Path.cwd()).absolute())
    return found.parent if found.is_file() else found


def person() -> str:
    """The name that stands beside what this person says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
