"""What the senders' JSON shapes share: text that any file can hold, times, one first problem that echoes no value."""

import json
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from drills.signals.evidence import bounded
from drills.signals.moments import nanoseconds

ALERTS_LIMIT = 10_000
"""Alerts in one body."""


def _moment(value: Any) -> Any:
    return nanoseconds(value) if isinstance(value, str) else value


Moment = Annotated[Annotated[int, Field(strict=True)] | None, BeforeValidator(_moment)]
"""RFC 3339; held as UTC ns, None for the zero time."""


def whole(text: str) -> str:
    """Half of a character, which JSON can hold and no file or store can, becomes a question mark."""
    return text.encode(errors="replace").decode()


Text = Annotated[str, AfterValidator(whole)]
Texts = Annotated[dict[Text, Text], Field(max_length=1000)]


class Shape(BaseModel):
    """A part of what somebody else sends: keys that are not known are accepted, since later versions add some."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


ShapeT = TypeVar("ShapeT", bound=Shape)


def read(shape: type[ShapeT], value: Any) -> ShapeT:
    """The value in this shape. Raises `ValueError` that names the place and echoes no value."""
    try:
        return shape.model_validate(value)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step)[:100] for step in first["loc"]) or "the body"
        raise ValueError(f"{where}: {first['msg']}") from None


def raw(told: Any) -> bytes:
    """What was told, to be kept as evidence."""
    return bounded(json.dumps(told, ensure_ascii=False).encode(errors="replace"))
