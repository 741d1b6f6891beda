"""Checks that names in a file point at something in it; reads what was written, so that no mistake hides another."""

from collections.abc import Iterable, Mapping
from typing import Any

from scenarios.modes import misspelt
from scenarios.origin import Origin
from scenarios.problems import Path, Problem, shown
from scenarios.suggest import for_name
from scenarios.values import When, when

Data = Mapping[str, Any]


def in_scenario(data: Data, origin: Origin) -> list[Problem]:
    """What a scenario says of its own faults and messages."""
    return [*_shape(data, origin), *_moments(data, origin, "faults")]


def in_game_day(data: Data, origin: Origin) -> list[Problem]:
    """What a game day says of its own parts, messages and roles."""
    roles = _map(_map(data, "room"), "roles")
    named: list[tuple[Path, str]] = [
        (("room", "deputies", role), role) for role in _map(_map(data, "room"), "deputies")
    ]
    for name, message in _map(data, "messages").items():
        named += [(("messages", name, "to", index), role) for index, role in enumerate(_list(message, "to"))]
    unknown = [(path, role) for path, role in named if roles and role not in roles]
    return [*_moments(data, origin, "parts"), *(_unknown(origin, path, "role", role, roles) for path, role in unknown)]


def in_workspace(data: Data, origin: Origin) -> list[Problem]:
    """What gameday.yaml says of its own environments, services, teams and probes."""
    services, teams = _map(data, "services"), _map(data, "teams")
    probes, environments = _map(data, "probes"), _map(data, "environments")
    named: list[tuple[Path, str, Any, Data]] = [
        (("default_environment",), "environment", data.get("default_environment"), environments)
    ]
    for name, service in services.items():
        if teams:
            named.append((("services", name, "owner"), "team", _get(service, "owner"), teams))
        for index, needed in enumerate(_list(service, "depends_on")):
            named.append((("services", name, "depends_on", index), "service", needed, services))
    for name, ways in _map(data, "dependencies").items():
        if services and name not in services:
            named.append((("dependencies", name), "service", name, services))
        held = ways if isinstance(ways, Mapping) else {}
        named += [(("dependencies", name, way, "probe"), "probe", _get(held[way], "probe"), probes) for way in held]
    for name, schedule in _map(data, "schedules").items():
        named.append((("schedules", name, "environment"), "environment", _get(schedule, "environment"), environments))
    unknown = [
        _unknown(origin, path, word, name, among)
        for path, word, name, among in named
        if isinstance(name, str) and name not in among  # what is no text is told by the model
    ]
    return [*unknown, *_modes(data, origin)]


def _modes(data: Data, origin: Origin) -> Iterable[Problem]:
    """A mode that is almost one of the six: nobody would find its promise under that name."""
    for name, ways in _map(data, "dependencies").items():
        for way in ways if isinstance(ways, Mapping) else ():
            meant = misspelt(way)
            if meant is not None:
                told = f"there is no mode {shown(way)}: did you mean `{meant}`?"
                yield origin.problem(("dependencies", name, way), told, at_key=True)


def _shape(data: Data, origin: Origin) -> Iterable[Problem]:
    faults, tabletop = "faults" in data, "tabletop" in data
    if not faults and not tabletop:
        yield origin.problem((), "there is nothing to do: write `faults:` (or `tabletop:` for a drill without one)")
    if faults and tabletop:
        yield origin.problem(("tabletop",), "a drill has either `faults` or a `tabletop`: leave one out", at_key=True)
    if tabletop:
        yield from _no_fault_needed(data, origin)
    if not faults:
        return
    if data["faults"] in ({}, None):
        yield origin.problem(
            ("faults",), "there is no fault in it: name one, such as `kill-one: {inject: process.kill}`", at_key=True
        )
    if "stop_unless" not in data:
        told = "stop_unless is missing: list the probes that stop the drill when they turn bad; none: `stop_unless: []`"
        yield origin.problem((), told)
    if "steady_state" not in data:
        told = "steady_state is missing: list the probes that must be good before the first fault, or write `[]`"
        yield origin.problem((), told)


def _no_fault_needed(data: Data, origin: Origin) -> Iterable[Problem]:
    """A tabletop runs on messages and questions alone: what looks at a fault or ends one has no meaning in it."""
    told = "a tabletop runs on messages and questions alone, nothing is hurt and no probe is read: leave this out"
    for key in ("probes", "steady_state", "stop_unless"):
        if _get(data, key):
            yield origin.problem((key,), told, at_key=True)
    for key in ("alert", "containment", "recovery", "unharmed", "relapse"):
        if key in _map(data, "expect"):
            yield origin.problem(("expect", key), told, at_key=True)


def _moments(data: Data, origin: Origin, things: str) -> Iterable[Problem]:
    """`when:` of faults (or parts) and of messages: what it names is there, and nothing waits for itself."""
    held, messages = _map(data, things), _map(data, "messages")
    word = things.removesuffix("s")
    for name in messages:
        if name in held:
            yield origin.problem(
                ("messages", name), f"a {word} has this id already: give the message another", at_key=True
            )
    anchors: dict[str, tuple[Path, str]] = {}
    for group, among in ((things, held), ("messages", {**held, **messages})):
        for name, thing in _map(data, group).items():
            moment = _moment(_get(thing, "when"))
            if moment is None or moment.anchor is None:
                continue
            path: Path = (group, name, "when")
            if moment.anchor not in among:
                yield _unknown(origin, path, word if group == things else f"{word} or message", moment.anchor, among)
                continue
            if moment.edge == "clear" and moment.anchor not in held:
                yield origin.problem(path, f"a message does not end: write `{moment}`".replace(" ends`", "`"))
            anchors.setdefault(name, (path, moment.anchor))
    yield from _circles(anchors, origin)


def _circles(anchors: Mapping[str, tuple[Path, str]], origin: Origin) -> Iterable[Problem]:
    """Each circle is told once, at the first of its moments."""
    settled: set[str] = set()
    for start, (path, _) in anchors.items():
        seen: list[str] = []
        name = start
        while name in anchors and name not in settled and name not in seen:
            seen.append(name)
            name = anchors[name][1]
        if name in seen and name == start:
            around = " after ".join([*seen, start])
            yield origin.problem(path, f"this waits for itself ({around}): let one count from the drill's start")
        elif name in seen:
            continue
        settled.update(seen)


def _moment(value: Any) -> When | None:
    try:
        return when(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _unknown(origin: Origin, path: Path, word: str, name: Any, among: Iterable[str]) -> Problem:
    return origin.problem(path, f"there is no {word} {shown(name)}: {for_name(str(name), among)}")


def _get(thing: Any, key: str) -> Any:
    return thing.get(key) if isinstance(thing, Mapping) else None


def _map(data: Any, key: str) -> Data:
    value = _get(data, key)
    return value if isinstance(value, Mapping) else {}


def _list(data: Any, key: str) -> list[str]:
    value = _get(data, key)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
