"""Which of the eight parts a page has, whether anything is written there, and on which row of the screen it begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from drills.runbooks.blocks import Block, Page
from drills.runbooks.labels import Label
from drills.runbooks.wording import PARTS, UNWRITTEN, part_named

WIDTH, HEIGHT = 80, 40
"""Cells of a terminal."""
_NOTHING = re.compile(
    rf"\W*(?:{UNWRITTEN}|to ?do|tb[da]|fixme|x{{3,}}|n/?a|\?+|\.\.\.|\u2026|<[^>]*>|\[[^\]]*\]|none|coming soon"
    r"|to be (?:done|written|defined|added))?\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the eight, where it is first found."""

    name: str
    line: int
    row: int
    """Of the first screen, from 1; all that comes after it is `HEIGHT + 1`."""
    written: bool
    text: str
    """What stands in it, in one line."""


def parts_of(page: Page, labels: Sequence[Label]) -> dict[str, Part]:
    """Those that are there."""
    rows = rows_of(page.blocks)
    found: dict[str, Part] = {}
    for label in labels:
        name = part_named(label.name)
        if not name or (name in found and found[name].written):
            continue
        text = label.value if label.kind in {"front", "row"} else _below(page.blocks, label)
        row = 1 if label.index < 0 else rows[label.index]
        part = Part(name, label.line, row, not _NOTHING.fullmatch(text[:200]), text)
        if name not in found or part.written:
            found[name] = part
    return {name: found[name] for name in PARTS if name in found}


def _below(blocks: Sequence[Block], label: Label) -> str:
    """What belongs to a heading, or to a bold word at the margin: all up to the next of its kind."""
    kept = [label.value]
    level = blocks[label.index].level if label.kind == "heading" else 7
    for block in blocks[label.index + 1 :]:
        if block.kind == "heading" and block.level <= level:
            break
        if label.kind == "line" and (block.kind == "heading" or (block.level == 0 and block.lead)):
            break
        if block.kind in {"text", "fence", "row"}:
            kept.append(block.text)
    return " ".join(each for each in kept if each)


def rows_of(blocks: Sequence[Block]) -> list[int]:
    """The row on which each block begins, as a terminal shows it; counting ends below the first screen."""
    rows, row, before = [], 1, 0
    for block in blocks:
        if row > HEIGHT:
            rows.append(HEIGHT + 1)
            continue
        if block.kind == "item":
            rows.append(row)
            continue
        if before and not block.level:
            row += 1
        rows.append(min(row, HEIGHT + 1))
        row += _height(block)
        before = block.level if block.kind != "heading" else 0
    return rows


def _height(block: Block) -> int:
    """Rows, with the empty one behind it."""
    if block.kind == "fence":
        return sum(max(1, -(-cells(line) // WIDTH)) for line in block.text.rstrip("\n").split("\n")) + 1
    if block.kind in {"row", "head"}:
        return 2 if block.kind == "head" else 1
    if block.kind == "html":
        return 0
    inner = WIDTH - 3 * block.level if block.kind == "text" else WIDTH
    rows = _wrapped(block.text, max(20, inner))
    return rows if block.kind == "text" and block.level else rows + 1


def _wrapped(text: str, width: int) -> int:
    """Lines of a text that is broken between words."""
    whole = cells(text)
    if whole <= width:
        return 1
    if whole > width * HEIGHT:
        return HEIGHT
    if whole == len(text):
        return _rows(text, width)
    rows, used = 1, 0
    for word in text.split(" "):
        long = cells(word)
        if used and used + 1 + long > width:
            rows, used = rows + 1, 0
        used += long + (1 if used else 0)
        rows, used = rows + used // (width + 1), used % (width + 1)
    return rows


def _rows(text: str, width: int) -> int:
    """The same where each character has one cell."""
    rows, start = 1, 0
    while len(text) - start > width:
        space = text.rfind(" ", start, start + width + 1)
        start = space + 1 if space > start else start + width
        rows += 1
    return rows


def cells(text: str) -> int:
    """How wide a text is in a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - most pages need none of it

    return cell_len(text)
