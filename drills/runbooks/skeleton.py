"""The empty parts of a first screen: for a new page, or for what an old one lacks. Invents nothing."""

from collections.abc import Iterable

from drills.runbooks.checking import Ruling, check_one
from drills.runbooks.reading import Runbook, parse
from drills.runbooks.wording import NAMES, PARTS, UNWRITTEN


def skeleton(title: str) -> str:
    """A page with all eight parts and nothing in them."""
    return f"# {' '.join(title.split())}\n\n{_empty(PARTS)}"


def completed(book: Runbook, ruling: Ruling) -> str | None:
    """The page with the parts it lacks, below its title; None: it lacks none, or they would break another rule."""
    before = check_one(book, ruling, book.name)
    missing = [part for part in PARTS if any(each.rule == f"no-{part}" for each in before)]
    if not missing:
        return None
    text = _put(book, _empty(missing))
    after = check_one(parse(book.name, book.path, text), ruling, book.name)
    gone = {f"no-{part}" for part in missing}
    told = sorted((each.rule, each.message) for each in before if each.rule not in gone)
    now = sorted((each.rule, each.message) for each in after if each.rule != "unwritten-part")
    told = [each for each in told if each[0] != "unwritten-part"]
    return text if now == told else None


def _empty(parts: Iterable[str]) -> str:
    return "\n".join(f"**{NAMES[part]}.** {UNWRITTEN}.\n" for part in parts)


def _put(book: Runbook, parts: str) -> str:
    """Below the title, or at the top, behind front matter; all else stays as it is."""
    first = next((each for each in book.page.blocks if each.kind != "html"), None)
    titled = first is not None and first.kind == "heading" and first.level == 1
    front = book.page.front.count("\n") + 2 if book.page.front else 0
    at = first.end if first and titled else front
    above, below = book.page.lines[:at], book.page.lines[at:]
    while below and not below[0].strip():
        below = below[1:]
    head = "\n".join(above).rstrip("\n") + "\n\n" if above else ""
    tail = "\n" + "\n".join(below) if below else ""
    return head + parts + tail
