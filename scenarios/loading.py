"""Loads a file: bytes -> values with positions -> variables in place -> a frozen model, or every problem at once."""

import hashlib
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from scenarios import wording
from scenarios.game_day import GameDay
from scenarios.origin import Origin
from scenarios.problems import Problem, ScenarioError, in_order
from scenarios.reader import Node, Scalar, parse, plain, read_bytes, whole
from scenarios.salvage import without
from scenarios.scenario import Scenario, Written
from scenarios.suggest import close, for_name
from scenarios.templating import Template, settled

if TYPE_CHECKING:
    from scenarios.workspace import Workspace

FILE_NAME = "gameday.yaml"
WrittenT = TypeVar("WrittenT", bound=Written)
_NO_VARIABLES = "a secret is written {env: NAME}, and $${ is for these two characters themselves"


def load(path: FilePath | str, *, settings: Mapping[str, Scalar] | None = None) -> Scenario | GameDay:
    """The scenario or game day in a file, with `settings` for its variables. Raises `ScenarioError`: all problems."""
    file = FilePath(path)
    return read(read_bytes(file), file, settings=settings)


def read(content: bytes, path: FilePath, *, settings: Mapping[str, Scalar] | None = None) -> Scenario | GameDay:
    """The same, from the bytes of a file that need not exist."""
    root, problems = parse(content, str(path))
    origin = Origin(str(path), root)
    model = _kind(origin, problems)
    given = dict(settings or {})
    values: dict[str, Scalar] = {}
    if model is Scenario:
        values = _values(origin, given, problems)
    elif given:
        problems.append(origin.problem((), "a game day has no variables of its own: use `set` in its parts"))
    otherwise = "write them under `vars:`, such as `vars: {fault_length: 10m}`" if model is Scenario else _NO_VARIABLES
    return _model(model, problems, Template(origin, values, otherwise=otherwise), content)


def load_workspace(path: FilePath | str) -> "Workspace":
    """The workspace of gameday.yaml (its path, or its folder's). Raises `ScenarioError` with all problems."""
    from scenarios.workspace import Workspace  # noqa: PLC0415 - loading a lone scenario does not pay for it

    file = FilePath(path)
    file = file / FILE_NAME if file.is_dir() else file
    content = read_bytes(file)
    root, problems = parse(content, str(file))
    origin = Origin(str(file), root)
    _must_be_a_map(origin, problems, "format: 1")
    for key in ("scenario", "game_day"):
        if key in origin.names(()):
            told = f"this is not a workspace: `{key}` stands in a file of its own"
            raise ScenarioError([*problems, origin.problem((key,), told, at_key=True)])
    template = Template(origin, {}, otherwise=_NO_VARIABLES)
    return _model(Workspace, problems, template, content)


def find_workspace(start: FilePath) -> FilePath:
    """The nearest gameday.yaml in this folder or above. Raises `ScenarioError`."""
    folder = start.absolute()
    for each in (folder, *folder.parents):
        if (each / FILE_NAME).is_file():
            return each / FILE_NAME
    told = f"there is no {FILE_NAME} here or in a folder above: `gameday init` writes one"
    raise ScenarioError([whole(start / FILE_NAME, told)])


def _kind(origin: Origin, problems: list[Problem]) -> type[Scenario] | type[GameDay]:
    """The first key says what the file is."""
    _must_be_a_map(origin, problems, "scenario: ID")
    keys = origin.names(())
    found = next((key for key in keys if key in ("scenario", "game_day")), None)
    if found is None:
        problems.append(_no_kind(origin, keys))
        raise ScenarioError(in_order(problems))
    if keys[0] != found:
        told = f"the first key says what a file is: move `{found}` to the top"
        problems.append(origin.problem((found,), told, at_key=True))
    return Scenario if found == "scenario" else GameDay


def _must_be_a_map(origin: Origin, problems: list[Problem], begin: str) -> None:
    value = origin.root.value
    if isinstance(value, dict) and value:
        return
    what = "a list" if isinstance(value, list) else "nothing" if value in ({}, None) else "text"
    told = f"{what} stands at the top: the file begins with `{begin}`"
    raise ScenarioError([*problems, origin.problem((), told)])


def _no_kind(origin: Origin, keys: tuple[str, ...]) -> Problem:
    told = "the file begins with `scenario: ID` or `game_day: ID`"
    if {"format", "environments", "zone"} & set(keys):
        told = f"this is a workspace: name it {FILE_NAME}, and load it as one; a scenario begins with `scenario: ID`"
    elif near := close(keys[0], ("scenario", "game_day")):
        told = f"unknown key: did you mean `{near}`?"
    return origin.problem((keys[0],), told, at_key=True)


def _values(origin: Origin, given: Mapping[str, Scalar], problems: list[Problem]) -> dict[str, Scalar]:
    written = {name: node.value for name, node in _variables(origin).items() if not isinstance(node.value, list | dict)}
    known: dict[str, Scalar] = {}
    for name, value in given.items():
        if name in written:
            known[name] = value
            continue
        advice = for_name(name, written, "under `vars` there are")
        problems.append(origin.problem(("vars",), f"there is no variable '{name}' to set: {advice}", at_key=True))
    try:
        return settled(written, known)
    except ValueError as wrong:
        problems.append(origin.problem(("vars",), f"what is set cannot be used: {wrong}", at_key=True))
        return dict(written)


def _variables(origin: Origin) -> Mapping[str, Node]:
    root = origin.root.value
    held = root.get("vars") if isinstance(root, dict) else None
    return held.value if held is not None and isinstance(held.value, dict) else {}


def _model(model: type[WrittenT], problems: list[Problem], template: Template, content: bytes) -> WrittenT:
    origin = template.origin
    data = _data(origin, template)
    problems += template.problems
    problems += model.references(data, origin)
    text = hashlib.sha256(content).hexdigest()
    found: WrittenT | None = None
    try:
        found = model.model_validate(data)
    except ValidationError as error:
        problems += wording.problems(error, model, origin)
        found = _rest(model, data, error)
    if found is not None:
        found.came_from(origin, FilePath(origin.file), text)
    if problems:
        rest = found if isinstance(found, Scenario | GameDay) else None
        raise ScenarioError(in_order(problems), rest)
    assert found is not None, "a model that is not valid has problems"  # noqa: S101 - a bug of ours, not of the file
    return found


def _data(origin: Origin, template: Template) -> dict[str, Any]:
    root = origin.root.value
    assert isinstance(root, dict), "looked at before"  # noqa: S101 - a bug of ours, not of the file
    data = {key: template.filled(node, (key,)) for key, node in root.items() if key != "vars"}
    if "vars" in root:
        held = plain(root["vars"])
        data["vars"] = {**held, **template.values} if isinstance(held, dict) else held
    return data


def _rest(model: type[WrittenT], data: Mapping[str, Any], error: ValidationError) -> WrittenT | None:
    try:
        return model.model_validate(without(data, error))
    except ValidationError:
        return None
