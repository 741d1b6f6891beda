"""Finds the steps of a page, whatever shape they have, and says how sure it is of each."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from drills.runbooks.blocks import Block, Page
from drills.runbooks.wording import UNWRITTEN, bare, part_named, says_to_do, says_what_is, starts_with_a_verb

SURE = 0.9
"""From here on a step is right at least nine times in ten."""
LEAST = 0.5
"""Below it nothing is called a step."""
_STEP_N = re.compile(r"(?:\*\*|__)?step\s+#?[0-9]{1,4}\b", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,4}[.)]\s+(.*)")
_NUMBERED_HEADING = re.compile(r"\W*[0-9]+(?:\.[0-9]+)*[.):]?\s+\S")
_COLUMN = re.compile(r"\W*(?:steps?|actions?|commands?|tasks?|what to do|do|instructions?|how)\W*", re.IGNORECASE)
_EMPTY = re.compile(r"\W*(?:x{2,5}|to ?do|tb[da]|fixme)?\W*", re.IGNORECASE)
_SENTENCE = re.compile(r"(.+?[.?!:])(?:\s|$)")
_ONLY_A_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)\W*")
_WORDS = re.compile(r"[^\W_]+")
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .:-]{0,60}>|\$\{?[A-Za-z_]\w*\}?|\{\{[^{}]{1,60}\}\}")
_SHELLS = {"", "sh", "bash", "shell", "console", "zsh", "terminal", "shell-session", "ksh"}
_PROMPT = re.compile(r"(?:\$|%|>|[\w.-]+@[\w.-]+[:~\w/ ]*[$#])\s+")
_TITLE_CHARS = 80


@dataclass(frozen=True, slots=True)
class Command:
    """What a step says to type; nothing here ever types it."""

    text: str
    language: str
    line: int
    fenced: bool
    attributes: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `id` counts from 1 through the whole page, whatever numbers the page shows."""

    id: int
    text: str
    """Without line breaks, so that wrapping it anew changes nothing."""
    key: str = ""
    """Made from its words alone: the same wherever it stands, whatever is changed elsewhere."""
    line: int = 0
    end: int = 0
    confidence: float = 1.0
    """How sure it is that this is a step; from 0.9 on it is right at least nine times in ten."""
    section: str = ""
    """The heading or bold word it stands below."""
    commands: tuple[Command, ...] = ()
    placeholders: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    """The steps within it."""

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


@dataclass(slots=True)
class _Found:
    """What may be a step, before it has a number."""

    first: int
    """Its first block."""
    last: int
    line: int
    end: int
    text: str
    confidence: float
    section: str


def steps_of(page: Page) -> Iterator[Step]:
    """All steps, in the order of the page."""
    seen: dict[str, int] = {}
    for number, each in enumerate(_best(page), 1):
        key = key_of(each.text)
        seen[key] = seen.get(key, 0) + 1
        within = page.blocks[each.first : each.last + 1]
        yield Step(
            number,
            each.text,
            key if seen[key] == 1 else f"{key}-{seen[key]}",
            each.line,
            each.end,
            each.confidence,
            each.section,
            tuple(_commands(within)),
            tuple(dict.fromkeys(_PLACEHOLDER.findall(each.text))),
            tuple(block.text for block in within[1:] if block.kind == "item" and (block.ordered or block.check_box)),
        )


def key_of(text: str) -> str:
    """Eight characters from the words of a text; marks and capitals do not matter."""
    return hashlib.sha256(" ".join(_WORDS.findall(text.lower())).encode()).hexdigest()[:8]


def _best(page: Page) -> list[_Found]:
    """Of two that overlap, the surer; of two alike, the one that holds the other."""
    sections = list(_sections(page.blocks))
    found = [
        each
        for find in (_headings, _items, _rows, _paragraphs)
        for each in find(page, sections)
        if each.confidence >= LEAST and each.text
    ]
    kept: list[_Found] = []
    taken: set[int] = set()
    for each in sorted(found, key=lambda one: (-one.confidence, one.line, -one.end)):
        lines = range(each.line, each.end + 1)
        if taken.isdisjoint(lines):
            kept.append(each)
            taken.update(lines)
    return sorted(kept, key=lambda one: one.line)


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[str, bool, bool]]:
    """For each block the name it stands below, whether what stands there is done, and whether it is only read."""
    above: list[tuple[int, str]] = []
    section = heading = ("", False, False)
    for block in blocks:
        if block.kind == "heading":
            above = [each for each in above if each[0] < block.level]
            section = heading = _meaning(block.text, [name for level, name in reversed(above) if level > 1])
            above.append((block.level, block.text))
        elif block.kind == "text" and not block.level and (label := _label(block)):
            says_more = len(block.text) > len(label) + 6
            section = heading if says_more and not says_to_do(label) else _meaning(label, [])
        yield section


def _label(block: Block) -> str:
    """A paragraph that is a heading but for its looks."""
    if block.lead and part_named(block.lead):
        return "" if block.text.endswith(f"{UNWRITTEN}.") else block.lead
    short = len(block.text) < 60 and block.text.endswith(":")
    return block.text if short and (says_to_do(block.text) or says_what_is(block.text)) else ""


def _meaning(name: str, parents: Sequence[str]) -> tuple[str, bool, bool]:
    tells, does = says_what_is(name), says_to_do(name)
    near = next((each for each in parents if says_to_do(each) or says_what_is(each)), "")
    if not tells and not does and near:
        tells, does = says_what_is(near), says_to_do(near)
    read_only = part_named(name) in {"evidence", "owner", "unsafe", "impact"}
    return name, does, (tells or read_only) and not does


_Sections = Sequence[tuple[str, bool, bool]]


