"""What a page says about itself: `Owner: payments`, in front matter, a table, a bold word or a heading."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drills.runbooks.blocks import Block, Page
from drills.runbooks.wording import UNWRITTEN, part_named

_LINE = re.compile(
    r"[>\s]*(?:[-*+]\s+)?"
    r"(?:(\*\*|__)([^*_\n:]{2,60}?)[.:]?\1[ \t]*[.:]?[ \t]*|([A-Z][A-Za-z /-]{1,40}):(?:[ \t]+|$))(.*)"
)
_FRONT = re.compile(r"([A-Za-z][\w -]{0,40}):[ \t]*(.*)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
_KNOWN = {
    "author": re.compile(r"(?:original |runbook )?authors?|written by|created by", re.IGNORECASE),
    "service": re.compile(r"services?|components?|applications?|systems?", re.IGNORECASE),
    "alert": re.compile(r"alerts?(?: names?)?|triggered by|alertname", re.IGNORECASE),
    "reviewed": re.compile(r"(?:last )?(?:review(?:ed)?|updated?|verified|tested)(?: on)?|date", re.IGNORECASE),
    "tester": re.compile(r"(?:last )?(?:tested|reviewed|verified) by|testers?|reviewers?", re.IGNORECASE),
}
"""What is known of a page beside its owner."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name, what stands behind it, and where."""

    name: str
    value: str
    line: int
    index: int
    """Of its block; -1: front matter."""
    kind: str
    """front, row, line, heading."""


def labels_of(page: Page) -> tuple[Label, ...]:
    """All of them, in the order of the page."""
    return (*_front(page), *(label for index, block in enumerate(page.blocks) for label in _in(page, index, block)))


def known(labels: Sequence[Label]) -> dict[str, str]:
    """The first that is said of each: author, service, alert, reviewed, tester."""
    found: dict[str, str] = {}
    for label in labels:
        if label.kind == "heading" or not label.value:
            continue
        for name, called in _KNOWN.items():
            if name not in found and called.fullmatch(label.name):
                found[name] = plain(label.value)
    return found


def owner_of(page: Page, labels: Sequence[Label]) -> str:
    """Who can change it; empty: nobody is named."""
    for label in labels:
        if part_named(label.name) != "owner":
            continue
        value = label.value
        if label.kind == "heading":
            following = page.blocks[label.index + 1 : label.index + 4]
            value = next((each.text for each in following if each.kind in {"text", "row"}), "")
        if value and not value.startswith(UNWRITTEN):
            return plain(re.split(r";|\. |\.$", value)[0])
    return ""


def plain(value: str) -> str:
    """Without the marks of Markdown."""
    return _LINK.sub(r"\1", value).strip(" \t.*_`\"'|[]").strip()


def _front(page: Page) -> Iterator[Label]:
    name = ""
    for number, line in enumerate(page.front.split("\n"), 2):
        if found := _FRONT.match(line):
            name = found[1].strip().replace("_", " ")
            if value := plain(found[2]):
                yield Label(name, value, number, -1, "front")
                name = ""
        elif name and line.lstrip().startswith("- "):
            yield Label(name, plain(line.lstrip()[2:]), number, -1, "front")


def _in(page: Page, index: int, block: Block) -> Iterator[Label]:
    if block.kind == "heading":
        yield Label(block.text.strip("*_ "), "", block.line, index, "heading")
    elif block.kind in {"row", "head"} and len(block.cells) == 2:
        yield Label(block.cells[0].strip("*_` :"), block.cells[1], block.line, index, "row")
    elif block.kind == "text" and block.level <= 1:
        for number in range(block.line, block.end + 1):
            line = page.lines[number - 1] if number <= len(page.lines) else ""
            found = _LINE.match(line) if ":" in line or "**" in line or "__" in line else None
            if found:
                whole = number < block.end and (found[1] or not found[4].strip())
                rest = _rest(page, number, block.end) if whole else found[4]
                yield Label((found[2] or found[3]).strip(), (rest or found[4]).strip(), number, index, "line")


def _rest(page: Page, number: int, end: int) -> str:
    """What stands behind a bold word, to the end of its paragraph or to the next one."""
    kept = [_LINE.sub(r"\4", page.lines[number - 1], count=1)]
    for line in page.lines[number:end]:
        if _LINE.match(line):
            break
        kept.append(line.strip())
    return " ".join(kept)
