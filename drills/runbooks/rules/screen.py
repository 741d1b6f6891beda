"""The first screen: eight parts, an owner who can change it, and nothing else before them."""

import re
from collections.abc import Iterator

from drills.runbooks.parts import HEIGHT, WIDTH
from drills.runbooks.reading import Runbook
from drills.runbooks.rules.rule import ESSAY, Around, Look, Rule
from drills.runbooks.wording import HISTORY, NAMES, PARTS, bare, part_named

_ONE_SCREEN = f"{ESSAY}: 'A practical outage runbook should fit on one screen'"
_ASKS = {
    "impact": "which user journey is broken, in plain language",
    "owner": "the team that can change this page and decide",
    "timeline": "which moments to note, from before the alert on",
    "unsafe": "what nobody may do while this is on, and until when",
    "mitigation": "what protects users and data now, step by step",
    "communication": "who is told what, and how often",
    "evidence": "where to look, and what to keep before it expires",
    "recovery": "what must be good again, for how long, and what must be absent",
}
_SHARED = re.compile(
    r"(?:shared|everyone|everybody|all(?: teams)?|anyone|nobody|none|unknown|various|multiple"
    r"|several|n/?a|tb[da]|todo|\?+)\b"
    r"|.*\b(?:shared between|all teams|whoever)\b",
    re.IGNORECASE,
)


def _missing(part: str) -> Look:
    def look(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
        del around
        if part not in book.parts and not (part == "owner" and book.owner):
            yield 1, f"says nothing about: {NAMES[part].lower()}"

    return look


def _unwritten(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    for part in book.parts.values():
        if not part.written:
            yield part.line, f"{NAMES[part.name]}: nothing is written there yet"


def _below(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    for part in book.parts.values():
        if part.row > HEIGHT:
            yield part.line, f"{NAMES[part.name]} begins below the first screen ({WIDTH} x {HEIGHT} cells)"


def _history(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    heads = [each for each in book.labels if each.kind == "heading"]
    for number, head in enumerate(heads):
        if number == 0 and book.page.blocks[head.index].level == 1:
            continue
        if part_named(head.name) in PARTS:
            return
        if HISTORY.match(bare(head.name)):
            yield head.line, f"`{bare(head.name)[:40]}` stands before what a tired person needs"
            return


def _shared(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    line = book.parts["owner"].line if "owner" in book.parts else 1
    if book.owner and _SHARED.match(book.owner):
        yield line, f"`{book.owner[:60]}` is nobody who can change this page"
    elif around.teams and book.owner and not around.teams.intersection(re.findall(r"[\w-]+", book.owner.lower())):
        yield line, f"`{book.owner[:60]}` is no team of gameday.yaml"


RULES = (
    *(
        Rule(
            f"no-{part}",
            "error",
            f"{NAMES[part]}: not there",
            "The first page must help a tired human at three in the morning.",
            _ONE_SCREEN,
            f"write `**{NAMES[part]}.**` and {_ASKS[part]}; `--fix` adds the empty part",
            _missing(part),
        )
        for part in PARTS
    ),
    Rule(
        "unwritten-part",
        "notice",
        "a part that has a name and nothing else",
        "A heading without content looks ready and is not.",
        _ONE_SCREEN,
        "write it, or have it written by who knows",
        _unwritten,
    ),
    Rule(
        "below-first-screen",
        "error",
        "a part that nobody sees without scrolling",
        f"Line {HEIGHT + 1} of the screen is not on the screen: {WIDTH} x {HEIGHT} cells, as a terminal renders it.",
        _ONE_SCREEN,
        "move it up, shorten what stands before it, or link to deeper procedures",
        _below,
    ),
    Rule(
        "history-first",
        "warning",
        "background before what to do",
        "A runbook that starts with architecture history is not read when it matters.",
        _ONE_SCREEN,
        "move it below the eight parts, or to a page of its own",
        _history,
    ),
    Rule(
        "shared-owner",
        "warning",
        "an owner who is no one, or no team of the workspace",
        "Shared ownership often means that nobody has authority during the incident.",
        f"{ESSAY}: 'Ownership matters more than tooling'",
        "name one team that can change the page; teams stand under `teams:` in gameday.yaml",
        _shared,
    ),
)
