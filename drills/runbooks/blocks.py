"""A page of Markdown as a flat list of blocks, each with its line: headings, paragraphs, fences, items, table rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_CHECK_BOX = re.compile(r"\[[ xX]\][ \t]+")
_MARKER = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]+|$)")
_MORE = re.compile(r"[\[\]<!\\&]")
"""Links, images, HTML, escapes: where one is, code and bold are not found by their marks alone."""
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
NESTING = 20
"""Lists and quotes within each other."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where it leads, and the line it is in."""

    href: str
    line: int


@dataclass(slots=True)
class Block:
    """One piece of the page."""

    kind: str
    """heading, text, fence, item, row, head (of a table), html, rule."""
    line: int
    end: int
    """The last line."""
    text: str = ""
    """As written, in one line; a fence: its content as it is."""
    level: int = 0
    """Of a heading 1 to 6; of all else how many lists it lies in (an item: itself included)."""
    ordered: bool = False
    check_box: bool = False
    quoted: bool = False
    group: int = 0
    """Items with one number lie in one list; so do the rows of one table."""
    language: str = ""
    """Of a fence: the first word behind it, without what stands in braces."""
    attributes: str = ""
    """Of a fence: all else behind it."""
    code: tuple[str, ...] = ()
    """Inline code."""
    cells: tuple[str, ...] = ()
    lead: str = ""
    """What stands in bold at the very start."""


@dataclass(frozen=True, slots=True)
class Page:
    """All of it, in the order of its lines."""

    lines: tuple[str, ...]
    front: str
    """Front matter, without its fences."""
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    text: str = field(default="", repr=False)
    lowered: str = field(default="", repr=False)
    """All of it in small letters: whether a word is in it is asked often."""


def page_of(text: str) -> Page:
    """Take a page apart. Any text is a page."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").replace("\0", "\ufffd")
    front, body = _front(text)
    lines = tuple(text.split("\n"))
    links: list[Link] = []
    blocks = tuple(_Walk(lines, links).blocks(_tokens(body)))
    return Page(lines, front, blocks, tuple(links), text, text.lower())


def _tokens(body: str) -> list["Token"]:
    """Blocks as the library finds them; it is asked for what stands in a line only where a line may hold more."""
    parser = markdown()
    found: list[Token] = []
    environment: dict[str, Any] = {}
    parser.block.parse(body, parser, environment, found)
    for token in found:
        if token.type == "inline" and _MORE.search(token.content):
            token.children = []
            parser.inline.parse(token.content, parser, environment, token.children)
    return found


@lru_cache(maxsize=1)
def markdown() -> "MarkdownIt":
    """CommonMark with tables; nothing is made from HTML."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - what reads no runbook does not pay for it

    return MarkdownIt("commonmark", {"maxNesting": NESTING}).enable("table")


def _front(text: str) -> tuple[str, str]:
    """Front matter, and the text with as many empty lines in its place, so that lines keep their numbers."""
    found = _FRONT.match(text)
    if not found:
        return "", text
    return found[1] or "", "\n" * found[0].count("\n") + text[found.end() :]


