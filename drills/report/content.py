"""Takes a drill's timeline apart into what a report shows, in its order. Pure: no clock, no file, no markup."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from drills.report.checks import Check, checks_of
from drills.report.lanes import Lanes, lanes_of
from drills.report.tabletop import Asked, asked_in, situation_of
from scoring.comparing import Part, compare
from scoring.facts import SECOND, Facts, read
from scoring.key import unsafe_actions
from scoring.result import Unknown, Verdict
from scoring.scorecard import Row, Scorecard, score
from scoring.timeline import BY_PEOPLE, PERSON, Entry
from scoring.wording import clock, limit_words, result_words

Json = Any
Say = Callable[[Entry], str]
"""One entry as one sentence for people."""
Look = Callable[[str], "Kept | None"]
"""A digest -> what was kept under it."""
EVIDENCE_LIMIT = 200
"""Pieces of evidence that a report lists."""
ENTRIES_LIMIT = 5_000
"""Entries of the timeline that a report shows; the rest is told as a number."""
OF_RECOVERY = ("recovery", "early_declaration", "relapse")
PICTURE_PARTS = ("journey", "state", "data_risk", "harmed", "safe", "hypothesis", "unsafe", "next")


@dataclass(frozen=True, slots=True)
class Kept:
    """One piece of evidence."""

    digest: str
    about: str
    media_type: str
    size: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the scorecard in words."""

    title: str
    limit: str
    result: str
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the timeline in words."""

    seq: int
    at: str
    kind: str
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One picture, and who shared it or did not."""

    number: str
    at: str
    by: str
    parts: tuple[tuple[str, str, str], ...]
    """Name, what was said, and how that compares with the key; empty where the key says nothing of it."""
    missing: tuple[str, ...]
    shared: tuple[str, ...]
    disputed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """One verdict on one step of a runbook."""

    runbook: str
    step: str
    title: str
    verdict: str
    why: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that is shown, in the order in which it is read."""

    drill: str
    scenario: str
    title: str
    service: str
    environment: str
    began: str
    outcome: str
    why: str
    headline: str
    clear: bool
    """It is confirmed that no fault was left."""
    people: tuple[tuple[str, str], ...]
    judged: tuple[Line, ...]
    measured: tuple[Line, ...]
    unknown: tuple[Line, ...]
    lanes: Lanes
    pictures: tuple[Revision, ...]
    steps: tuple[Tried, ...]
    never_tried: tuple[str, ...]
    recovery: tuple[Line, ...]
    declared: tuple[tuple[str, str, str, str], ...]
    """When, by whom, what, and their words."""
    checks: tuple[Check, ...]
    evidence: tuple[Kept, ...]
    timeline: tuple[Told, ...]
    left_out: int
    """Entries that are not shown."""
    rubric_version: int
    audience: Literal["facilitators", "responders"] = "facilitators"
    key: tuple[tuple[str, str], ...] = ()
    """The scenario's own answer, part by part."""
    kind: str = "drill"
    """Or `tabletop`: there was no fault."""
    situation: str = ""
    asked: tuple[Asked, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The same as plain JSON."""
        return asdict(self)


def report_of(entries: Sequence[Entry], say: Say, look: Look) -> Report:
    """Read one drill's entries, in order of seq."""
    facts, card = read(entries), score(entries)
    zero = facts.t0 or (entries[0].at if entries else 0)
    return Report(
        drill=card.drill,
        scenario=card.scenario,
        title=card.title or card.scenario,
        service=card.service,
        environment=card.environment,
        began=_moment(entries[0].at) if entries else "",
        outcome=card.outcome,
        why=card.why,
        headline=card.headline,
        clear=_is_clear(facts, card),
        people=tuple(dict.fromkeys((each.by, str(each.body.get("role") or "")) for each in _joined(entries))),
        judged=_lines(row for row in card.rows if row.verdict is not Verdict.NOT_JUDGED),
        measured=_lines(row for row in card.rows if _only_measured(row) and not isinstance(row.result, Unknown)),
        unknown=_lines(row for row in card.rows if _only_measured(row) and isinstance(row.result, Unknown)),
        lanes=lanes_of(facts, zero),
        pictures=_pictures(facts, zero),
        steps=_steps(facts, zero),
        never_tried=_never_tried(facts),
        recovery=_lines(row for row in card.rows if row.measure in OF_RECOVERY and not card.tabletop),
        declared=_declared(facts, zero),
        checks=checks_of(facts, zero),
        evidence=_evidence(entries, look),
        timeline=_timeline(entries[:ENTRIES_LIMIT], facts, zero, say),
        left_out=max(0, len(entries) - ENTRIES_LIMIT),
        rubric_version=card.rubric_version,
        key=_key(facts.rubric.answer),
        kind=card.kind,
        situation=situation_of(facts),
        asked=asked_in(facts, zero),
    )


def _only_measured(row: Row) -> bool:
    return row.verdict is Verdict.NOT_JUDGED


def _is_clear(facts: Facts, card: Scorecard) -> bool:
    """Was it confirmed of every change? A drill that measured nothing has no verdict, and its changes all the same."""
    if any(change.left for change in facts.changes):
        return False
    left = [row for row in card.rows if row.measure == "faults_left"]
    return not card.measured or all(row.verdict is Verdict.MET for row in left)


def _joined(entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if entry.kind == PERSON and entry.body.get("state") == "joined")


def _lines(rows: Iterable[Row]) -> tuple[Line, ...]:
    return tuple(
        Line(row.title, limit_words(row.limit), result_words(row.result), str(row.verdict), row.result.why)
        for row in rows
    )


def _declared(facts: Facts, zero: int) -> tuple[tuple[str, str, str, str], ...]:
    said = facts.room.declarations
    return tuple((_since(each.at, zero), each.by, str(each.body.get("declares")), each.text) for each in said)


def _pictures(facts: Facts, zero: int) -> tuple[Revision, ...]:
    made = []
    for picture in facts.room.pictures:
        number = picture.body.get("revision")
        acks = [each for each in facts.room.acks if each.body.get("revision") == number]
        beside = compare(picture.body, facts, facts.rubric)
        parts = tuple(
            (part.replace("_", " "), _value(picture.body.get(part)), _against(beside.get(part)))
            for part in PICTURE_PARTS
        )
        made.append(
            Revision(
                number=str(number),
                at=_since(picture.at, zero),
                by=picture.by,
                parts=parts,
                missing=tuple(map(str, picture.body.get("missing") or ())),
                shared=tuple(each.by for each in acks if each.body.get("agrees")),
                disputed=tuple(
                    ": ".join(filter(None, (each.by, each.text))) for each in acks if not each.body.get("agrees")
                ),
            )
        )
    return tuple(made)


def _key(answer: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    told = {**answer, "unsafe_actions": [each.get("text") for each in unsafe_actions(answer)]}
    return tuple((name.replace("_", " "), _value(value)) for name, value in told.items() if value)


def _value(value: Json) -> str:
    if value is None:
        return "nobody said"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _steps(facts: Facts, zero: int) -> tuple[Tried, ...]:
    return tuple(
        Tried(
            runbook=str(each.body.get("runbook") or ""),
            step=str(each.body.get("step") or ""),
            title=str(each.body.get("title") or ""),
            verdict=str(each.body.get("verdict") or ""),
            why=": ".join(part for part in (str(each.body.get("why") or ""), each.text) if part),
            by=each.by,
            at=_since(each.at, zero),
        )
        for each in facts.room.steps
    )


def _against(part: Part | None) -> str:
    if part is None:
        return ""
    word = {True: "right", False: "wrong", None: "words cannot tell"}[part.right]
    return f"{word}: {part.why}" if part.why else word


def _never_tried(facts: Facts) -> tuple[str, ...]:
    runbook = facts.rubric.answer.get("runbook")
    tried = {str(each.body.get("step")) for each in facts.room.steps if each.body.get("runbook") == runbook}
    return tuple(f"{runbook} {step}: {title}" for step, title in facts.rubric.steps.items() if step not in tried)


def _evidence(entries: Iterable[Entry], look: Look) -> tuple[Kept, ...]:
    digests: dict[str, None] = {}
    for entry in entries:
        given = entry.body.get("evidence") or ()
        digests.update(dict.fromkeys([given] if isinstance(given, str) else map(str, given)))
    kept = (look(digest) for digest in list(digests)[:EVIDENCE_LIMIT])
    return tuple(each for each in kept if each is not None)


def _timeline(entries: Sequence[Entry], facts: Facts, zero: int, say: Say) -> tuple[Told, ...]:
    """Each entry as it was made; what was corrected says by which."""
    mended = {entry.body.get("corrects"): entry.seq for entry in facts.entries if entry.kind in BY_PEOPLE}
    told = []
    for entry in entries:
        kind = str(entry.body.get("mark") or entry.kind)
        corrected = f" [corrected by entry {mended[entry.seq]}]" if entry.seq in mended else ""
        told.append(Told(entry.seq, _since(entry.at, zero), kind, entry.by, say(entry) + corrected))
    return tuple(told)


def _since(at: int, zero: int) -> str:
    return clock((at - zero) / SECOND)


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / SECOND, UTC):%Y-%m-%d %H:%M:%S} UTC"


def mapping(report: Report) -> Mapping[str, Json]:
    """The fields by name, as a template takes them."""
    return {name: getattr(report, name) for name in Report.__slots__}
