"""Does a text name an impact: are these words said of something that is wrong. Words only; no model, no guess."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Any


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|:")
_CLAUSE = re.compile(
    r"[.;,!?()\[\]\n|]+(?=\s|$|\w)|\s[-\u2013\u2014]+\s|"
    r"\b(?:but|while|whereas|although|though|however|yet|with(?=\s+no\b)|(?=without\b))\s*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\w+://\S+")

_PREFIXES = _set("pre post non anti ex mock fake dummy")
"""In front of a word they make another word of it: a pre-checkout is no checkout."""
_DENIERS = _set("not no never neither nor without isn't aren't wasn't weren't hasn't haven't")
_UNABLE = _set("cannot can't couldn't doesn't don't didn't won't wouldn't unable")
_AUXILIARIES = _set("can could does do did will would")
"""Before `not` they make an inability of it: `cannot pay` is harm, `is not slow` is none."""
_EXCEPT = _set("except excluding besides")
_FILLERS = _set("a an the any be been being is are was were currently yet so too very longer more at by to in")
_EXEMPT = _set("only just merely solely")
"""After `not` they affirm: `not only checkout`."""
_HARM = _set("""
    affect impact slow down broken break fail failure error degrad problem issue incident outage delay timeout
    latency lost lose loss stale duplicat unavail unreach expir late crash dead die miss stuck harm hurt
    disrupt unhealthy bad wrong high
""")
_WELL = _set("healthy fine ok okay normal recover resolv unaffect unharm unimpact operational")
_RELATIVE = _set("than above below beyond under over from of only few fewer less instead")
"""Before a word of health they take it back: `slower than normal`, `1 of 3 healthy`."""
_SMALL = _set("""
    a an the of for to in on at by with from and or is are was were be been being it its this that these those there
    we they our their when while if then into as has have had : any
""")
_REACH = 3
"""Words after a denial that it may be about."""


@dataclass(frozen=True, slots=True)
class _Clause:
    words: tuple[str, ...]
    denied: frozenset[int]
    """Positions of words that are said not to be."""
    harmless: bool
    """The whole clause says that all is well."""


def names_impact(text: str, says: Iterable[str]) -> bool:
    """True when every one of `says` is affirmed somewhere in the text: as whole words, not denied, not called healthy.

    Plurals and endings do not matter (`checkouts`, `slowly`), CamelCase and hyphens part words (`CheckoutSlow`,
    `checkout-eu`), and a prefix makes another word (`pre-checkout`). `checkout is not affected` names nothing,
    `customers cannot check out` does: an inability is harm.
    """
    return not missing_words(text, says)


def missing_words(text: str, says: Iterable[str]) -> tuple[str, ...]:
    """The ones of `says` that the text does not affirm, in their order."""
    clauses = _clauses(text)
    return tuple(wanted for wanted in says if not any(_affirms(clause, _words(wanted)) for clause in clauses))


def stems(text: str) -> tuple[str, ...]:
    """The words of a text without their endings, in order, denied or not; small words are left out."""
    return tuple(_stem(word) for word in _words(text) if word not in _SMALL)


def shares(text: str, wording: str) -> tuple[float, float]:
    """The shares of the wording's words that the text affirms, and that it has at all, affirmed or denied."""
    words = {_stem(word): word for word in _words(wording) if word not in _SMALL}
    if not words:
        return 0.0, 0.0
    missing = missing_words(text, words.values())
    return 1 - len(missing) / len(words), len(words.keys() & set(stems(text))) / len(words)


def is_hedged(text: str) -> bool:
    """Does it deny or except something: `all but eu-web`, `not eu-web`?"""
    return any(word in _DENIERS or word in _UNABLE or word in _EXCEPT or word == "but" for word in _words(text))


def text_of(alert: Mapping[str, Json]) -> str:
    """What a person reads of an alert: its name and its annotations, without addresses."""
    annotations = alert.get("annotations") or {}
    parts = [str(alert.get("name") or ""), *(str(annotations[key]) for key in sorted(annotations))]
    return "\n".join(text for part in parts if (text := _ADDRESS.sub("", part).strip()))


def _clauses(text: str) -> list[_Clause]:
    bare = _ADDRESS.sub(" ", text).replace("\u2019", "'")
    return [_clause(words) for part in _CLAUSE.split(bare) if part and (words := _words(part))]


def _words(text: str) -> tuple[str, ...]:
    found = _WORD.findall(_CAMEL.sub(" ", text).lower())
    words: list[str] = []
    for word in found:
        if words and words[-1] in _PREFIXES:
            words[-1] = f"{words[-1]}-{word}"
        else:
            words.append(word)
    return tuple(words)


def _stem(word: str) -> str:
    """Cut plain English endings, the same way on both sides of a comparison."""
    for ending in ("s", "ness", "ly", "ing", "ed", "able", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending)
    return word


_HARM_STEMS = frozenset(map(_stem, _HARM))
_WELL_STEMS = frozenset(map(_stem, _WELL))


def _clause(words: tuple[str, ...]) -> _Clause:
    denied: set[int] = set()
    harmless = False
    for index, word in enumerate(words):
        if word in _EXCEPT or (word == "than" and index and words[index - 1] == "other"):
            denied.update(range(index + 1, len(words)))
        elif word in _DENIERS or word in _UNABLE:
            about = _about(words, index)
            if any(_stem(words[each]) in _HARM_STEMS for each in about):
                harmless = True
            elif word == "not" and not _is_unable(words, index):
                denied.update(about[:1])
        elif _says_well(words, index):
            harmless = True
    return _Clause(words, frozenset(denied), harmless)


def _about(words: Sequence[str], index: int) -> list[int]:
    """Positions of the words that a denial at `index` is about, up to a colon; none for `not only`, `not healthy`."""
    end = next((each for each in range(index, len(words)) if words[each] == ":"), len(words))
    after = [each for each in range(index + 1, end) if words[each] not in _FILLERS][:_REACH]
    if after and (words[after[0]] in _EXEMPT or _stem(words[after[0]]) in _WELL_STEMS or words[after[0]] in _GOOD):
        return []
    return after


_GOOD = _set("available reachable responding working ready answering accepting serving answer reply response")
"""Denied, they are harm: `checkout is not responding`."""


def _is_unable(words: Sequence[str], index: int) -> bool:
    return index > 0 and words[index - 1] in _AUXILIARIES


def _says_well(words: Sequence[str], index: int) -> bool:
    if _stem(words[index]) not in _WELL_STEMS:
        return False
    before = words[max(0, index - _REACH) : index]
    return not any(word in _DENIERS or word in _UNABLE or word in _RELATIVE or _is_part(word) for word in before)


def _affirms(clause: _Clause, wanted: Sequence[str]) -> bool:
    if clause.harmless or not wanted:
        return False
    stems, sought = [_stem(word) for word in clause.words], [_stem(word) for word in wanted]
    starts = range(len(stems) - len(sought) + 1)
    return any(
        stems[start : start + len(sought)] == sought and not clause.denied & set(range(start, start + len(sought)))
        for start in starts
    )


def _is_part(word: str) -> bool:
    return word.isdigit() and word != "100"