@dataclass(slots=True)
class _Walk:
    """What is known while the tokens pass by."""

    page: Sequence[str]
    links: list[Link]
    line: int = 0
    heading: int = 0
    quotes: int = 0
    groups: int = 0
    row: str = ""
    cells: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    lists: list[tuple[int, bool]] = field(default_factory=list)

    def blocks(self, tokens: Sequence["Token"]) -> Iterator[Block]:
        for token in tokens:
            if token.map:
                self.line = token.map[0] + 1
            if token.type == "inline":
                yield from self._inline(token)
            elif token.type == "list_item_open":
                yield _item(token, self.page, self.lists, quoted=self.quotes > 0)
            elif token.type == "tr_close":
                text, depth = " | ".join(self.cells), len(self.lists)
                yield Block(
                    self.row,
                    self.line,
                    self.line,
                    text,
                    depth,
                    group=self.groups,
                    cells=tuple(self.cells),
                    code=tuple(self.code),
                )
            elif token.nesting:
                self._enter_or_leave(token, token.nesting)
            else:
                yield from _other(token, self.line, len(self.lists))

    def _inline(self, token: "Token") -> Iterator[Block]:
        made = _inline(token, self.line, self.links)
        if self.row:
            self.cells.append(made.text)
            self.code += made.code
            return
        made.kind, made.level = ("heading", self.heading) if self.heading else ("text", len(self.lists))
        made.quoted = self.quotes > 0
        yield made

    def _enter_or_leave(self, token: "Token", way: int) -> None:
        what = token.type.rpartition("_")[0]
        if what == "heading":
            self.heading = int(token.tag[1]) if way > 0 else 0
        elif what == "blockquote":
            self.quotes += way
        elif what in {"ordered_list", "bullet_list"} and way > 0:
            self.groups += 1
            self.lists.append((self.groups, what == "ordered_list"))
        elif what in {"ordered_list", "bullet_list"}:
            self.lists.pop()
        elif what == "table":
            self.groups, self.row = self.groups + 1, "head" if way > 0 else ""
        elif what == "tbody" and way > 0:
            self.row = "row"
        elif what == "tr":
            self.cells, self.code = [], []


def _other(token: "Token", line: int, depth: int) -> Iterator[Block]:
    end = token.map[1] if token.map else line
    if token.type == "fence":
        language, _, attributes = token.info.strip().partition(" ")
        language, brace, braced = language.partition("{")
        yield Block(
            "fence", line, end, token.content, depth, language=language.lower(), attributes=brace + braced + attributes
        )
    elif token.type == "code_block":
        yield Block("fence", line, end, token.content, depth)
    elif token.type == "html_block":
        yield Block("html", line, end, token.content, depth)
    elif token.type == "hr":
        yield Block("rule", line, end, "", depth)


def _item(token: "Token", lines: Sequence[str], lists: Sequence[tuple[int, bool]], *, quoted: bool) -> Block:
    """Its text is all that belongs to it, what is nested too, so that wrapping it anew changes nothing."""
    first, end = (token.map[0], token.map[1]) if token.map else (0, 1)
    while end > first + 1 and not lines[end - 1].strip():
        end -= 1
    start = _MARKER.sub("", lines[first].lstrip("> \t") if quoted else lines[first], count=1)
    text = " ".join(" ".join([start, *lines[first + 1 : end]]).split())
    box = _CHECK_BOX.match(text)
    return Block(
        "item",
        first + 1,
        end,
        text[box.end() :] if box else text,
        len(lists),
        ordered=lists[-1][1],
        group=lists[-1][0],
        check_box=box is not None,
        quoted=quoted,
    )


def _inline(token: "Token", line: int, links: list[Link]) -> Block:
    end = token.map[1] if token.map else line
    text = " ".join(token.content.split())
    if not token.children:
        found = _BOLD.match(text)
        spans = tuple(each[1].replace("\n", " ") for each in _CODE.findall(token.content)) if "`" in text else ()
        return Block("text", line, end, text, code=spans, lead=found[2].replace("`", "").strip() if found else "")
    code: list[str] = []
    at, lead, bold = line, "", False
    children = token.children
    for index, child in enumerate(children):
        kind = child.type
        if kind == "code_inline":
            code.append(child.content)
        elif kind in {"softbreak", "hardbreak"}:
            at += 1
        elif kind == "link_open":
            links.append(Link(str(child.attrs.get("href", "")), at))
        elif kind == "image":
            links.append(Link(str(child.attrs.get("src", "")), at))
        elif kind == "strong_open":
            bold = index == 0 or (index == 1 and not children[0].content.strip())
        elif kind == "strong_close":
            bold = False
        if bold and kind in {"text", "code_inline"}:
            lead += child.content
    return Block("text", line, end, text, code=tuple(code), lead=lead.strip())
