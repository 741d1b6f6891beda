"""The pages about the files: every key with its value, bounds and default, and every limit. Reads models, no file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from from_source import classes
from markdown import anchor, page, table

from scenarios.limits import LIMITS
from scenarios.schema import MODELS
from scenarios.values import Select, When, for_people

Part = Mapping[str, Any]
TITLES = {"scenario": "A scenario", "game_day": "A game day", "workspace": "gameday.yaml"}
SECONDS = ("duration", "time_limit", "every", "timeout")
_WORDS = {"object": "map", "array": "list", "string": "text", "integer": "whole number", "boolean": "true or false"}


def keys_page() -> str:
    """Every key of the three kinds of file."""
    parts = [part for kind in MODELS for part in _file(kind)]
    text = """
What each key takes, and what holds when it is left out. What the keys mean: [the scenario file](../scenario-file.md).
`ID` stands for a name of your own. Under `with:` and `good:` stands what the kind says: [injectors](injectors.md),
[probes](probes.md). In a scenario with `faults`, `steady_state` and `stop_unless` must be written, even when empty.
Bounds: [limits](limits.md).
"""
    return page("Keys of the files", text, parts)


def limits_page() -> str:
    """Every bound of the files."""
    said = next(each.said for each in classes("scenarios/limits.py"))
    rows = []
    for each in fields(LIMITS):
        value = getattr(LIMITS, each.name)
        shown = for_people(value) if each.name in SECONDS else f"{value:,}".replace(",", " ")
        rows.append((f"`{each.name}`", shown, said.get(each.name, each.name.replace("_", " "))))
    text = "Nothing in a file is longer, deeper or more than this; all of it is in `scenarios/limits.py`."
    return page("Limits of the files", text, [table(("name", "at most", "of what"), rows)])


def every_key() -> set[str]:
    """Every key that ours may have, for the test that looks for them in the pages."""
    found: set[str] = set()
    for kind in MODELS:
        made = MODELS[kind].model_json_schema(by_alias=True)
        for part in (made, *made.get("$defs", {}).values()):
            found |= set(part.get("properties", {}))
    return found


def _file(kind: str) -> Iterator[str]:
    made = MODELS[kind].model_json_schema(by_alias=True)
    title = TITLES[kind]
    yield f"## {title}"
    yield from _map(made, made.get("$defs", {}), "", title)


def _map(part: Part, parts: Mapping[str, Part], path: str, title: str) -> Iterator[str]:
    """The table of one map, then the maps in it, each under the path that leads to it."""
    rows, below = [], []
    for name, value in part.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        ref, inner = _inner(value, inner)
        heading = f"{inner} ({title})"
        words = f"[map](#{anchor(heading)})" if ref else _type(value)
        rows.append((f"`{name}`", words, _default(value, required=name in part.get("required", []))))
        if ref:
            below.append((ref, inner, heading))
    yield table(("key", "value", "default"), rows)
    for ref, inner, heading in below:
        yield f"### {heading}\n\n{parts[ref].get('description', '')}"
        yield from _map(parts[ref], parts, inner, title)


def _inner(part: Part, path: str) -> tuple[str, str]:
    """The map that stands in there, and the path to it; a text that stands for a map is one too."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return ("", path) if name == "Secret" else (name, path)
    if "items" in part:
        return _inner(part["items"], f"{path}[]")
    for way in part.get("patternProperties", {}).values():
        return _inner(way, f"{path}.ID")
    for way in part.get("anyOf", ()):
        found = _inner(way, path)
        if found[0]:
            return found
    return "", path


def _type(part: Part) -> str:
    if named := _named(part):
        return named
    if "anyOf" in part:
        ways = [_type(each) for each in part["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(ways))
    if part.get("type") == "array":
        return f"list of {_type(part['items'])}"
    if part.get("type") == "object":
        inner = next(iter(part.get("patternProperties", {}).values()), None)
        return f"map of ID to {_type(inner)}" if inner else "map"
    bounds = f", {part['minimum']:g} to {part['maximum']:g}" if "maximum" in part and "minimum" in part else ""
    return _WORDS.get(part.get("type", ""), "any value") + bounds


def _named(part: Part) -> str:
    """What is said by its values or an example rather than by its type; empty: nothing is."""
    if "enum" in part or "const" in part:
        return " or ".join(f"`{each}`" for each in part.get("enum", [part.get("const")]))
    if "$ref" in part:
        return "`{env: NAME}` or `{file: PATH}`"
    if examples := part.get("examples"):
        return "such as " + ", ".join(f"`{each}`" for each in examples)
    return "id" if "[a-z][a-z0-9]*(-[a-z0-9]+)*" in part.get("pattern", "") else ""


def _default(part: Part, *, required: bool) -> str:
    value = part.get("default")
    if required:
        return "**required**"
    if value is None or value in ([], {}, ""):
        return ""
    return f"`{_as_written(value, ' '.join(map(str, _examples(part))))}`"


def _as_written(value: Any, examples: str) -> str:
    if isinstance(value, Mapping):
        return str(When(**value) if "edge" in value else Select(**value))
    if isinstance(value, float) and "%" in examples:
        return f"{value * 100:g}%"
    if isinstance(value, float) and re.search(r"\d(ms|s|m|h|d)\b", examples):
        return for_people(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(value)}]" if isinstance(value, list) else str(value)


def _examples(part: Part) -> list[Any]:
    return [*part.get("examples", ()), *(each for way in part.get("anyOf", ()) for each in way.get("examples", ()))]
