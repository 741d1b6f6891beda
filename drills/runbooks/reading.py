"""Reads one Markdown runbook: title, owner, parts, and steps with the hash of their text. Never runs what it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from drills.runbooks.blocks import Page, page_of
from drills.runbooks.labels import Label, known, labels_of, owner_of, plain
from drills.runbooks.parts import Part, parts_of
from drills.runbooks.steps import Command, Step, steps_of
from scenarios.suggest import for_name

__all__ = ["Command", "Part", "Runbook", "RunbookError", "Step", "names", "parse", "read"]

BYTES = 256 * 1024
FILES = 1000
STEPS = 200


class RunbookError(Exception):
    """This runbook cannot be read."""


@dataclass(frozen=True, slots=True)
class Runbook:
    """One page."""

    name: str
    """Its file's name without the ending."""
    path: Path
    title: str
    owner: str
    steps: tuple[Step, ...]
    more_steps: int = 0
    """Those beyond the first two hundred, which are left alone."""
    parts: Mapping[str, Part] = field(default_factory=dict)
    """Those of the eight that are there."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What it says of itself: author, service, alert, reviewed, tester."""
    labels: tuple[Label, ...] = field(default=(), repr=False)
    page: Page = field(default=Page((), "", (), ()), repr=False)

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
    there = names(folders)
    if name not in there:
        where = ", ".join(map(str, folders)) or "no folder is named in gameday.yaml"
        advice = for_name(name, there) if there else f"none was found in {where}"
        raise RunbookError(f"there is no runbook {name[:60]!r}: {advice}")
    path = there[name]
    return parse(name, path, text_of(path))


def text_of(path: Path) -> str:
    """What the file holds. Raises `RunbookError`."""
    try:
        with path.open("rb") as file:
            content = file.read(BYTES + 1)
    except OSError as wrong:
        raise RunbookError(f"{path}: cannot be read ({wrong.strerror})") from wrong
    if len(content) > BYTES:
        raise RunbookError(f"{path}: a runbook of more than {BYTES} bytes is not read: split it")
    return content.decode("utf-8", errors="replace")


def parse(name: str, path: Path, text: str) -> Runbook:
    """Take a page apart; any text is a page."""
    page = page_of(text)
    labels = labels_of(page)
    first = next((each.text for each in page.blocks if each.kind == "heading" and each.level == 1), "")
    front = next((each.value for each in labels if each.kind == "front" and each.name.lower() == "title"), "")
    found = steps_of(page)
    steps = tuple(islice(found, STEPS))
    return Runbook(
        name,
        path,
        plain(first) or front or name,
        owner_of(page, labels),
        steps,
        sum(1 for _ in found),
        parts_of(page, labels),
        known(labels),
        labels,
        page,
    )
