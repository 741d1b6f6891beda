"""What people type, made harmless: one line without control characters, and not too long. Knows no timeline."""

from collections.abc import Iterable, Sequence

from drills.room.errors import RoomError
from scenarios.suggest import for_name
from scenarios.values import duration
from scoring.wording import printable

NAME_CHARS = 60
TEXT_CHARS = 2000
ITEMS = 50
"""Items of one list."""
NOTHING = "none"
"""Typed for a list that is known to be empty."""


def one_line(text: str, what: str) -> str:
    """The text as one line; empty when there is none. Raises `RoomError` when it is too long."""
    told = printable(text)
    if len(told) > TEXT_CHARS:
        raise RoomError(
            f"{what} has {len(told)} characters, more than {TEXT_CHARS}: put it into a file, --evidence FILE"
        )
    return told


def said(text: str, what: str) -> str:
    """As `one_line`, and there must be something."""
    told = one_line(text, what)
    if not told:
        raise RoomError(f"{what} is empty: say it in one line, in quotes")
    return told


def maybe(text: str | None, what: str) -> str | None:
    """As `said`, or None when it was not given."""
    return None if text is None else said(text, what)


def choice(word: str, known: Sequence[str], what: str) -> str:
    """One of the known words, whatever its case. Raises `RoomError`, with the one that was meant."""
    plain = word.strip().lower()
    if plain not in known:
        listed = "|".join(known)
        raise RoomError(f"{what} {printable(word)[:NAME_CHARS]!r}: {for_name(plain, known)} (write {listed})")
    return plain


def items(given: Sequence[str] | None, what: str, *, split: bool = True) -> list[str] | None:
    """`a,b` and `a` `b` as a list, `none` as an empty one; None when it was not given."""
    if not given:
        return None
    parts = [part for each in given for part in (each.split(",") if split else [each])]
    found = list(dict.fromkeys(said(part, what) for part in parts if part.strip() or not split))
    if [each.lower() for each in found] == [NOTHING]:
        return []
    if not found or NOTHING in (each.lower() for each in found):
        raise RoomError(f"{what}: name what there is, or `{NOTHING}` alone")
    if len(found) > ITEMS:
        raise RoomError(f"{what}: {len(found)} are too many, at most {ITEMS}")
    return found


def choices(given: Sequence[str] | None, known: Sequence[str], what: str) -> list[str] | None:
    """As `items`, each one of the known words."""
    found = items(given, what)
    return None if found is None else list(dict.fromkeys(choice(each, known, what) for each in found))


def seconds(text: str | None, what: str) -> float | None:
    """`5m` in seconds, more than none. Raises `RoomError`."""
    if text is None:
        return None
    try:
        found = duration(text.strip())
    except ValueError as wrong:
        raise RoomError(f"{what}: {wrong}") from wrong
    if not found:
        raise RoomError(f"{what}: write more than 0s")
    return found


def listed(words: Iterable[str]) -> str:
    """`a, b, c` for a message."""
    return ", ".join(words)
