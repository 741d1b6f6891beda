"""Shows a plan: every value after defaults and what was seen just now, as tables or as JSON. It decides nothing."""

import json
from collections.abc import Mapping
from typing import Any

from drills.cli.kind_view import as_written
from drills.cli.tables import show
from drills.engine.looking import Look
from drills.engine.preview import Preview
from drills.plan import Plan, PlannedFault, PlannedProbe
from scenarios.values import for_people


def tables(plan: Plan, seen: Preview) -> None:
    """For a person."""
    scenario = plan.scenario
    print(f"{scenario.id}: {scenario.title}")
    print(f"service {scenario.service}, environment {plan.environment}, level {scenario.level}, {scenario.path}")
    since = "the situation was read out" if plan.harmless else "the first effect"
    print(f"what was not reached {for_people(plan.time_limit)} after {since} counts as missed")
    told = scenario.for_responders()
    print(f"responders are told: {told.title}" + (f": {' '.join(told.text.split())}" if told.text else ""))
    if scenario.vars:
        print("variables: " + _values(scenario.vars))
    if scenario.tabletop is not None:
        print(f"situation: {' '.join(scenario.tabletop.situation.split())}")
        within = for_people(scenario.tabletop.within)
        asked = [(str(number), within, " ".join(text.split())) for number, text in enumerate(scenario.tabletop.ask, 1)]
        show("questions", ("question", "within", "text"), asked)
    faults = [_fault_row(plan, each) for each in plan.faults.values()]
    show("faults", ("fault", "what", "target", "hits", "when", "duration", "with", "tries"), faults)
    probes = [_probe_row(plan, each, seen.looks.get(each.id)) for each in plan.probes.values()]
    show("probes", ("probe", "what", "target", "good", "now", "", "for", "every", "timeout", "used as", "with"), probes)
    show("messages", ("message", "when", "from", "to", "reply", "text"), _messages(plan))
    show("expected", ("measure", "limits"), _expected(plan))
    show("alerts come from", ("target", "kind", "now"), _sources(plan, seen))
    if plan.needs_a_hand:
        print(f"\nstarted by hand: {', '.join(plan.needs_a_hand)} (`gameday start NAME`)")
    print("\nwould be refused:" if seen.refusals else "\nnothing would refuse it now")
    for refusal in seen.refusals:
        print(f"  {refusal}")


def as_json(plan: Plan, seen: Preview) -> dict[str, Any]:
    """For a program."""
    return {
        "kind": "tabletop" if plan.harmless else "drill",
        "scenario": plan.scenario.id,
        "title": plan.scenario.title,
        "service": plan.scenario.service,
        "environment": plan.environment,
        "file": str(plan.scenario.path),
        "vars": dict(plan.scenario.vars),
        "time_limit": plan.time_limit,
        "tabletop": plan.scenario.tabletop.model_dump(mode="json") if plan.scenario.tabletop else None,
        "faults": {each.id: _fault_json(plan, each) for each in plan.faults.values()},
        "probes": {each.id: _probe_json(plan, each, seen.looks.get(each.id)) for each in plan.probes.values()},
        "sources": {name: {"now": seen.deaf.get(name, "")} for name in sorted(plan.sources)},
        "expect": json.loads(json.dumps(plan.scenario.expect.model_dump(mode="json", exclude_none=True))),
        "needs_a_hand": list(plan.needs_a_hand),
        "refusals": list(seen.refusals),
    }


def _sources(plan: Plan, seen: Preview) -> list[tuple[str, str, str]]:
    kinds = {name: plan.workspace.environments[plan.environment].targets[name].kind for name in plan.sources}
    return [(name, kind, seen.deaf.get(name, "can be heard")) for name, kind in kinds.items()]


