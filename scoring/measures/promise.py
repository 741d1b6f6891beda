"""Promise: does the product do what it promises when a dependency fails in this way, while the fault was on."""

from collections.abc import Sequence
from itertools import groupby

from scoring.facts import SECOND, Facts, Look
from scoring.result import Known, Result, Unknown
from scoring.rubric import Promise, Rubric
from scoring.wording import clock


def promise(facts: Facts, rubric: Rubric) -> Result:
    """Kept or broken, by what the promise's probe saw from the confirmed effect of its fault until that was ended.

    "Which failures should degrade the product, which should stop it, and which should trigger manual review? Without
    failure contracts, every dependency is treated as either up or down." A look that began before the effect or ended
    after the fault's end says nothing. Broken is bad for as long as the probe's `for:`; no reading is unknown; a fault
    that never took effect leaves it untried.
    """
    wanted = rubric.promises[0]
    window = _window(facts, wanted.fault)
    if window is None:
        return Unknown(f"untried: {wanted.fault} never took effect", {"cell": "untried", **_words(wanted)})
    if wanted.probe is None:
        return Unknown("no probe shows it", {"cell": "unknown", **_words(wanted)})
    began, ended = window
    looks = facts.probes.get(wanted.probe, ())
    within = [look for look in looks if look.began >= began and (ended is None or look.at <= ended)]
    return _judged(facts, wanted, within, rubric.bad_for.get(wanted.probe, 0.0))


def _window(facts: Facts, fault: str) -> tuple[int, int | None] | None:
    """While all of the fault was confirmed active: (from, to), to is None where nobody ended it."""
    changes = [change for change in facts.changes if change.fault == fault]
    felt = [change.felt for change in changes if change.felt is not None]
    if not changes or len(felt) < len(changes):
        return None
    ends = [change.taken_back or change.cleared for change in changes]
    return max(felt), min((end for end in ends if end is not None), default=None)


def _judged(facts: Facts, wanted: Promise, looks: Sequence[Look], lasting: float) -> Result:
    rows = _rows(looks)
    broken = next((bad[0] for row in rows if (bad := _answered(row)) and _lasted(bad) >= lasting), None)
    silent = next((row[0] for row in rows if row[0].good is not True and _lasted(row) >= lasting), None)
    if broken is not None:
        at = clock(facts.since_t0(broken.at))
        why = f"{wanted.probe} was bad at {at}" + (f": {broken.why}" if broken.why else "")
        return Known(0.0, "kept", why=why, detail={"cell": "broken", **_words(wanted)})
    if not any(look.good is not None for look in looks):
        return _unknown(wanted, "gave no reading while the fault was on")
    if silent is not None:
        return _unknown(wanted, f"gave no answer at {clock(facts.since_t0(silent.at))}")
    if rows[-1][0].good is not True:
        return _unknown(wanted, f"was not good when the fault ended, for less than the {clock(lasting)} of its `for:`")
    good = sum(look.good is True for look in looks)
    why = f"{wanted.probe} was good at {good} of {len(looks)} looks while the fault was on"
    return Known(1.0, "kept", why=why, detail={"cell": "kept", **_words(wanted)})


def _rows(looks: Sequence[Look]) -> list[list[Look]]:
    """The looks, cut where good begins and where it ends: a look without an answer does not end what is bad."""
    return [list(row) for _, row in groupby(looks, key=lambda look: look.good is True)]


def _answered(row: Sequence[Look]) -> list[Look]:
    return [look for look in row if look.good is False]


def _lasted(row: Sequence[Look]) -> float:
    return (row[-1].at - row[0].at) / SECOND


def _unknown(wanted: Promise, what: str) -> Unknown:
    return Unknown(f"{wanted.probe} {what}", {"cell": "unknown", **_words(wanted)})


def _words(wanted: Promise) -> dict[str, str | None]:
    return {"dependency": wanted.dependency, "mode": wanted.mode, "then": wanted.then, "probe": wanted.probe}
