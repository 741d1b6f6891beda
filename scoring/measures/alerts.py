"""Alerts: which were late or silent, and which named a component that was not at fault."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from scoring.facts import Facts
from scoring.impact_words import stems, text_of
from scoring.measures.alert_detection import alert_detection, fresh_alerts, matches, receipt
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import Rubric
from scoring.timeline import FAULT, Entry

Json = Any
COMPONENT = ("component", "service", "app", "job")
"""Labels by which an alert says what it is about; the first one that it has counts."""


def alerts(facts: Facts, rubric: Rubric) -> Result:
    """The number of alerts that were silent, late, or named the wrong component; the detail lists every one.

    "Symptoms travel along dependency edges and often appear where instrumentation is loudest", and a drill measures
    "whether alerts name the right impact". Right are the drill's service and what the fault bent; an alert without any
    of these labels names no component. One that names the service of a drill beside this one is about that; with such
    a drill, any other may be: an interval. Whether the words name the impact is a measure of its own.
    """
    others = _services_beside(facts)
    at_fault = _at_fault(facts)
    table = [_row(facts, entry, at_fault, others) for entry in _first_of_each(facts)]
    found = alert_detection(facts, rubric)
    if isinstance(found, Unknown) and not table:
        return found
    amiss = [f"{row['alert']} names {row['component']}" for row in table if row["is"] == "wrong component"]
    maybe = [f"perhaps {row['alert']} names {row['component']}" for row in table if row["is"] == "unclear"]
    if rubric.alert is not None:
        if isinstance(found, Unknown):
            table.append({"alert": rubric.alert.name, "is": "unknown", "why": found.why})
            maybe.append(found.why)
        elif isinstance(found, Missed):
            table.append({"alert": rubric.alert.name, "is": "silent", "why": found.why})
            amiss.append(f"{rubric.alert.name} was silent")
        elif found.value > rubric.alert.within:
            amiss.append(f"{rubric.alert.name} was late")
            _mark_late(table, facts, rubric)
    return _counted(amiss, maybe, table)


def _counted(amiss: Sequence[str], maybe: Sequence[str], table: Sequence[Mapping[str, Json]]) -> Known:
    low, high = float(len(amiss)), float(len(amiss) + len(maybe))
    why, detail = "; ".join([*amiss, *maybe]), {"alerts": list(table)}
    if not maybe:
        return Known(low, "count", why=why, detail=detail)
    return Known(high, "count", low=low, high=high, why=why, detail=detail)


def _services_beside(facts: Facts) -> list[AbstractSet[str]]:
    """The words of each service that another drill was on at the time."""
    told = facts.ended.body.get("beside") if facts.ended else None
    return [set(stems(str(each.get("service") or ""))) for each in told or ()]


def _first_of_each(facts: Facts) -> list[Entry]:
    """The first fresh one of each name and set of labels."""
    first: dict[str, Entry] = {}
    for entry in fresh_alerts(facts, None):
        body = entry.body
        first.setdefault(f"{body.get('name')} {sorted((body.get('labels') or {}).items())}", entry)
    return list(first.values())


def _row(
    facts: Facts, entry: Entry, at_fault: Sequence[AbstractSet[str]], others: Sequence[AbstractSet[str]]
) -> dict[str, Json]:
    labels = entry.body.get("labels") or {}
    component = next((str(labels[name]) for name in COMPONENT if labels.get(name)), None)
    word = "fired"
    if component is not None and not _names_one(component, at_fault):
        theirs = _names_one(component, others)
        word = "another drill's" if theirs else "unclear" if others else "wrong component"
    return {
        "alert": str(entry.body.get("name") or "an alert without a name"),
        "seconds": max(0.0, facts.since_t0(receipt(entry))),
        "is": word,
        "component": component,
        "text": text_of(entry.body),
        "seq": entry.seq,
    }


def _at_fault(facts: Facts) -> list[AbstractSet[str]]:
    """The words of the service's name, and of everything that was bent."""
    bent = {str(entry.body.get("subject") or "") for entry in facts.entries if entry.kind == FAULT}
    return [set(stems(name)) for name in (str(facts.started.get("service") or ""), *sorted(bent))]


def _names_one(component: str, at_fault: Sequence[AbstractSet[str]]) -> bool:
    """Every word of it stands in one of these names, or the other way round."""
    words = set(stems(component))
    return any(right and words and (words <= right or right <= words) for right in at_fault)


def _mark_late(table: list[dict[str, Json]], facts: Facts, rubric: Rubric) -> None:
    wanted = {entry.seq for entry in fresh_alerts(facts, rubric.alert) if matches(entry, rubric.alert)}
    for row in table:
        if row.get("seq") in wanted and row["is"] == "fired":
            row["is"] = "late"
