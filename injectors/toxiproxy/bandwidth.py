"""Data passes at a limited rate."""

from typing import Annotated

from pydantic import Field

from injectors.toxiproxy.toxic import ToxicKeys, kind
from injectors.values import Rate


class Parameters(ToxicKeys):
    """What the fault does."""

    rate: Annotated[Rate, Field(ge=1000, le=1e10)] = Field(description="At most this much; whole kB/s.")


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the server's numbers."""
    return {"rate": round(keys.rate / 1000)}


KIND = kind(
    "bandwidth",
    summary="Limits how much passes the proxy in a second.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments-db, rate: 20kB/s}",
)
