"""Nothing passes any more, and the connection ends after a while or never."""

from typing import Annotated

from pydantic import Field

from injectors.toxiproxy.toxic import ToxicKeys, kind, milliseconds
from injectors.values import Seconds


class Parameters(ToxicKeys):
    """What the fault does."""

    timeout: Annotated[Seconds, Field(le=3600)] = Field(
        default=0.0,
        description="Close after this long without data; 0: hold the connection open, silent, until reverted.",
    )


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the server's numbers."""
    return {"timeout": milliseconds(keys.timeout)}


KIND = kind(
    "timeout",
    summary="Swallows everything: no answer comes, and the connection is closed late or never.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments-db, timeout: 5s}",
)
