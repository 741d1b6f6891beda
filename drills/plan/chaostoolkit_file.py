"""Turns a Chaos Toolkit experiment into a scenario's text. What is not carried over is told."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from drills.plan import chaostoolkit_parts as parts
from drills.plan.chaostoolkit_parts import Unusable

SIZE_LIMIT = 1024 * 1024
KNOWN = {
    "version",
    "title",
    "description",
    "steady-state-hypothesis",
    "method",
    "rollbacks",
    "secrets",
    "configuration",
}
HOLDS = 30.0
"""Seconds that a fault holds after the last pause, since an experiment does not say."""


@dataclass(slots=True)
class Imported:
    """The scenario, and what is not in it."""

    text: str = ""
    lost: list[str] = field(default_factory=list)


def imported(file: Path, service: str) -> Imported:
    """Read the experiment. Raises `Unusable` when no scenario comes of it, or `OSError`."""
    experiment = _read(file)
    made = Imported()
    made.lost += [f"{key}: gameday has nothing of that kind" for key in experiment if key not in KNOWN]
    constants = parts.constants(experiment.get("configuration") or {})
    probes = _hypothesis(experiment, constants, made)
    faults = _method(experiment, constants, made)
    if not faults:
        reasons = "; ".join(made.lost) or "its method is empty"
        raise Unusable(f"there is no action with a way back in it, so there is no drill: {reasons}")
    scenario = {
        "scenario": _id(file.stem),
        "title": _line(experiment.get("title")).replace("${", "$${") or file.stem,
        "service": service,
        **({"probes": probes} if probes else {}),
        "steady_state": list(probes),
        "stop_unless": [],
        "faults": faults,
    }
    made.text = _head(experiment, made) + yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True, width=120)
    return made


def _read(file: Path) -> dict[str, Any]:
    with file.open("rb") as source:
        held = source.read(SIZE_LIMIT + 1)
    if len(held) > SIZE_LIMIT:
        raise Unusable("it is longer than 1 MiB")
    try:
        found = json.loads(held) if file.suffix == ".json" else yaml.safe_load(held)
    except (ValueError, yaml.YAMLError, RecursionError) as wrong:
        raise Unusable(f"it is neither JSON nor YAML ({type(wrong).__name__})") from None
    if not isinstance(found, dict) or not isinstance(found.get("method"), list):
        raise Unusable("it is no experiment: a map with a `method:` list is expected")
    return found


def _hypothesis(experiment: Mapping[str, Any], constants: Mapping[str, Any], made: Imported) -> dict[str, Any]:
    held = experiment.get("steady-state-hypothesis") or {}
    probes: dict[str, Any] = {}
    for number, activity in enumerate(parts.maps(held.get("probes")), start=1):
        name = _id(str(activity.get("name") or f"probe-{number}"))
        try:
            probes[_fresh(name, probes)] = parts.probe(activity, constants)
        except Unusable as why:
            made.lost.append(f"probe {activity.get('name', number)!r}: {why}")
    return probes


def _method(experiment: Mapping[str, Any], constants: Mapping[str, Any], made: Imported) -> dict[str, Any]:
    """The actions, each with its way back; an experiment does not say which rollback belongs to which action."""
    actions, at = [], 0.0
    for number, activity in enumerate(parts.maps(experiment.get("method")), start=1):
        name = activity.get("name", number)
        before, after = parts.pauses(activity)
        at += before
        if activity.get("type") != "action":
            made.lost.append(f"{activity.get('type', 'entry')} {name!r} of the method: probes are read all the time")
        else:
            actions.append((number, at, activity))
        at += after
    ways = _ways_back(experiment, constants, actions, made)
    faults: dict[str, Any] = {}
    for (number, when, activity), way in zip(actions, ways, strict=True):
        name = str(activity.get("name") or f"action-{number}")
        try:
            with_ = parts.call(activity, constants)
        except Unusable as why:
            made.lost.append(f"action {name!r}: {why}")
            continue
        if not way:
            made.lost.append(f"action {name!r}: no rollback is its way back: name it under `revert:`")
            continue
        told = {"inject": "chaostoolkit.action", "with": {**with_, "revert": way}}
        faults[_fresh(_id(name), faults)] = {**told, "when": f"{when:g}s", "duration": f"{at - when + HOLDS:g}s"}
    return faults


def _ways_back(
    experiment: Mapping[str, Any], constants: Mapping[str, Any], actions: list[Any], made: Imported
) -> list[list[dict[str, Any]]]:
    rollbacks = []
    for number, activity in enumerate(parts.maps(experiment.get("rollbacks")), start=1):
        try:
            rollbacks.append(parts.call(activity, constants))
        except Unusable as why:
            made.lost.append(f"rollback {activity.get('name', number)!r}: {why}")
            return [[] for _ in actions]  # half a way back is none
    if len(actions) == 1:
        return [rollbacks]
    if len(rollbacks) == len(actions):
        made.lost.append("which rollback belongs to which action: they are paired in their order, so look at each")
        return [[each] for each in rollbacks]
    return [[] for _ in actions]


def _head(experiment: Mapping[str, Any], made: Imported) -> str:
    lines = ["Imported from Chaos Toolkit. Its functions need a target in gameday.yaml, such as", ""]
    lines += [f"  {line}" for line in parts.target(experiment, made.lost)]
    if made.lost:
        lines += ["", "Not carried over:", *(f"- {lost}" for lost in made.lost)]
    if text := str(experiment.get("description") or ""):
        lines += ["", "It was described so:", *text.splitlines()]
    return "".join(f"# {_line(line, keep=True)}".rstrip() + "\n" for line in lines)


def _id(name: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].rstrip("-")
    return made if made[:1].isalpha() else f"x-{made}".rstrip("-")


def _fresh(name: str, taken: Mapping[str, Any]) -> str:
    return next(each for each in _numbered(name) if each not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in range(2, 10_000))


def _line(text: Any, *, keep: bool = False) -> str:
    """On one line, without what no comment may hold."""
    made = "".join(letter if letter.isprintable() else " " for letter in str(text or ""))
    return made[:1000] if keep else " ".join(made.split())[:200]
