"""The typed values of `with:`: durations, sizes, rates, shares, secrets by reference. Never an address, never a call.

People write `latency: 800ms`; a model field typed `Seconds` holds `0.8`; a `Change` carries the plain number. A bare
`800` from a person is an error (seconds or milliseconds?), so plain numbers are taken only by `rebuild`.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from injectors.contract import InjectorError, Json, Refused
from injectors.revealed import remember

LONGEST = 30 * 86400.0
"""Seconds: no duration in a `with:` is longer."""
SECRET_LIMIT = 64 * 1024
"""Bytes: no secret is longer."""
_PLAIN = {"gameday.plain": True}
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZES = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,9})?"
_DURATION = rf"(?:{_NUMBER}(?:ms|s|m|h|d))+"
_SIZE = rf"({_NUMBER})(B|kB|MB|GB|KiB|MiB|GiB)"


class Keys(BaseModel):
    """What may stand under a `with:`: nothing unknown, nothing changed later, and no value echoed in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


ModelT = TypeVar("ModelT", bound=BaseModel)


def rebuild(model: type[ModelT], values: Mapping[str, Json]) -> ModelT:
    """Read a `Change`'s plain JSON, or what a person wrote. Raises `InjectorError` that echoes no value."""
    try:
        return model.model_validate(dict(values), context=_PLAIN)
    except ValidationError as wrong:
        problems = wrong.errors(include_url=False, include_input=False, include_context=False)
        said = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'with'}: {each['msg']}" for each in problems)
        raise InjectorError(said) from None


def _is_plain(value: Any, info: ValidationInfo) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and info.context is not None and "gameday.plain" in info.context


def _absolute(path: str) -> str:
    if not Path(path).is_absolute():
        raise ValueError("write an absolute path: a guard works in another folder")
    return path


def _seconds(value: Any, info: ValidationInfo) -> Any:
    if _is_plain(value, info):
        return value
    if not isinstance(value, str) or not re.fullmatch(_DURATION, value):
        raise ValueError("write a duration with its unit, such as 300ms, 30s, 5m or 1m30s")
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(rf"({_NUMBER})(ms|s|m|h|d)", value))


def _size(value: Any, info: ValidationInfo) -> Any:
    if _is_plain(value, info):
        return value
    found = re.fullmatch(_SIZE, value) if isinstance(value, str) else None
    if not found:
        raise ValueError("write a size with its unit, such as 500B, 64kB or 2MiB")
    return round(float(found[1]) * _SIZES[found[2]])


def _rate(value: Any, info: ValidationInfo) -> Any:
    if _is_plain(value, info):
        return value
    found = re.fullmatch(_SIZE + "/s", value) if isinstance(value, str) else None
    if not found:
        raise ValueError("write a rate with its unit, such as 500B/s, 64kB/s or 2MB/s")
    return float(found[1]) * _SIZES[found[2]]


def _share(value: Any) -> Any:
    found = re.fullmatch(rf"({_NUMBER})%", value) if isinstance(value, str) else None
    if found:
        return float(found[1]) / 100
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ValueError("write a share, such as 20% or 0.2")


AbsolutePath = Annotated[str, Field(min_length=2, max_length=4096), AfterValidator(_absolute)]
"""A file or folder of the machine on which the drill runs."""
Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    Field(ge=0, le=LONGEST),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$", "examples": ["300ms", "1m30s"]}),
]
"""A duration; held in seconds."""
Size = Annotated[
    int,
    BeforeValidator(_size),
    Field(ge=0, le=1000**4),
    WithJsonSchema({"type": "string", "pattern": f"^{_SIZE}$", "examples": ["64kB"]}),
]
"""An amount of data; held in bytes."""
Rate = Annotated[
    float,
    BeforeValidator(_rate),
    Field(ge=0, le=1000**4),
    WithJsonSchema({"type": "string", "pattern": f"^{_SIZE}/s$", "examples": ["64kB/s"]}),
]
"""An amount of data in a second; held in bytes per second."""
Share = Annotated[
    float,
    BeforeValidator(_share),
    Field(ge=0, le=1),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": f"^{_NUMBER}%$"}],
            "examples": ["20%"],
        }
    ),
]
"""A part of a whole; held as 0..1."""


_SECRET_NAME = re.compile(r"(^|[-_])(authorization|cookie|token|secret|password|passwd|api[-_]?key)$", re.IGNORECASE)


class MissingSecret(Refused):
    """A secret that is referred to could not be read."""


class Secret(Keys):
    """A secret by reference: `{env: NAME}` or `{file: PATH}`. Only `reveal` knows the value, and nothing keeps it."""

    env: str | None = Field(default=None, min_length=1, max_length=200)
    file: str | None = Field(default=None, min_length=1, max_length=4096)

    @model_validator(mode="before")
    @classmethod
    def _by_reference(cls, value: Any) -> Any:
        if isinstance(value, cls | Mapping):
            return value
        raise ValueError("a secret is never written here: write {env: NAME} or {file: PATH}")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("write exactly one of {env: NAME} and {file: PATH}")
        return self

    @model_serializer
    def _plain(self) -> dict[str, str]:
        return {"env": self.env} if self.env is not None else {"file": str(self.file)}

    def reveal(self) -> str:
        """Read the secret, without a trailing newline. Raises `MissingSecret`, which names the reference alone."""
        if self.env is not None:
            value = os.environ.get(self.env)
            if not value:
                raise MissingSecret(f"the environment variable {self.env} holds no secret: export {self.env}=...")
            remember(value)
            return value
        try:
            with Path(str(self.file)).open("rb") as source:
                held = source.read(SECRET_LIMIT + 1)
            text = held.decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as wrong:
            reason = wrong.strerror if isinstance(wrong, OSError) else "it is not UTF-8 text"
            raise MissingSecret(f"the secret file {self.file} could not be read: {reason}") from None
        if not text or len(held) > SECRET_LIMIT:
            raise MissingSecret(f"the secret file {self.file} is empty or longer than {SECRET_LIMIT} bytes")
        remember(text)
        return text


def by_reference(values: dict[str, Any]) -> dict[str, Any]:
    """Refuse plain text under a name that says it is a secret, such as `authorization` or `DB_PASSWORD`."""
    for name, value in values.items():
        if _SECRET_NAME.search(name) and not isinstance(value, Secret):
            raise ValueError(f"{name}: a secret is never written here: write {name}: {{env: NAME}} or {{file: PATH}}")
    return values
