"""Writes a file that is whole or not there, whatever happens meanwhile."""

import os
from collections.abc import Iterable
from pathlib import Path

import typer


def write_whole(texts: Iterable[str], output: Path) -> None:
    """Beside it first, then in its place. Raises what a wrong `--output` is told with."""
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(texts)
        unfinished.replace(output)
    except OSError as error:
        raise typer.BadParameter(f"cannot write {output}: {error.strerror}", param_hint="--output") from error
    finally:
        unfinished.unlink(missing_ok=True)
