"""Links that lead nowhere. Looks at the disk only: the network is not asked here."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from drills.runbooks.reading import Runbook, RunbookError, text_of
from drills.runbooks.rules.rule import ESSAY, Around, Rule

_ROT = f"{ESSAY}: 'Another pattern is runbook rot'"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$|^(?=\S)(.+)\n(?:=+|-+)[ \t]*$", re.MULTILINE)
_ANCHOR = re.compile(r"<a\s[^>]*\b(?:name|id)=[\"']?([^\"'\s>]+)|\{#([\w-]+)\}", re.IGNORECASE)
_FENCED = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)


def anchors_of(text: str) -> frozenset[str]:
    """What a link may point to in a page, as code hosts make it from headings."""
    text = _FENCED.sub("", text)
    found: dict[str, int] = {}
    names: set[str] = {(one or two).lower() for one, two in _ANCHOR.findall(text)}
    for first, second in _HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", first or second)
        name = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        names.add(f"{name}-{found[name]}" if name in found else name)
        found[name] = found.get(name, 0) + 1
    return frozenset(names)


def _dead(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    for link in book.page.links:
        target = link.href.partition("#")[0].partition("?")[0]
        if not target or _SCHEME.match(link.href) or target.startswith("/"):
            continue
        if _known(book.path.parent / unquote(target), around) is None:
            yield link.line, f"`{target[:80]}` is not there"


def _anchor(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    for link in book.page.links:
        target, _, anchor = link.href.partition("#")
        if not anchor or _SCHEME.match(link.href) or target.startswith("/"):
            continue
        if target:
            anchors = _known(book.path.parent / unquote(target), around)
            wrong = anchors is not None and target.endswith(".md") and unquote(anchor).lower() not in anchors
        else:
            wrong = unquote(anchor).lower() not in anchors_of(book.page.text)
        if wrong:
            yield link.line, f"`{target}#{anchor}`: that page has no such heading"


def _known(path: Path, around: Around) -> frozenset[str] | None:
    """The anchors of what a link leads to; empty for what is no page, None when nothing is there."""
    if path not in around.anchors:
        around.anchors[path] = _read(path)
    return around.anchors[path]


def _read(path: Path) -> frozenset[str] | None:
    try:
        if not path.exists():
            return None
        return anchors_of(text_of(path)) if path.suffix == ".md" and path.is_file() else frozenset()
    except (OSError, ValueError, RunbookError):
        return None


def _retired(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(book.page.lines if around.retired else (), 1):
        if found := next((each for each in around.retired if each in line), None):
            yield number, f"`{found[:80]}` is retired"


def _unlinked(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    named = set(re.findall(r"[\w-]+", book.facts.get("alert", "")))
    if around.linked is not None and book.name not in around.linked and not named & around.alerts:
        yield 1, "no alert of `alert_rules` leads here"


RULES = (
    Rule(
        "runbook-without-alert",
        "notice",
        "a page that no alert leads to",
        "Nobody finds it at night; it is read only by who remembers it.",
        f"{ESSAY}: 'Action items should be boring enough to finish'",
        "give the alert a `runbook_url`, or name it in the page: `Alert: NAME`",
        _unlinked,
    ),
    Rule(
        "dead-link",
        "error",
        "a relative link to a file that is not there",
        "The dashboard link points to a retired folder.",
        _ROT,
        "correct the path, which counts from the page's own folder, or take the link out",
        _dead,
    ),
    Rule(
        "dead-anchor",
        "error",
        "a link to a heading that is not there",
        "The page opens at the top, and the person reads the wrong procedure.",
        _ROT,
        "take the anchor from the heading: small letters, spaces as `-`",
        _anchor,
    ),
    Rule(
        "retired-dashboard",
        "warning",
        "a link to what gameday.yaml calls retired",
        "During an outage, responders stare at accurate but obsolete panels.",
        f"{ESSAY}: 'A common failure pattern is dashboard drift'",
        "link to the board that took its place",
        _retired,
    ),
)
