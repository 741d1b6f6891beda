"""When each fault is on, as far as the file tells; pure arithmetic over `when:` and `duration:`, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from scenarios import FaultUse, Scenario


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds from the drill's start; both may be infinite when a person decides."""

    begin: float
    end: float
    known: bool = True


def spans(faults: Mapping[str, FaultUse]) -> dict[str, Span]:
    """When each fault is on. What waits for a person's hand may be on at any time."""
    found: dict[str, Span] = {}
    for name in faults:
        _span(name, faults, found, frozenset())
    return found


def at_once(faults: Mapping[str, FaultUse]) -> tuple[str, ...]:
    """The largest set of faults that may be on together."""
    moments = []
    for name, span in spans(faults).items():
        instant = span.begin == span.end
        moments += [(span.begin, 1, name, True), (span.end, 2 if instant else 0, name, False)]
    on: list[str] = []
    most: tuple[str, ...] = ()
    for _, _, name, begins in sorted(moments):
        if begins:
            on.append(name)
            most = tuple(on) if len(on) > len(most) else most
        else:
            on.remove(name)
    return most


def lifetime(faults: Mapping[str, FaultUse]) -> float:
    """Seconds from the first fault's beginning to the last one's end, without what only a person knows."""
    known = [span for span in spans(faults).values() if span.known]
    longest = max((fault.duration or 0.0 for fault in faults.values()), default=0.0)
    if not known:
        return longest
    return max(longest, max(span.end for span in known) - min(span.begin for span in known))


def time_limit(scenario: Scenario) -> float:
    """Seconds from t0 after which what was not reached counts as missed: as written, else longest limit and watch."""
    if scenario.time_limit is not None:
        return scenario.time_limit
    expect = scenario.expect
    limited = (expect.alert, expect.noticed, expect.shared_picture, expect.containment, expect.recovery)
    limits = [each.within for each in limited if each]
    limits += [expect.updates.every] if expect.updates else []
    limits += [scenario.tabletop.within] if scenario.tabletop else []
    watch = expect.recovery.watch if expect.recovery else 0.0
    return max([*limits, lifetime(scenario.faults)]) + watch + _second_life(scenario)


def _second_life(scenario: Scenario) -> float:
    """What a relapse needs once recovery was declared: its wait, itself, and the alert that must come again."""
    relapse, alert = scenario.expect.relapse, scenario.expect.alert
    if relapse is None:
        return 0.0
    return relapse.after + max(relapse.duration, alert.within if alert else 0.0)


def _span(name: str, faults: Mapping[str, FaultUse], found: dict[str, Span], above: frozenset[str]) -> Span:
    if name in found:
        return found[name]
    fault = faults.get(name)
    if fault is None or name in above:
        return Span(0.0, inf, known=False)
    length, moment = fault.duration or 0.0, fault.when
    if moment.edge == "hand":
        span = Span(0.0, inf, known=False)
    elif moment.anchor is None:
        span = Span(moment.delay, moment.delay + length)
    else:
        anchor = _span(moment.anchor, faults, found, above | {name})
        since = anchor.end if moment.edge == "clear" else anchor.begin
        begin = since + moment.delay
        span = Span(begin, begin + length) if anchor.known else Span(moment.delay, inf, known=False)
    found[name] = span
    return span
