"""What carries a gameday tag in a folder of certificates: stand-ins, and files that a write cut short left behind."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from injectors import command
from injectors.certificate import files, leaf
from injectors.certificate.target import Settings, fresh, owner
from injectors.contract import InjectorError, Json, Leftover, Refused, Unreachable
from injectors.values import rebuild

LIMIT = 1000
FILES_LIMIT = 10_000
"""Files in the folder that are looked at."""
_FRESH = re.compile(r"\.(gameday-[A-Za-z0-9-]+)\.(.+)\.new")


def left_behind(settings: Mapping[str, Json]) -> Sequence[Leftover]:
    """List them. Raises `Unreachable`, also when the folder is not there: it may be on another machine."""
    folder = Path(rebuild(Settings, settings).folder)
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    except OSError as wrong:
        raise Unreachable(f"the folder {folder} cannot be read: {wrong.strerror}") from wrong
    if len(paths) > FILES_LIMIT:
        raise Refused(f"more than {FILES_LIMIT} files are in {folder}: give the certificates a folder of their own")
    found: list[Leftover] = []
    for path in paths:
        if cut := _FRESH.fullmatch(path.name):
            what = f"file {path.name}, which a write that was cut short left behind"
            found.append(Leftover(owner(folder / cut[2]), cut[1], what, {"file": cut[2], "cut": True}))
        elif tag := _tag(path):
            what = f"certificate {path.name} is not the real one, which is kept in its comment"
            found.append(Leftover(owner(path), tag, what, {"file": path.name}))
    return found[:LIMIT]


def remove(settings: Mapping[str, Json], leftover: Leftover) -> None:
    """Put back the certificate that the stand-in's comment holds, and reload; or take the cut file away."""
    keys = rebuild(Settings, settings)
    path = Path(keys.folder, leftover.handle["file"])
    if leftover.handle.get("cut"):
        files.remove(fresh(path, leftover.tag))
        return
    try:
        seen = files.see(path)
    except files.Missing:
        return
    found = leaf.first(seen.content) if seen else None
    if seen is None or found is None or found.tag != leftover.tag:
        return
    was = leaf.first(found.comment.encode("ascii", errors="replace"))
    if was is None:
        raise InjectorError(f"{path} does not say what was there before: put a good certificate in by hand")
    files.replace(path, seen.content.replace(found.text, was.text, 1), seen, fresh(path, leftover.tag))
    if keys.reload:
        command.must(keys.reload, keys.timeout)


def _tag(path: Path) -> str:
    try:
        seen = files.see(path)
    except (files.Missing, Refused):  # Refused: longer than any that we would have replaced
        return ""
    except Unreachable as wrong:
        # A drill of this account replaces only what it may read, and private keys of others often lie there too.
        if isinstance(wrong.__cause__, PermissionError):
            return ""
        raise
    found = leaf.first(seen.content) if seen else None
    return found.tag if found else ""
