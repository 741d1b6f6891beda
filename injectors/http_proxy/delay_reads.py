"""Writes are taken at once, reads come late."""

from typing import Annotated

from pydantic import Field

from injectors.http_proxy.fault import FaultKeys, kind
from injectors.values import Seconds


class Parameters(FaultKeys):
    """What the fault does."""

    delay: Annotated[Seconds, Field(ge=0.001, le=300)] = Field(description="How long a read is held back.")


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the proxy's numbers."""
    return {"delay": round(keys.delay * 1000)}


KIND = kind(
    "delay_reads",
    summary="Holds GET, HEAD and OPTIONS back for a while; writes pass at once.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: orders, delay: 2s}",
)
