"""`gameday init`: writes a workspace that works as it is. It never overwrites a file, and touches nothing else."""

import shlex
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

FOUND_IN_MOST = ("README.md",)
"""Written only where there is none: most repositories have their own."""


class WouldOverwrite(typer.BadParameter):
    """Something that `init` would write is already there."""


class CannotWrite(typer.BadParameter):
    """The folder is read-only, or its disk is full."""


def command(
    folder: Annotated[Path, typer.Argument(help="Where; it is made when it is not there.")] = Path(),
) -> None:
    """Write all files or none."""
    files = {path: file for path, file in _starter() if not (path in FOUND_IN_MOST and (folder / path).exists())}
    there = [path for path in files if (folder / path).exists()]
    if there:
        raise WouldOverwrite(
            f"{folder} already has {', '.join(there)}: nothing was written. Choose another folder: gameday init DIR"
        )
    if (blocked := next((each for each in (folder, *folder.parents) if each.exists()), None)) and not blocked.is_dir():
        raise WouldOverwrite(f"{blocked} is a file: choose another folder: gameday init DIR")
    written: list[Path] = []
    try:
        for path, file in files.items():
            _write(folder / path, file.read_bytes(), written)
    except OSError as wrong:
        for each in written:
            each.unlink(missing_ok=True)
        raise CannotWrite(
            f"{wrong.filename or folder} cannot be written ({wrong.strerror}): choose another folder: gameday init DIR"
        ) from wrong
    for target in written:
        print(f"wrote {target}")
    print("\nNext, type:")
    if folder.resolve() != Path.cwd():
        print(f"  cd {shlex.quote(str(folder))}")
    for line in ("gameday check", "gameday plan drills/first-drill.yaml", "gameday run drills/first-drill.yaml"):
        print(f"  {line}")


def _write(path: Path, content: bytes, written: list[Path]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        written.append(path)
        file.write(content)


def _starter() -> list[tuple[str, Traversable]]:
    """Path in the workspace -> the packaged file, folders flattened, in a steady order."""
    found: list[tuple[str, Traversable]] = []
    waiting = [("", resources.files("drills.cli").joinpath("starter"))]
    while waiting:
        prefix, folder = waiting.pop()
        for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if each.is_dir():
                waiting.append((f"{prefix}{each.name}/", each))
            else:
                found.append((f"{prefix}{each.name}", each))
    return sorted(found)
