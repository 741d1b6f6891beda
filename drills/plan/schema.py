"""The JSON Schema of the files with the parameters of all that is installed. Loads every kind; touches no target."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from drills.signals import registry as signals
from drills.signals.contract import ProbeKind, SignalError, SourceKind
from injectors import registry as injectors
from injectors.contract import InjectorError, Kind
from scenarios.schema import FileKind, schema, with_slots

Json = dict[str, Any]


def full_schema(kind: FileKind) -> Json:
    """The schema of one kind of file; a kind that cannot be loaded is named, and its parameters are left open."""
    made = schema(kind)
    parts = made.get("$defs", {})
    slots: Callable[[Json], Json] = with_slots if kind == "scenario" else lambda part: part
    if "FaultUse" in parts:
        parts["FaultUse"]["allOf"] = [slots(_fault(each)) for each in _kinds(injectors.names(), injectors.kind)]
        _name(parts["FaultUse"], "inject", injectors.names())
    if "ProbeUse" in parts:
        parts["ProbeUse"]["allOf"] = [slots(_probe(each)) for each in _kinds(signals.probe_names(), signals.probe_kind)]
        _name(parts["ProbeUse"], "probe", signals.probe_names())
    if "Target" in parts:
        parts["Target"]["allOf"] = [_target(name, models) for name, models in sorted(target_models().items())]
    return made


def target_models() -> Mapping[str, list[type[BaseModel]]]:
    """Kind of target -> the models that read its `with:`; all of them must be content."""
    users: list[Kind | ProbeKind | SourceKind] = [
        *_kinds(injectors.names(), injectors.kind),
        *_kinds(signals.probe_names(), signals.probe_kind),
        *_kinds(signals.source_names(), signals.source_kind),
    ]
    found: dict[str, list[type[BaseModel]]] = {}
    for user in users:
        name = user.name if isinstance(user, SourceKind) else user.target
        if name and user.settings not in found.setdefault(name, []):
            found[name].append(user.settings)
    return found


def _kinds(names: Iterable[str], find: Callable[[str], Any]) -> list[Any]:
    found = []
    for name in names:
        try:
            found.append(find(name))
        except (InjectorError, SignalError):
            continue
    return found


def _name(part: Json, key: str, names: list[str]) -> None:
    part["properties"][key] = {**part["properties"][key], "enum": names}
    part["properties"][key].pop("pattern", None)


def _fault(kind: Kind) -> Json:
    then: Json = {"properties": {"with": _inline(kind.parameters)}}
    needs = ["with"] if _must(kind.parameters) else []
    if kind.holds:
        needs.append("duration")
    else:
        then["properties"]["duration"] = {"type": "null"}
    return _if("inject", kind.name, {**then, "required": needs})


def _probe(kind: ProbeKind) -> Json:
    then = {"properties": {"with": _inline(kind.parameters), "good": _inline(kind.good)}}
    needs = [key for key, model in (("with", kind.parameters), ("good", kind.good)) if _must(model)]
    return _if("probe", kind.name, {**then, "required": needs})


def _target(name: str, models: list[type[BaseModel]]) -> Json:
    needs = ["with"] if any(_must(model) for model in models) else []
    return _if(
        "kind", name, {"properties": {"with": {"allOf": [_inline(model) for model in models]}}, "required": needs}
    )


def _if(key: str, name: str, then: Json) -> Json:
    return {"if": {"properties": {key: {"const": name}}, "required": [key]}, "then": then}


def _must(model: type[BaseModel]) -> bool:
    return any(field.is_required() for field in model.model_fields.values())


def _inline(model: type[BaseModel]) -> Json:
    """The model's schema in one piece, so that definitions of the same name do not meet."""
    made = model.model_json_schema(by_alias=True)
    whole: Json = _resolved(made, made.pop("$defs", {}))
    return whole


def _resolved(part: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_resolved(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {key: _resolved(each, definitions) for key, each in part.items()}
