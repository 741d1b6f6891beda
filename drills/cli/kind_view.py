"""Shows one kind of fault, probe or alert source: its keys with their bounds, and an example. It decides nothing."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from drills.cli.tables import show
from scenarios.suggest import for_name
from scenarios.values import for_people

_BOUNDS = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}


def keys(title: str, model: type[BaseModel]) -> None:
    """A table of the keys that stand under `with:` or `good:`."""
    show(title, ("key", "value", "default", "what it is"), key_rows(model))


def key_rows(model: type[BaseModel]) -> list[tuple[str, str, str, str]]:
    """(key, value, default, what it is) of every key; `docs/` shows the same."""
    made = model.model_json_schema(by_alias=True)
    required, parts = made.get("required", []), made.get("$defs", {})
    return [
        (name, _type(part, parts), _default(part, required=name in required), part.get("description", ""))
        for name, part in made.get("properties", {}).items()
    ]


def unknown(word: str, name: str, names: list[str]) -> str:
    """The one line for a name that nobody has."""
    return f"error: no {word} is called '{name}': {for_name(name, names, 'installed are')}"


def example(text: str) -> str:
    """An example's lines, indented."""
    return "\n".join(f"  {line}" for line in text.strip().splitlines())


def _default(part: Mapping[str, Any], *, required: bool) -> str:
    if required:
        return "required"
    value = _as_written(part, part.get("default"))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_written(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a model, each as a person would write it: 0.8 seconds as `800ms`."""
    parts = model.model_json_schema(by_alias=True).get("properties", {})
    return {key: _as_written(parts.get(key, {}), value) for key, value in values.items()}


def _as_written(part: Mapping[str, Any], value: Any) -> Any:
    if not isinstance(value, float):
        return value
    examples = [example for each in (part, *part.get("anyOf", ())) for example in each.get("examples", ())]
    if "300ms" in examples:
        return for_people(value)
    return f"{value * 100:g}%" if "20%" in examples and value <= 1 else value


def _type(part: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return "{env: NAME} or {file: PATH}" if name == "Secret" else _type(parts.get(name, {}), {})
    if "enum" in part:
        return " | ".join(map(str, part["enum"]))
    if "const" in part:
        return str(part["const"])
    for key in ("anyOf", "oneOf"):
        if key in part:
            return " or ".join(dict.fromkeys(_type(each, parts) for each in part[key] if each.get("type") != "null"))
    if examples := part.get("examples"):
        return f"such as {examples[0]}"
    kind = {"object": "map", "array": "list", "string": "text", "integer": "whole number"}.get(part.get("type", ""), "")
    bounds = [f"{words} {part[key]:g}" for key, words in _BOUNDS.items() if key in part]
    return ", ".join([kind or part.get("type", "any value"), *bounds])
