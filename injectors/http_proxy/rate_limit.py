"""Callers are turned away for asking too often."""

import math
from typing import Annotated

from pydantic import Field

from injectors.http_proxy.fault import FaultKeys, kind
from injectors.values import Seconds


class Parameters(FaultKeys):
    """What the fault does."""

    retry_after: Annotated[Seconds, Field(le=86400)] = Field(
        default=1.0, description="When to come back, as `Retry-After` says it: in whole seconds, rounded up."
    )


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the proxy's numbers."""
    return {"retry_after": math.ceil(keys.retry_after)}


KIND = kind(
    "rate_limit",
    summary="Answers every request with 429 and Retry-After; the dependency is not asked.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments, retry_after: 5s}",
)
