"""The JSON Schema of the files, for editors; what installed kinds add is merged in elsewhere."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel

from scenarios.game_day import GameDay
from scenarios.scenario import Scenario
from scenarios.workspace import Workspace

FileKind = Literal["scenario", "game_day", "workspace"]
MODELS: Mapping[FileKind, type[BaseModel]] = {"scenario": Scenario, "game_day": GameDay, "workspace": Workspace}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SLOT = {"type": "string", "pattern": r"\$\{"}
_LEAVES = ("integer", "number", "boolean")


def schema(kind: FileKind) -> dict[str, Any]:
    """The schema of one kind of file, in the words of that file."""
    made = MODELS[kind].model_json_schema(by_alias=True, mode="validation")
    if kind == "scenario":
        either = {"required": ["faults", "steady_state", "stop_unless"]}
        made["oneOf"] = [either, {"required": ["tabletop"]}]
        made["properties"] = {key: _unless_fixed(key, value) for key, value in made["properties"].items()}
        made["$defs"] = {name: with_slots(each) for name, each in made["$defs"].items()}
    return {"$schema": _DIALECT, **made}


def with_slots(part: Any) -> Any:
    """The same schema, where a variable such as `${fault_length}` may stand for any value that is no free text."""
    if isinstance(part, list):
        return [with_slots(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("type") in _LEAVES or "enum" in part or "const" in part or ("pattern" in part and part != _SLOT):
        about = {key: part[key] for key in ("description", "default", "title", "examples") if key in part}
        return {"anyOf": [part, _SLOT], **about}
    return {key: each if key in ("default", "examples") else with_slots(each) for key, each in part.items()}


def _unless_fixed(key: str, part: Any) -> Any:
    return part if key in ("scenario", "vars") else with_slots(part)
