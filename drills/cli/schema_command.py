"""`gameday schema`: the JSON Schema of a kind of file, with everything installed in it."""

import json
from enum import StrEnum
from typing import Annotated

import typer


class FileKind(StrEnum):
    SCENARIO = "scenario"
    GAME_DAY = "game_day"
    WORKSPACE = "workspace"


def command(kind: Annotated[FileKind, typer.Argument(help="Which kind of file.")] = FileKind.SCENARIO) -> None:
    from drills.plan.schema import full_schema  # noqa: PLC0415 - `--help` does not pay for it

    print(json.dumps(full_schema(kind.value), indent=2))
