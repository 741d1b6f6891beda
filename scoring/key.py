"""Does what people wrote say what the scenario's key says? Words only; where words cannot tell, nobody can: None.

Right needs words that match; wrong needs words that contradict: the key's words denied, a list that names others.
A cause has a list of wordings, so that a text which shares no word with any of them speaks of something else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.impact_words import is_hedged, shares, stems

Json = Any
MOST = 0.5
"""More than this share of the key's words is most of them."""


@dataclass(frozen=True, slots=True)
class Named:
    """The cohorts that a list names."""

    known: frozenset[str]
    unclear: tuple[str, ...] = ()
    """Items that name none we know, or take something back."""


def named(items: Iterable[Json], cohorts: Iterable[str]) -> Named:
    """Which of these cohorts the items name; `EU web`, `eu-web` and `eu_web customers` are one."""
    known = {cohort: words for cohort in cohorts if (words := stems(cohort))}
    found: set[str] = set()
    unclear = []
    for item in map(str, items):
        words = stems(item.replace("_", " "))
        held = {cohort for cohort, each in known.items() if _within(each, words)}
        exact = {cohort for cohort in held if known[cohort] == words}
        longest = {one for one in held if not any(_within(known[one], known[other]) for other in held - {one})}
        if not held or is_hedged(item):
            unclear.append(item)
        found |= set() if is_hedged(item) else exact or longest
    return Named(frozenset(found), tuple(unclear))


def says_cause(text: str, wordings: Iterable[str]) -> bool | None:
    """True: every word of one wording is affirmed; False: it denies them, or shares no word with any of them."""
    affirmed = [shares(text, wording)[0] for wording in wordings]
    if 1.0 in affirmed:
        return True
    return None if any(affirmed) else False


def says_journey(text: str, journey: str) -> bool | None:
    """True: it affirms most words of the key's journey; False: it names them and denies each."""
    affirmed, mentioned = shares(text, journey)
    if affirmed > MOST:
        return True
    return False if mentioned and not affirmed else None


def is_action(text: str, unsafe: str) -> bool | None:
    """True: an action affirms every word of this unsafe one; False: it has at most half of them."""
    affirmed, mentioned = shares(text, unsafe)
    if affirmed == 1.0 and not is_hedged(text):
        return True
    return None if mentioned > MOST else False


def resembles(text: str, other: str) -> bool:
    """Half of the shorter one's words are shared, and at least two where both have two."""
    mine, theirs = set(stems(text)), set(stems(other))
    fewest = min(len(mine), len(theirs))
    shared = len(mine & theirs)
    return shared >= min(2, fewest) and shared >= MOST * fewest > 0


def unsafe_actions(answer: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The key's unsafe actions as `{text, probe, until}`."""
    return [each if isinstance(each, Mapping) else {"text": each} for each in answer.get("unsafe_actions") or ()]


def _within(words: tuple[str, ...], text: tuple[str, ...]) -> bool:
    starts = range(len(text) - len(words) + 1)
    return any(text[start : start + len(words)] == words for start in starts)
