"""Turns pydantic's errors into problems at their place: what is wrong, what to write instead. It validates nothing."""

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scenarios.problems import Path, Problem, Severity, is_secret, shown
from scenarios.suggest import close, for_key
from scenarios.values import ID, LINE, TEXT

WANTED: Mapping[str, str] = {
    "title": "one line that says what happens, such as `title: One of three workers dies`",
    "service": "the service under drill, such as `service: orders`",
    "inject": "the fault's kind, such as `inject: toxiproxy.latency` (`gameday injectors` lists them)",
    "probe": "the probe's kind, such as `probe: http` (`gameday probes` lists them)",
    "within": "a limit, such as `within: 2m`",
    "when": "a moment, such as `when: 30s` or `when: by hand`",
    "text": 'what is said, such as `text: "The pay button spins."`',
    "format": "`format: 1`",
    "zone": "the time zone of all times, such as `zone: Europe/Berlin`",
    "environments": "where drills may happen, such as `environments: {staging: {targets: {}}}`",
    "name": "the alert's name, such as `name: CheckoutSlow`",
    "kind": "the target's kind, such as `kind: http`",
}
"""What to write where a required key is missing."""


class Pointing(Protocol):
    """Whatever knows where values stand: a file while it is read, or what was read from it."""

    def problem(self, path: Path, message: str, severity: Severity = "error", *, at_key: bool = False) -> Problem:
        """A problem at the place of `path`."""
        ...


class Speaker(Protocol):
    """Says one type of error in our words."""

    def __call__(self, context: Mapping[str, Any], value: Any, *, echo: bool) -> str: ...


def problems(error: ValidationError, model: type[BaseModel], origin: Pointing, at: Path = ()) -> list[Problem]:
    """Every error of `model`, which was read from `at` in the file."""
    found = error.errors(include_url=False)
    return [_problem(each, model, origin, at) for each in found]


def _problem(error: ErrorDetails, model: type[BaseModel], origin: Pointing, at: Path) -> Problem:
    loc = tuple(step for step in error["loc"] if step != "[key]")
    path: Path = (*at, *loc)
    secret = is_secret(path)
    if error["type"] == "extra_forbidden":
        word = str(path[-1])
        advice = for_key(word, known_keys(model, loc[:-1]))
        if secret:
            return origin.problem(path, f"this key is not known here; {advice}", at_key=True)
        return origin.problem(path, f"unknown key: {advice}", at_key=True)
    if error["type"] == "missing":
        name = str(path[-1])
        wanted = WANTED.get(name, f"`{name}: ...`")
        return origin.problem(path[:-1], f"{name} is missing: write {wanted}", at_key=bool(path[:-1]))
    at_key = error["loc"] != loc
    return origin.problem(path, sentence(error, echo=not secret), at_key=at_key)


def sentence(error: ErrorDetails, *, echo: bool) -> str:
    """The error in our words; `echo` says whether what was written may be repeated."""
    context = error.get("ctx", {})
    if error["type"] in ("value_error", "assertion_error"):
        told = context.get("error")
        return str(told) if echo or told is None else "this cannot be used here"
    speak = _SENTENCES.get(error["type"])
    return speak(context, error.get("input"), echo=echo) if speak else _lower(error["msg"])


def known_keys(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that `model` knows at `path`."""
    wanted: Any = model
    for step in path:
        options = [_step(each, step) for each in _alternatives(wanted)]
        wanted = next((each for each in options if each is not None), None)
    for each in _alternatives(wanted):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return [field.alias or name for name, field in each.model_fields.items()]
    return []


def _alternatives(wanted: Any) -> Sequence[Any]:
    origin = get_origin(wanted)
    if origin is Annotated:
        return _alternatives(get_args(wanted)[0])
    if origin in (Union, types.UnionType):
        return [inner for each in get_args(wanted) for inner in _alternatives(each)]
    return [wanted]


def _step(wanted: Any, step: str | int) -> Any:
    if isinstance(wanted, type) and issubclass(wanted, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in wanted.model_fields.items()}
        return fields.get(str(step))
    arguments = get_args(wanted)
    if not arguments:
        return None
    return arguments[0] if isinstance(step, int) else arguments[-1]


def _text(context: Mapping[str, Any], value: Any, *, echo: bool) -> str:
    del context
    if value is None:
        return "text is missing here: write it, in quotes if it is long"
    if isinstance(value, bool | int | float):
        return f'text belongs here: write "{value}" in quotes' if echo else "text belongs here: put it in quotes"
    return "text belongs here, not a list or a map"


def _map(context: Mapping[str, Any], value: Any, *, echo: bool) -> str:
    del context, echo
    if isinstance(value, list | tuple):
        return "a map of keys belongs here, not a list: write `key: value` lines without the dash"
    return "a map of keys belongs here: write `key: value` lines below it, or {key: value}"


def _list(context: Mapping[str, Any], value: Any, *, echo: bool) -> str:
    del context
    if isinstance(value, str) and echo:
        return (
            f"a list belongs here: write [{value}]" if len(value) < 60 else "a list belongs here: write [ ] around it"
        )
    return "a list belongs here: write [ ] around it"


def _one_of(context: Mapping[str, Any], value: Any, *, echo: bool) -> str:
    expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    near = close(value, expected.split(", ")) if isinstance(value, str) else None
    told = f"{shown(value)} is not known here" if echo else "this is not known here"
    hint = f"; did you mean `{near}`?" if near else ""
    return f"{told}: write one of {expected}{hint}"


def _pattern(context: Mapping[str, Any], value: Any, *, echo: bool) -> str:
    pattern = context.get("pattern")
    if pattern == LINE:
        return "one line of text belongs here"
    if pattern == TEXT:
        return "this text is empty: write something, or leave the key out"
    if pattern != ID:
        return f"this must match {pattern}"
    if echo and isinstance(value, str) and (better := _as_id(value)):
        return f"{shown(value)} is no id (lower case letters, digits, single hyphens): write `{better}`"
    return "an id is made of lower case letters, digits and single hyphens, such as slow-db"


def _as_id(value: str) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in value.lower())
    return "-".join(part for part in kept.split("-") if part).lstrip("0123456789-")[:40]


def _truth(context: Mapping[str, Any], value: Any, *, echo: bool) -> str:
    del context, value, echo
    return "write true or false, without quotes"


def _number(context: Mapping[str, Any], value: Any, *, echo: bool) -> str:
    del context
    return f"a whole number belongs here, not {shown(value)}" if echo else "a whole number belongs here"


_SENTENCES: Mapping[str, Speaker] = {
    "string_type": _text,
    "dict_type": _map,
    "mapping_type": _map,
    "model_type": _map,
    "model_attributes_type": _map,
    "dataclass_type": _map,
    "tuple_type": _list,
    "list_type": _list,
    "set_type": _list,
    "literal_error": _one_of,
    "enum": _one_of,
    "string_pattern_mismatch": _pattern,
    "bool_type": _truth,
    "bool_parsing": _truth,
    "int_type": _number,
    "int_parsing": _number,
    "int_from_float": _number,
}


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
