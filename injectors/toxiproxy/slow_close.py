"""Connections end late."""

from typing import Annotated

from pydantic import Field

from injectors.toxiproxy.toxic import ToxicKeys, kind, milliseconds
from injectors.values import Seconds


class Parameters(ToxicKeys):
    """What the fault does."""

    delay: Annotated[Seconds, Field(ge=0.001, le=300)] = Field(description="How much later.")


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the server's numbers."""
    return {"delay": milliseconds(keys.delay)}


KIND = kind(
    "slow_close",
    summary="Holds connections open after they should have ended.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments-db, delay: 10s}",
)
