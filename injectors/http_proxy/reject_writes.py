"""Writes are refused, reads pass: a dependency that has become read-only."""

from typing import Annotated

from pydantic import Field

from injectors.http_proxy.fault import FaultKeys, kind


class Parameters(FaultKeys):
    """What the fault does."""

    status: Annotated[int, Field(ge=400, le=599, strict=True)] = Field(
        default=503, description="What a write is answered with, such as 503, 405 or 403."
    )


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the proxy's numbers."""
    return {"status": keys.status}


KIND = kind(
    "reject_writes",
    summary="Refuses POST, PUT, PATCH and DELETE; GET, HEAD and OPTIONS pass.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments, status: 503}",
)
