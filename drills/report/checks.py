"""What the recovery's criteria and negative checks said, each in one row. It judges nothing."""

from dataclasses import dataclass
from itertools import pairwise

from scoring.facts import SECOND, Facts
from scoring.wording import clock


@dataclass(frozen=True, slots=True)
class Check:
    """One probe that says whether the drill is over."""

    probe: str
    kind: str
    """criterion or negative check."""
    first_bad: str
    good_again: str
    last: str


def checks_of(facts: Facts, zero: int) -> tuple[Check, ...]:
    """Each criterion and each negative check, in the order of the file."""
    wanted = facts.rubric.recovery
    criteria = (wanted.criteria if wanted else ()) or facts.rubric.steady_state
    kinds = {
        **dict.fromkeys(criteria, "criterion"),
        **dict.fromkeys(wanted.negative_checks if wanted else (), "negative check"),
    }
    return tuple(_check(probe, kind, facts, zero) for probe, kind in kinds.items())


def _check(probe: str, kind: str, facts: Facts, zero: int) -> Check:
    looks = facts.probes.get(probe, ())
    if not looks:
        return Check(probe, kind, "", "", "never looked at")
    bad = next((look.at for look in looks if look.good is False and look.at >= (facts.began or 0)), None)
    again = None
    for before, look in pairwise(looks):
        again = look.at if look.good and before.good is not True else again
    last = {True: "good", False: "bad", None: "no answer"}[looks[-1].good]
    shown = again if bad is not None and looks[-1].good else None
    return Check(
        probe, kind, _since(bad, zero) or "never", _since(shown, zero), f"{last} at {_since(looks[-1].at, zero)}"
    )


def _since(at: int | None, zero: int) -> str:
    return "" if at is None else clock((at - zero) / SECOND)
