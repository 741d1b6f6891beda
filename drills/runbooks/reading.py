"""Reads one Markdown runbook: title, owner, numbered steps with the hash of their text. Never runs what it says."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.suggest import for_name

BYTES = 256 * 1024
FILES = 1000
STEPS = 200
_TITLE = re.compile(r"#[ \t]+(.+?)[ \t]*#*$")
_OWNER = re.compile(r"\*\*Owner[.:]?\*\*[.:]?[ \t]*(.*)", re.IGNORECASE)
_STEP = re.compile(r"[0-9]{1,4}[.)][ \t]+(.*)")
_FENCE = re.compile(r"(```|~~~)")
_SENTENCE = re.compile(r"(.+?[.?!:])(?:\s|$)")
_TITLE_CHARS = 80


class RunbookError(Exception):
    """This runbook cannot be read."""


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step; `id` counts from 1 through the whole page, whatever numbers the page shows."""

    id: int
    text: str
    """Without line breaks, so that wrapping it anew changes nothing."""

    @property
    def title(self) -> str:
        """Its first sentence."""
        found = _SENTENCE.match(self.text)
        first = (found[1] if found else self.text).rstrip(".:")
        return first if len(first) <= _TITLE_CHARS else first[: _TITLE_CHARS - 1] + "…"

    @property
    def text_hash(self) -> str:
        """SHA-256 (hex) of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Runbook:
    """One page."""

    name: str
    """Its file's name without the ending."""
    path: Path
    title: str
    owner: str
    steps: tuple[Step, ...]

    def step(self, number: str) -> Step:
        """The step of this number. Raises `RunbookError`."""
        found = next((each for each in self.steps if str(each.id) == number.strip()), None)
        if found is None:
            there = f"1 to {len(self.steps)}" if self.steps else "none"
            raise RunbookError(f"runbook {self.name} has no step {number[:20]!r}: there are {there}")
        return found


def names(folders: Iterable[Path]) -> dict[str, Path]:
    """Every runbook of these folders; of two with one name, the one in the earlier folder."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.md"))[:FILES]:
            found.setdefault(path.stem, path)
    return found


def read(name: str, folders: Sequence[Path]) -> Runbook:
    """The runbook of this name. Raises `RunbookError` with those there are."""
    known = names(folders)
    if name not in known:
        where = ", ".join(map(str, folders)) or "no folder is named in gameday.yaml"
        advice = for_name(name, known) if known else f"none was found in {where}"
        raise RunbookError(f"there is no runbook {name[:60]!r}: {advice}")
    path = known[name]
    try:
        with path.open("rb") as file:
            content = file.read(BYTES + 1)
    except OSError as wrong:
        raise RunbookError(f"{path}: cannot be read ({wrong.strerror})") from wrong
    if len(content) > BYTES:
        raise RunbookError(f"{path}: a runbook of more than {BYTES} bytes is not read: split it")
    return parse(name, path, content.decode("utf-8", errors="replace"))


def parse(name: str, path: Path, text: str) -> Runbook:
    """Take a page apart; what is no title, owner or step is left alone."""
    lines = list(_outside_fences(text.splitlines()))
    title = next((found[1] for line in lines if (found := _TITLE.match(line))), name)
    owner = next((found[1].split(";")[0].strip(" .") for line in lines if (found := _OWNER.match(line))), "")
    steps = tuple(Step(number, each) for number, each in enumerate(_steps(lines), 1))
    if len(steps) > STEPS:
        raise RunbookError(f"{path}: {len(steps)} steps are more than {STEPS}: split it")
    return Runbook(name, path, title, owner, steps)


def _steps(lines: Sequence[str]) -> Iterator[str]:
    """A step is a numbered line at the margin and what is indented below it."""
    current: list[str] = []
    for line in [*lines, "end"]:
        found = _STEP.match(line)
        if current and line and not line[0].isspace():
            yield " ".join(" ".join(current).split())
            current = []
        if found:
            current = [found[1]]
        elif current:
            current.append(line)


def _outside_fences(lines: Iterable[str]) -> Iterator[str]:
    """Fenced blocks at the margin hold no steps; within a step they are indented, and belong to it."""
    fence = ""
    for line in lines:
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1] == fence:
            fence = ""
        elif not fence:
            yield line
