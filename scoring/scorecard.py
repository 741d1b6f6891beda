"""A timeline and its rubric become a scorecard: one row a measure, `k of n met` with its parts, the outcome apart."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from scoring.facts import Facts, read
from scoring.measures import MEASURES, Measure
from scoring.result import Limit, Result, Unknown, Verdict, to_json, verdict
from scoring.rubric import VERSION, Rubric
from scoring.timeline import Entry
from scoring.wording import limit_words, result_words

Json = Any
NOTHING_MEASURED = ("void", "refused")
"""Outcomes that are shown and never scored."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one drill."""

    measure: str
    label: str
    about: str
    """The fault or the promise it is about; empty: the whole drill."""
    limit: Limit | None
    result: Result
    verdict: Verdict

    @property
    def title(self) -> str:
        """The label, and what it is about."""
        return f"{self.label} of {self.about}" if self.about else self.label


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What one drill measured."""

    drill: str
    scenario: str
    title: str
    service: str
    environment: str
    outcome: str
    why: str
    rubric_version: int
    """Of the measures that judged, whatever the drill was run with."""
    rows: tuple[Row, ...]
    tabletop: bool = False
    """A drill without faults: never in one trend with those that have them."""

    @property
    def kind(self) -> str:
        """`drill` or `tabletop`."""
        return "tabletop" if self.tabletop else "drill"

    @property
    def judged(self) -> tuple[Row, ...]:
        """The rows that are expectations."""
        return tuple(row for row in self.rows if row.verdict is not Verdict.NOT_JUDGED)

    @property
    def met(self) -> int:
        """How many expectations were met."""
        return sum(row.verdict is Verdict.MET for row in self.rows)

    @property
    def of(self) -> int:
        """How many expectations there were."""
        return len(self.judged)

    @property
    def measured(self) -> bool:
        """False for a void or refused drill: it never enters a score or a trend."""
        return self.outcome not in NOTHING_MEASURED

    @property
    def headline(self) -> str:
        """The one number there is, never without its parts."""
        if not self.measured:
            return f"nothing measured: {self.outcome}" + (f": {self.why}" if self.why else "")
        parts = ", ".join(f"{row.title} {row.verdict}" for row in self.judged)
        return f"{self.met} of {self.of} met ({parts})"

    def to_json(self) -> dict[str, Json]:
        """The card as plain JSON."""
        return {
            "kind": self.kind,
            "drill": self.drill,
            "scenario": self.scenario,
            "title": self.title,
            "service": self.service,
            "environment": self.environment,
            "outcome": self.outcome,
            "why": self.why,
            "rubric_version": self.rubric_version,
            "measured": self.measured,
            "met": self.met,
            "of": self.of,
            "headline": self.headline,
            "rows": [_row_json(row) for row in self.rows],
        }


def score(entries: Iterable[Entry], rubric: Rubric | None = None) -> Scorecard:
    """Score a timeline, in any order of arrival, with the rubric it was run with or with another one.

    Never raises for what is on the timeline: a measure that fails is unknown, and says so.
    """
    facts = read(entries, rubric)
    started = facts.started
    return Scorecard(
        drill=str(started.get("drill", "")),
        scenario=str(started.get("scenario", "")),
        title=str(started.get("title", "")),
        service=str(started.get("service", "")),
        environment=str(started.get("environment", "")),
        outcome=facts.outcome,
        why=str(facts.ended.body.get("why") or "") if facts.ended else "",
        rubric_version=VERSION,
        rows=tuple(_rows(facts)),
        tabletop=facts.told is not None,
    )


def _rows(facts: Facts) -> Iterator[Row]:
    first = facts.first_life()
    for measure in MEASURES:
        limit = measure.limit(facts.rubric)
        if not _is_shown(measure, facts, limit):
            continue
        seen = facts if measure.both_lives else first
        if measure.each:
            for about, rubric in measure.each(facts.rubric):
                yield _row(measure, about, limit, _find(measure, replace(seen, rubric=rubric)))
            continue
        yield _row(measure, "", limit, _find(measure, seen))
        if measure.per_fault and len(first.fault_ids) > 1:
            for fault in first.fault_ids:
                yield _row(measure, fault, None, _find(measure, seen.only(fault)))


def _is_shown(measure: Measure, facts: Facts, limit: Limit | None) -> bool:
    """A drill that nobody took part in says nothing of people, unless its scenario asks; a tabletop nothing else."""
    if facts.told is not None and not measure.of_people:
        return False
    present = not facts.room.empty
    asked = limit is not None
    return {"always": True, "judged": asked, "asked": asked, "people": asked or present, "present": present}[
        measure.shown
    ]


def _row(measure: Measure, about: str, limit: Limit | None, result: Result) -> Row:
    return Row(measure.name, measure.label, about, limit, result, verdict(result, limit))


def _find(measure: Measure, facts: Facts) -> Result:
    if facts.outcome in NOTHING_MEASURED:
        why = str(facts.ended.body.get("why") or "") if facts.ended else ""
        return Unknown(f"the drill was {facts.outcome}" + (f": {why}" if why else ""))
    if facts.t0 is None and not measure.without_effect:
        return Unknown("no fault took effect")
    if measure.of_people and facts.room.empty:
        return Unknown("nobody took part")
    try:
        return measure.find(facts, facts.rubric)
    except Exception as error:  # noqa: BLE001 - the border named in CONTRIBUTING: a measure that fails is unknown
        return Unknown(f"the measure failed: {type(error).__name__}: {error}"[:200])


def _row_json(row: Row) -> dict[str, Json]:
    limit = row.limit
    shown = None
    if limit is not None:
        shown = {"value": limit.value, "unit": limit.unit, "at": "most" if limit.at_most else "least"}
    return {
        "measure": row.measure,
        "label": row.label,
        "about": row.about,
        "limit": shown,
        "limit_text": limit_words(limit),
        "result": to_json(row.result),
        "result_text": result_words(row.result),
        "verdict": str(row.verdict),
    }
