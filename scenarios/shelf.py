"""Finds files by the id in their first key, without reading them whole. It judges nothing."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import NamedTuple

from scenarios.limits import LIMITS

_HEAD = 16 * 1024
_FIRST_KEY = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n|---[ \t]*\r?\n)*(scenario|game_day)[ \t]*:[ \t]+[\"']?([a-z0-9-]+)"
)


class Head(NamedTuple):
    """What the first key of a file says."""

    path: FilePath
    kind: str
    """`scenario` or `game_day`."""
    id: str


def files(folder: FilePath) -> list[FilePath]:
    """Every YAML file in a folder and below, sorted; hidden folders and gameday.yaml itself are left out."""
    found = []
    for at, folders, names in os.walk(folder):
        deep = len(FilePath(at).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and deep < LIMITS.folders_deep)
        found += [FilePath(at) / name for name in sorted(names) if _is_ours(name)]
        if len(found) >= LIMITS.files:
            break
    return found[: LIMITS.files]


def heads(folders: Iterable[FilePath]) -> Iterator[Head]:
    """The id of every scenario and game day in these folders; what cannot be read is left out."""
    for folder in folders:
        for path in files(folder):
            if head := first_key(path):
                yield head


def first_key(path: FilePath) -> Head | None:
    """The kind and the id of a file, from its first bytes."""
    try:
        with path.open("rb") as file:
            found = _FIRST_KEY.match(file.read(_HEAD))
    except OSError:
        return None
    return Head(path, found[1].decode(), found[2].decode()) if found else None


def _is_ours(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) and not name.startswith(".") and name != "gameday.yaml"
