"""Two scorecards of one drill beside each other: what each row was, what it is, and why it differs. Judges nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scoring.rubric import Rubric
from scoring.scorecard import Scorecard
from scoring.wording import printable

Json = Any
NOT_COMPARED = ("version", "steps")
"""Parts of a rubric in which a difference changes no verdict by itself."""


@dataclass(frozen=True, slots=True)
class Side:
    """One row of one of the two cards, in words."""

    result: str
    limit: str
    verdict: str
    why: str

    @property
    def judged(self) -> bool:
        """Did the scenario ask for it?"""
        return self.verdict != "not judged"


@dataclass(frozen=True, slots=True)
class Beside:
    """One row of both."""

    measure: str
    title: str
    then: Side | None
    """None: that card has no such row."""
    now: Side | None
    why: str
    """Why the two differ; empty: they say the same."""

    @property
    def turned(self) -> bool:
        """Is the verdict another one?"""
        return (self.then.verdict if self.then else None) != (self.now.verdict if self.now else None)


@dataclass(frozen=True, slots=True)
class Rescored:
    """One drill, scored twice."""

    then: Mapping[str, Json]
    """The card as it was kept, or made anew from the limits that the drill was run with."""
    now: Scorecard
    changed: tuple[str, ...]
    """The parts of the rubric that are others now."""
    rows: tuple[Beside, ...]

    @property
    def turned(self) -> bool:
        """Is any expectation judged in another way?"""
        return any(row.turned for row in self.rows)

    def to_json(self) -> dict[str, Json]:
        """Both cards whole, and what differs."""
        rows = [{**asdict(row), "turned": row.turned} for row in self.rows]
        now = self.now.to_json()
        return {
            "drill": self.now.drill,
            "scenario": self.now.scenario,
            "turned": self.turned,
            "changed": list(self.changed),
            "rows": rows,
            "then": dict(self.then),
            "now": now,
        }


def beside(then: Mapping[str, Json], now: Scorecard, judged_by: Rubric, judges: Rubric) -> Rescored:
    """Put the card that was kept beside the new one; `judged_by` and `judges` are the limits behind each."""
    before, after = judged_by.to_json(), judges.to_json()
    changed = tuple(name for name in after if name not in NOT_COMPARED and before[name] != after[name])
    old, new = _sides(then), _sides(now.to_json())
    other_rubric = then.get("rubric_version") != now.rubric_version
    reason = _Reason(changed, f"rubric {now.rubric_version}" if other_rubric else "")
    rows = tuple(
        Beside(name, title, old.get((name, title)), new.get((name, title)), reason.of(old, new, (name, title)))
        for name, title in dict.fromkeys([*new, *old])
    )
    return Rescored(then, now, changed, rows)


Row = tuple[str, str]
Sides = Mapping[Row, Side]


@dataclass(frozen=True, slots=True)
class _Reason:
    """What may make a row differ."""

    changed: tuple[str, ...]
    rubric: str
    """Empty: both were judged by the same version of the measures."""

    def of(self, old: Sides, new: Sides, row: Row) -> str:
        """Why this row differs, or nothing."""
        then, now = old.get(row), new.get(row)
        if then is None:
            return "not asked for then" if not self.rubric else f"not asked for then, or new in {self.rubric}"
        if now is None:
            return "no longer asked for" if not self.rubric else f"no longer asked for, or gone with {self.rubric}"
        told = []
        if then.limit != now.limit:
            told.append(f"expected was {then.limit or 'nothing'}, is {now.limit or 'nothing'}")
        if (then.result, then.why) != (now.result, now.why) or (then.verdict != now.verdict and not told):
            told += [printable(now.why)] if now.why and now.why != then.why else []
            told += self._causes()
        return "; ".join(told)

    def _causes(self) -> list[str]:
        parts = [name.replace("_", " ") if name != "answer" else "the key" for name in self.changed]
        return [f"changed: {', '.join([*parts, *filter(None, [self.rubric])])}"] if parts or self.rubric else []


def _sides(card: Mapping[str, Json]) -> dict[Row, Side]:
    found: dict[Row, Side] = {}
    for row in card.get("rows") or ():
        about, label = str(row.get("about") or ""), str(row.get("label") or row.get("measure"))
        name = str(row.get("measure")), f"{label} of {about}" if about else label
        why = str((row.get("result") or {}).get("why") or "")
        found[name] = Side(
            str(row.get("result_text") or ""), str(row.get("limit_text") or ""), str(row.get("verdict") or ""), why
        )
    return found
