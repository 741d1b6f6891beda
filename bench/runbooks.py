"""Every rule over a thousand runbooks beside markdown-it-py alone parsing the same texts, and twice as many of them."""

import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from places import ROOT, Place
from row import QUICK, Row, Say, in_turn, program

from drills.runbooks.blocks import markdown
from drills.runbooks.checking import Ruling, check

CORPUS = sorted((ROOT / "scenarios" / "library" / "runbooks").glob("*.md"))
PAGES = 1000


def _copies(folder: Path, count: int) -> list[Path]:
    made = [folder / f"{number}.md" for number in range(count)]
    for number, path in enumerate(made):
        shutil.copyfile(CORPUS[number % len(CORPUS)], path)
    return made


def ours(pages: Sequence[Path]) -> float:
    began = time.perf_counter()
    check(pages, Ruling(), pages[0].parent)
    return time.perf_counter() - began


def theirs(pages: Sequence[Path]) -> float:
    began = time.perf_counter()
    for page in pages:
        markdown().parse(page.read_text())
    return time.perf_counter() - began


def measure(times: int, say: Say) -> Iterator[Row]:
    count = 20 if times <= QUICK else PAGES
    with Place() as place:
        pages = _copies(place.folder, count)
        half = pages[: count // 2]
        whole, parsed, part = in_turn(times, say, lambda: ours(pages), lambda: theirs(pages), lambda: ours(half))
    yield Row(f"check {count} runbooks", whole, "markdown-it-py alone", parsed, goal=1.5)
    yield Row(f"check {count} runbooks", whole, "half as many, twice", [each * 2 for each in part], goal=1.2)


if __name__ == "__main__":
    program(measure, times=5)
