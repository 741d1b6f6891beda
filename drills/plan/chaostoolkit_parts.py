"""The parts of a Chaos Toolkit experiment as gameday writes them: calls, tolerances, pauses, configuration. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from injectors.values import by_reference

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
LIMIT = 1000


class Unusable(Exception):
    """It cannot be carried over; the message says why."""


def maps(held: Any) -> list[Mapping[str, Any]]:
    """The entries of a list that are maps. Raises `Unusable` when it is something else."""
    if held is None:
        return []
    if not isinstance(held, list) or len(held) > LIMIT or not all(isinstance(each, dict) for each in held):
        raise Unusable(f"a list of at most {LIMIT} activities is expected")
    return held


def constants(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The values of its configuration that stand in the file."""
    return {key: value for key, value in configuration.items() if not isinstance(value, dict | list)}


def call(activity: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The function that an activity calls, as `with:` of ours. Raises `Unusable`."""
    if "ref" in activity:
        raise Unusable("it refers to another activity")
    provider = activity.get("provider")
    if not isinstance(provider, dict) or provider.get("type") != "python":
        kind = provider.get("type") if isinstance(provider, dict) else None
        probe = {"http": "http", "process": "command"}.get(str(kind))
        raise Unusable(
            f"its provider is {kind or 'missing'}: write a probe of kind `{probe}`, or a fault of your own"
            if probe
            else "it has no python provider"
        )
    made: dict[str, Any] = {"module": str(provider.get("module", "")), "func": str(provider.get("func", ""))}
    if not all(made.values()):
        raise Unusable("its provider names no module and function")
    if arguments := _filled(provider.get("arguments") or {}, known):
        made["arguments"] = _without_secrets(arguments)
    if secrets := provider.get("secrets"):
        made["secrets"] = list(secrets)
    return made


def probe(activity: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """A probe of the hypothesis, with what is good. Raises `Unusable`."""
    with_ = call(activity, known)
    return {"probe": "chaostoolkit.probe", "with": with_, "good": _good(activity.get("tolerance"))}


def pauses(activity: Mapping[str, Any]) -> tuple[float, float]:
    """Seconds before and after an activity. Raises `Unusable` when they are no numbers."""
    held = activity.get("pauses") or {}
    before, after = (held.get("before", 0), held.get("after", 0)) if isinstance(held, dict) else ("", "")
    if not all(isinstance(each, int | float) and 0 <= each <= 86400 for each in (before, after)):
        raise Unusable(f"the pauses of {activity.get('name')!r} are no numbers of seconds: write them out")
    return float(before), float(after)


def target(experiment: Mapping[str, Any], lost: list[str]) -> list[str]:
    """The target that its functions need, as lines of gameday.yaml; what cannot be had is added to `lost`."""
    names = sorted(set(_functions(experiment.get("method"))))
    lines = ["chaos:", "  kind: chaostoolkit", "  with:", "    python: /path/to/the/environment/bin/python"]
    configuration = {}
    for key, value in (experiment.get("configuration") or {}).items():
        if isinstance(value, dict) and value.get("type") == "env" and value.get("key"):
            configuration[key] = f"{{env: {value['key']}}}"
        elif isinstance(value, dict | list) or is_secret(key, value):
            lost.append(f"configuration {key!r}: write it into the target")
        else:
            configuration[key] = repr(value) if isinstance(value, str) else str(value).lower()
    lines += ["    configuration:"] * bool(configuration)
    lines += [f"      {key}: {value}" for key, value in configuration.items()]
    lines += _secrets(experiment.get("secrets") or {}, lost)
    return [*lines, f"  consent: [{', '.join(names)}]"]


def _secrets(groups: Mapping[str, Any], lost: list[str]) -> list[str]:
    lines = []
    for group, held in groups.items():
        told = {}
        for key, value in held.items() if isinstance(held, dict) else ():
            if isinstance(value, dict) and value.get("type") == "env" and value.get("key"):
                told[key] = f"{{env: {value['key']}}}"
            else:
                lost.append(f"secret {group}.{key}: write it into the target as {{env: NAME}} or {{file: PATH}}")
        lines += [f"      {group}: {{{', '.join(f'{key}: {value}' for key, value in told.items())}}}"] * bool(told)
    return ["    secrets:", *lines] if lines else []


def is_secret(name: str, value: Any) -> bool:
    """Does its name say that this plain text is one?"""
    try:
        by_reference({name: value})
    except ValueError:
        return isinstance(value, str)
    return False


def _without_secrets(arguments: Any) -> Any:
    for name, value in arguments.items() if isinstance(arguments, dict) else ():
        if is_secret(name, value):
            raise Unusable(f"its argument {name} is a secret: write it into the target's `secrets:`")
    return arguments


def _functions(method: Any) -> list[str]:
    found = []
    for activity in maps(method):
        provider = activity.get("provider")
        if activity.get("type") == "action" and isinstance(provider, dict) and provider.get("type") == "python":
            found.append(f"{provider.get('module')}.{provider.get('func')}")
    return found


def _good(tolerance: Any) -> dict[str, Any]:
    if isinstance(tolerance, bool | int | float | str):
        return {"equals": tolerance}
    if isinstance(tolerance, dict) and tolerance.get("type") == "range":
        bounds = tolerance.get("range")
        if isinstance(bounds, list) and len(bounds) == 2 and "target" not in tolerance:
            return {"at_least": bounds[0], "at_most": bounds[1]}
    if isinstance(tolerance, list) and len(tolerance) == 1 and isinstance(tolerance[0], bool | int | float | str):
        return {"equals": tolerance[0]}
    raise Unusable("its tolerance is none of a value, a list of one, and a range: say it under `good:`")


def _filled(held: Any, known: Mapping[str, Any]) -> Any:
    """With its variables filled in, so that no `${...}` is left. Raises `Unusable`."""
    if isinstance(held, dict):
        return {str(key): _filled(value, known) for key, value in held.items()}
    if isinstance(held, list):
        return [_filled(value, known) for value in held]
    if not isinstance(held, str):
        return held
    missing = [name for name in _VARIABLE.findall(held) if name not in known]
    if missing:
        raise Unusable(f"its argument needs ${{{missing[0]}}}, which is no plain value of the configuration")
    if whole := _VARIABLE.fullmatch(held):
        return known[whole[1]]
    return _VARIABLE.sub(lambda found: str(known[found[1]]), held)
