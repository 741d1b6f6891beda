"""What was wrong when an old archive started: it is not told again, and once mended it may not come back."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

from drills.runbooks.reading import RunbookError
from drills.runbooks.rules import Finding

FORMAT = 1
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings beside a baseline."""

    new: tuple[Finding, ...]
    known: int
    mended: int
    """Those of the baseline that are gone: write it anew, so that they stay gone."""


def written(findings: Iterable[Finding], folder: Path) -> str:
    """The text of a baseline file in this folder: sorted, and without lines, so that text may move."""
    counted = sorted(Counter(_key(each, folder) for each in findings).items())
    rows = [{"path": path, "rule": rule, "message": told, "count": count} for (path, rule, told), count in counted]
    return json.dumps({"format": FORMAT, "findings": rows}, indent=1, ensure_ascii=False) + "\n"


def compare(findings: Sequence[Finding], text: str, file: Path) -> Compared:
    """Take away what the baseline knows. Raises `RunbookError` when it is none."""
    left = _read(text, str(file))
    before = sum(left.values())
    new = []
    for finding in findings:
        key = _key(finding, file.parent)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(finding)
    mended = sum(left.values())
    return Compared(tuple(new), before - mended, mended)


def _key(finding: Finding, folder: Path) -> _Key:
    """Its path as seen from the baseline, so that it does not matter where the command was typed."""
    return Path(relpath(finding.path, folder)).as_posix(), finding.rule, finding.message


def _read(text: str, name: str) -> Counter[_Key]:
    try:
        held = json.loads(text)
        if held["format"] != FORMAT:
            raise RunbookError(f"{name}: a baseline of format {held['format']!r}; this gameday reads {FORMAT}")
        return Counter({(str(e["path"]), str(e["rule"]), str(e["message"])): int(e["count"]) for e in held["findings"]})
    except (ValueError, KeyError, TypeError) as wrong:
        raise RunbookError(f"{name}: is no baseline: write it with --write-baseline {name}") from wrong
