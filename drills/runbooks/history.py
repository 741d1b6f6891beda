"""Which step of today an older verdict is about: the same text, or the one it was reworded to."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from drills.runbooks.steps import Step

ALIKE = 0.6
"""The share of a title that must be left for a step to count as reworded."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a step went."""

    step: Step
    same_text: bool
    """False: it was reworded, so what was proven of the old text is not proven of this one."""


def follow(steps: Sequence[Step], title: str, text_hash: str, number: int = 0) -> Followed | None:
    """The step that was tried under this title and hash; None: it is gone."""
    same = [each for each in steps if each.text_hash == text_hash]
    if same:
        return Followed(min(same, key=lambda each: abs(each.id - number)), same_text=True)
    match = SequenceMatcher(autojunk=False)
    match.set_seq2(title)
    best, ratio = None, ALIKE
    for each in steps:
        match.set_seq1(each.title)
        if match.quick_ratio() > ratio and (now := match.ratio()) > ratio:
            best, ratio = each, now
    return Followed(best, same_text=False) if best else None
