"""Finds the kinds that files name, reads `with:` and `good:` by their models, and tells at its place what is wrong."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from drills.signals import registry as signals
from drills.signals.contract import ProbeKind, SignalError
from injectors import registry as injectors
from injectors.contract import InjectorError, Kind
from scenarios import wording
from scenarios.problems import Path, Problem, shown
from scenarios.scenario import Written
from scenarios.suggest import for_name

ModelT = TypeVar("ModelT", bound=BaseModel)


def fault_kind(name: str, at: tuple[Written, Path]) -> Kind | Problem:
    """The kind of fault, or why it cannot be had."""
    try:
        return injectors.kind(name)
    except injectors.UnknownKind:
        advice = for_name(name, injectors.names(), "installed are")
        return at[0].problem((*at[1], "inject"), f"no injector is called {shown(name)}: {advice}")
    except InjectorError as missing:
        return at[0].problem((*at[1], "inject"), str(missing))


def probe_kind(name: str, at: tuple[Written, Path]) -> ProbeKind | Problem:
    """The kind of probe, or why it cannot be had."""
    try:
        return signals.probe_kind(name)
    except signals.UnknownKind:
        advice = for_name(name, signals.probe_names(), "installed are")
        return at[0].problem((*at[1], "probe"), f"no probe is called {shown(name)}: {advice}")
    except SignalError as missing:
        return at[0].problem((*at[1], "probe"), str(missing))


def read(
    model: type[ModelT], values: Mapping[str, Any], at: tuple[Written, Path]
) -> tuple[ModelT | None, list[Problem]]:
    """The values as their kind understands them, or every problem with them."""
    try:
        return model.model_validate(dict(values)), []
    except ValidationError as error:
        return None, wording.problems(error, model, at[0], at[1])


def plain(model: BaseModel) -> dict[str, Any]:
    """The values after defaults, as plain JSON; secrets stay references."""
    return model.model_dump(mode="json", by_alias=True)