def _fault_row(plan: Plan, fault: PlannedFault) -> tuple[str, ...]:
    hits = ", ".join(change.subject for change in fault.changes) or "nothing"
    select = plan.scenario.faults[fault.id].select
    pool = f" (select {select} of {len(fault.candidates)})" if len(fault.candidates) > 1 else ""
    lasts = "once" if fault.duration is None else for_people(fault.duration)
    return (
        fault.id,
        fault.kind.name,
        fault.target_name,
        hits + pool,
        str(fault.when),
        lasts,
        _values({**as_written(fault.kind.parameters, fault.parameters), **plan.scenario.faults[fault.id].with_}),
        _values(plan.scenario.faults[fault.id].tries),
    )


def _fault_json(plan: Plan, fault: PlannedFault) -> dict[str, Any]:
    return {
        "kind": fault.kind.name,
        "target": fault.target_name or None,
        "when": str(fault.when),
        "duration": fault.duration,
        "select": str(plan.scenario.faults[fault.id].select),
        "candidates": list(fault.candidates),
        "selected": [change.subject for change in fault.changes],
        "with": dict(fault.parameters),
        "reversible": fault.kind.reversible,
        "tries": dict(plan.scenario.faults[fault.id].tries),
    }


def _probe_row(plan: Plan, probe: PlannedProbe, seen: Look | None) -> tuple[str, ...]:
    now = "not read: it writes" if seen is None else seen.why
    use = plan.scenario.probes.get(probe.id) or plan.workspace.probes[probe.id]
    return (
        probe.id,
        probe.kind.name,
        probe.target_name,
        _values({**as_written(probe.kind.good, probe.good), **use.good}),
        now,
        "" if seen is None else _word(seen.good),
        for_people(probe.for_),
        for_people(probe.every),
        for_people(probe.timeout),
        ", ".join([*_uses(plan, probe.id), *([f"cohort {probe.cohort}"] if probe.cohort else [])]),
        _values({**as_written(probe.kind.parameters, probe.parameters), **use.with_}),
    )


def _probe_json(plan: Plan, probe: PlannedProbe, seen: Look | None) -> dict[str, Any]:
    now = None if seen is None else {"good": seen.good, "value": seen.value, "why": seen.why}
    return {
        "kind": probe.kind.name,
        "target": probe.target_name or None,
        "with": dict(probe.parameters),
        "good": dict(probe.good),
        "for": probe.for_,
        "every": probe.every,
        "timeout": probe.timeout,
        "writes": probe.writes,
        "cohort": probe.cohort,
        "used_as": _uses(plan, probe.id),
        "now": now,
    }


def _uses(plan: Plan, name: str) -> list[str]:
    expect = plan.scenario.expect
    recovery = expect.recovery
    uses = {
        "steady state": plan.scenario.steady_state,
        "stop condition": plan.scenario.stop_unless,
        "negative check": recovery.negative_checks if recovery else (),
        "recovery": recovery.criteria if recovery else (),
        "harm": (expect.containment.harm,) if expect.containment else (),
        "unharmed": expect.unharmed.probes if expect.unharmed else (),
        "promise": tuple(promise.probe for promise in plan.rubric.promises),
    }
    return [word for word, names in uses.items() if name in names]


def _messages(plan: Plan) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, message in plan.scenario.messages.items():
        reply = f"{message.reply.kind} within {for_people(message.reply.within)}" if message.reply else ""
        to = ", ".join(message.to) or "the room"
        rows.append((name, str(message.when), message.from_, to, reply, " ".join(message.text.split())[:60]))
    return rows


def _expected(plan: Plan) -> list[tuple[str, str]]:
    limits = plan.scenario.expect.model_dump(exclude_none=True)
    if "recovery" in limits:
        limits["recovery"]["criteria"] = limits["recovery"]["criteria"] or plan.scenario.steady_state
    return [(name.replace("_", " "), _values(limit)) for name, limit in limits.items()]


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {_value(key, value)}" for key, value in values.items() if value not in (None, (), {}, []))


def _value(key: str, value: Any) -> str:
    if key in ("within", "every", "watch", "after", "duration") and isinstance(value, float):
        return for_people(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return json.dumps(value) if isinstance(value, bool | Mapping) else str(value)


def _word(good: bool | None) -> str:  # noqa: FBT001 - the value itself, not a switch
    return {True: "good", False: "BAD", None: "no answer"}[good]
