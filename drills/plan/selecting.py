"""Which of a pool's subjects are hurt: pure, and the same every time, so that what `plan` shows is what `run` does."""

from collections.abc import Collection, Sequence
from math import floor

from scenarios import Select


def choose(select: Select, pool: Sequence[str], consent: Collection[str]) -> tuple[str, ...]:
    """The first ones in order, those on the target's consent list before all others.

    A share counts of the whole pool, rounded down, and at least one.
    """
    ordered = sorted(pool, key=lambda subject: (bool(consent) and subject not in consent, subject))
    if select.all:
        return tuple(ordered)
    if select.share is not None:
        return tuple(ordered[: max(1, floor(select.share * len(ordered) + 1e-9))])
    return tuple(ordered[: select.count])