def _headings(page: Page, sections: _Sections) -> Iterator[_Found]:
    """`Step N`, numbered headings that say to do something, and headings with something to type below."""
    blocks = page.blocks
    for index, block in enumerate(blocks):
        if block.kind != "heading":
            continue
        last = _last_below(blocks, index)
        below = blocks[index + 1 : last + 1]
        named, does = bool(_STEP_N.match(block.text)), starts_with_a_verb(bare(block.text))
        if not named and (block.level == 1 or not does or any(each.kind == "heading" for each in below)):
            continue
        if not named and any(each.kind == "item" and (each.ordered or each.check_box) for each in below):
            continue
        typed = any(each.kind == "fence" for each in below)
        if named:
            sure = 0.97
        elif _NUMBERED_HEADING.match(block.text) and below:
            sure = 0.95 if typed else 0.8
        else:
            sure = 0.88 if typed and not part_named(block.text) else 0.0
        end = max(block.end, *(each.end for each in below)) if below else block.end
        text = " ".join(" ".join([block.text, *page.lines[block.end : end]]).split())
        yield _Found(index, last, block.line, end, text, sure, sections[index][0])


def _last_below(blocks: Sequence[Block], index: int) -> int:
    """The last block that belongs to a heading."""
    for number in range(index + 1, len(blocks)):
        if blocks[number].kind == "heading" and blocks[number].level <= blocks[index].level:
            return number - 1
    return len(blocks) - 1


def _items(page: Page, sections: _Sections) -> Iterator[_Found]:
    """Numbered items, check boxes, and items of lists in which most say to do something."""
    lists: dict[int, list[int]] = {}
    for index, block in enumerate(page.blocks):
        if block.kind == "item" and block.level == 1 and block.text:
            lists.setdefault(block.group, []).append(index)
    for indices in lists.values():
        items = [page.blocks[each] for each in indices]
        verbs = sum(starts_with_a_verb(each.text) for each in items) / len(items)
        links = sum(bool(_ONLY_A_LINK.fullmatch(each.text)) for each in items) / len(items)
        for index, block in zip(indices, items, strict=True):
            sure = _sure_of_item(block, sections[index], verbs, links)
            last = index
            while last + 1 < len(page.blocks) and page.blocks[last + 1].line <= block.end:
                last += 1
            yield _Found(index, last, block.line, block.end, block.text, sure, sections[index][0])


def _sure_of_item(block: Block, section: tuple[str, bool, bool], verbs: float, links: float) -> float:
    _, does, tells = section
    asks = block.text.endswith("?") and not starts_with_a_verb(block.text)
    if links > LEAST or block.quoted or asks or _EMPTY.fullmatch(block.text):
        return 0.2
    if block.check_box or block.ordered:
        if tells:
            return 0.55 if block.ordered and verbs > 0.7 and not says_what_is(section[0]) else 0.3
        return 0.97 if does else 0.94 if verbs >= LEAST else 0.7 if block.ordered else 0.75
    return 0.86 if does and verbs >= 0.6 and starts_with_a_verb(block.text) else 0.1


def _rows(page: Page, sections: _Sections) -> Iterator[_Found]:
    """Rows of a table one of whose columns says what to do."""
    columns: Mapping[int, int] = {}
    for index, block in enumerate(page.blocks):
        if block.kind == "head":
            found = [number for number, cell in enumerate(block.cells) if _COLUMN.fullmatch(cell)]
            columns = {block.group: found[-1]} if found and len(block.cells) > 1 else {}
        elif block.kind == "row" and block.group in columns:
            cell = block.cells[columns[block.group]] if columns[block.group] < len(block.cells) else ""
            does = starts_with_a_verb(cell) or bool(block.code)
            _, doing, tells = sections[index]
            sure = 0.3 if tells and not doing else 0.92 if does else 0.6 if doing else 0.4
            yield _Found(index, index, block.line, block.end, block.text, sure if cell else 0.0, sections[index][0])


def _paragraphs(page: Page, sections: _Sections) -> Iterator[_Found]:
    """`Step 1: ...` as a paragraph, numbered lines that are no list, and a sentence with a fence below."""
    blocks = page.blocks
    for index, block in enumerate(blocks):
        if block.kind != "text" or block.level or block.quoted:
            continue
        name, does, _ = sections[index]
        follows = index + 1 < len(blocks) and blocks[index + 1].kind == "fence" and not blocks[index + 1].level
        last = index + 1 if follows else index
        end = blocks[last].end
        whole = " ".join(" ".join(page.lines[block.line - 1 : end]).split())
        if _STEP_N.match(block.text):
            yield _Found(index, last, block.line, end, whole, 0.93, name)
            continue
        if follows and does and starts_with_a_verb(block.text):
            yield _Found(index, last, block.line, end, whole, 0.85, name)
            continue
        for number in range(block.line, block.end + 1):
            found = _NUMBER.match(page.lines[number - 1])
            if found and number > block.line:
                yield _Found(index, index, number, number, " ".join(found[1].split()), 0.7, name)


def _commands(within: Iterable[Block]) -> Iterator[Command]:
    for block in within:
        for code in block.code if block.kind in {"text", "heading", "row"} else ():
            if " " in code.strip() or "/" in code:
                yield Command(code.strip(), "", block.line, fenced=False)
        if block.kind == "fence" and block.language in _SHELLS:
            for number, line in enumerate(block.text.split("\n"), block.line + 1):
                text = _PROMPT.sub("", line.strip(), count=1)
                if text and not text.startswith("#"):
                    yield Command(text, block.language, number, fenced=True, attributes=block.attributes)
        elif block.kind == "fence":
            yield Command(block.text.strip(), block.language, block.line, fenced=True, attributes=block.attributes)
