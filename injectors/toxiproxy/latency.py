"""Data arrives late."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from injectors.toxiproxy.toxic import ToxicKeys, kind, milliseconds
from injectors.values import Seconds


class Parameters(ToxicKeys):
    """What the fault does."""

    latency: Annotated[Seconds, Field(ge=0.001, le=300)] = Field(description="How late it arrives.")
    jitter: Annotated[Seconds, Field(le=300)] = Field(default=0.0, description="How much later or earlier at random.")

    @model_validator(mode="after")
    def _not_before_it_was_sent(self) -> Self:
        if self.jitter > self.latency:
            raise ValueError("jitter is longer than latency: data cannot arrive before it was sent")
        return self


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the server's numbers."""
    return {"latency": milliseconds(keys.latency), "jitter": milliseconds(keys.jitter)}


KIND = kind(
    "latency",
    summary="Delays everything that passes the proxy.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments-db, latency: 800ms, jitter: 100ms}",
)
