"""Connections are reset."""

from typing import Annotated

from pydantic import Field

from injectors.toxiproxy.toxic import ToxicKeys, kind, milliseconds
from injectors.values import Seconds


class Parameters(ToxicKeys):
    """What the fault does."""

    timeout: Annotated[Seconds, Field(le=300)] = Field(default=0.0, description="How long after the first data.")


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the server's numbers."""
    return {"timeout": milliseconds(keys.timeout)}


KIND = kind(
    "reset_peer",
    summary="Resets connections (ECONNRESET) once data wants to pass.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments-db}",
)
