"""Alert detection: when the team's own alert for this fault reached us."""

from collections.abc import Mapping
from typing import Any

from scoring.absence import not_come, taken_back_early
from scoring.facts import SECOND, Facts
from scoring.result import Known, Result, Unknown
from scoring.rubric import AlertLimit, Rubric
from scoring.timeline import Entry
from scoring.wording import clock

Json = Any
_MILLISECOND = SECOND // 1000


def alert_detection(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 to the receipt of the first matching alert that began after the injecting call.

    "Outages begin before the alert. [...] If the timeline starts with the alert, it usually starts too late." The
    three stamps (the sender's start, its event, our receipt) are kept beside each other. An alert that fired before
    the fault is no detection, and one that was firing all the time hides whether it would have fired: unknown.
    """
    began = facts.began
    if began is None:
        return Unknown("no fault began")
    wanted = rubric.alert
    fresh = fresh_alerts(facts, wanted)
    if fresh:
        return _detected(facts, fresh[0])
    hidden = _firing_already(facts, wanted, began)
    if hidden is not None:
        return Unknown(f"{_name(hidden)} was firing before the fault already")
    limit = wanted.within if wanted else None
    why = _what_came_instead(facts, wanted, began)
    return _blind(facts, began, limit) or taken_back_early(facts, limit) or not_come(facts, limit, why)


def fresh_alerts(facts: Facts, wanted: AlertLimit | None) -> list[Entry]:
    """The matching alerts that began firing after the injecting call, in order of receipt."""
    began = facts.began
    if began is None:
        return []
    firing = [entry for entry in facts.alerts if _fires(entry, wanted) and receipt(entry) >= began]
    known = _firing_at(facts, began)
    return sorted(
        (entry for entry in firing if _is_fresh(entry, began, known)), key=lambda entry: (receipt(entry), entry.seq)
    )


def receipt(entry: Entry) -> int:
    """When we had it."""
    return _stamp(entry, "received_at") or entry.at


def matches(entry: Entry, wanted: AlertLimit | None) -> bool:
    """By name, and every label that the expectation names; without an expectation, any alert."""
    if wanted is None:
        return True
    labels = entry.body.get("labels") or {}
    return entry.body.get("name") == wanted.name and all(
        labels.get(key) == value for key, value in wanted.labels.items()
    )


def _fires(entry: Entry, wanted: AlertLimit | None) -> bool:
    return entry.body.get("status") == "firing" and matches(entry, wanted)


def _is_fresh(entry: Entry, began: int, known: Mapping[str, Entry]) -> bool:
    start = _stamp(entry, "starts_at")
    if start is None:
        start = _stamp(entry, "event_at")
    if start is None:
        return _identity(entry) not in known
    grain = SECOND if start % SECOND == 0 else _MILLISECOND if start % _MILLISECOND == 0 else 1
    return start + grain > began


def _firing_at(facts: Facts, began: int) -> dict[str, Entry]:
    """What we knew to be firing at the injecting call, by identity."""
    state = {_identity(entry): entry for entry in sorted(facts.alerts, key=receipt) if receipt(entry) < began}
    return {identity: entry for identity, entry in state.items() if entry.body.get("status") == "firing"}


def _firing_already(facts: Facts, wanted: AlertLimit | None, began: int) -> Entry | None:
    if wanted is None:
        return None
    late = {_identity(entry): entry for entry in facts.alerts if _fires(entry, wanted) and receipt(entry) >= began}
    before = {key: entry for key, entry in _firing_at(facts, began).items() if matches(entry, wanted)}
    over = {_identity(entry) for entry in facts.alerts if _resolved_before(entry, began)}
    return next((entry for key, entry in sorted({**late, **before}.items()) if key not in over), None)


def _resolved_before(entry: Entry, began: int) -> bool:
    ended = _stamp(entry, "event_at") or receipt(entry)
    return entry.body.get("status") == "resolved" and ended < began


def _detected(facts: Facts, entry: Entry) -> Known:
    stamps = {name: _stamp(entry, name) for name in ("starts_at", "event_at", "received_at")}
    since = facts.since_t0(receipt(entry))
    return Known(
        value=max(0.0, since),
        why=f"{_name(entry)} from {entry.body.get('source') or entry.by}",
        detail={
            "alert": _name(entry),
            "source": entry.body.get("source"),
            "labels": dict(entry.body.get("labels") or {}),
            "stamps": stamps,
            "seconds_after_t0": {name: None if at is None else facts.since_t0(at) for name, at in stamps.items()},
            "seconds_after_injecting": (receipt(entry) - (facts.began or 0)) / SECOND,
        },
    )


def _blind(facts: Facts, began: int, limit: float | None) -> Unknown | None:
    """Unknown when a source was not listening from the injecting call to the end of the wait."""
    if not any(entry.body.get("listening") for entry in facts.sources):
        return Unknown("no alert source was listening")
    until = facts.watched_until
    if limit is not None and facts.t0 is not None:
        until = min(until, facts.t0 + int(limit * SECOND))
    for source in sorted({str(entry.body.get("source", "")) for entry in facts.sources}):
        changes = [entry for entry in facts.sources if entry.body.get("source", "") == source]
        before = [entry for entry in changes if entry.at <= began]
        if not before:
            return Unknown(f"{source} was not listening when the fault began")
        for entry in (before[-1], *(each for each in changes if began < each.at <= until)):
            if not entry.body.get("listening"):
                at = max(entry.at, began)
                return Unknown(
                    f"{source} was blind at {clock(facts.since_t0(at))}: {entry.body.get('why') or 'no reason given'}"
                )
    return None


def _what_came_instead(facts: Facts, wanted: AlertLimit | None, began: int) -> str:
    if wanted is None:
        return "no alert came"
    others = {
        _name(entry) for entry in facts.alerts if receipt(entry) >= began and entry.body.get("status") == "firing"
    }
    return f"{wanted.name} did not come" + (f" (came: {', '.join(sorted(others)[:3])})" if others else "")


def _identity(entry: Entry) -> str:
    body = entry.body
    named = (body.get("name"), sorted((body.get("labels") or {}).items()))
    return f"{body.get('source')} {body.get('fingerprint') or named}"


def _name(entry: Entry) -> str:
    return str(entry.body.get("name") or "an alert without a name")


def _stamp(entry: Entry, name: str) -> int | None:
    value = entry.body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
