"""`gameday runbook`: the runbooks of the workspace, as the room reads them, and what is wrong with them."""

import json
from typing import Annotated

import typer

from drills.cli.here import Folder
from drills.cli.runbook_check import check
from drills.cli.saying import workspace_here
from scoring.wording import printable

app = typer.Typer(
    help="The runbooks of the workspace: what they say, and what is wrong with them.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)


@app.callback()
def runbook() -> None:
    """The runbooks of the workspace: what they say, and what is wrong with them."""


app.command()(check)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The runbook's file, without .md.", show_default=False)],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    workspace: Folder = None,
) -> None:
    """Its title, owner and numbered steps."""
    from drills.runbooks.reading import read  # noqa: PLC0415 - `--help` does not pay for it

    found = read(name, workspace_here(workspace).runbook_folders)
    if as_json:
        steps = [
            {
                "step": each.id,
                "text": each.text,
                "text_hash": each.text_hash,
                "key": each.key,
                "line": each.line,
                "confidence": each.confidence,
                "section": each.section,
                "commands": [command.text for command in each.commands],
                "placeholders": each.placeholders,
                "within": each.children,
            }
            for each in found.steps
        ]
        print(json.dumps({"runbook": found.name, "title": found.title, "owner": found.owner, "steps": steps}, indent=2))
        return
    print(f"{printable(found.title)} ({found.name}; owner: {printable(found.owner) or 'nobody'})")
    for each in found.steps:
        print(f"{each.id:>3}. {printable(each.text)}")
    if not found.steps:
        print("  no step")
