"""A connection ends after some data."""

from typing import Annotated

from pydantic import Field

from injectors.toxiproxy.toxic import ToxicKeys, kind
from injectors.values import Size


class Parameters(ToxicKeys):
    """What the fault does."""

    bytes: Annotated[Size, Field(le=1024**4)] = Field(description="How much passes before the connection is closed.")


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the server's numbers."""
    return {"bytes": keys.bytes}


KIND = kind(
    "limit_data",
    summary="Closes each connection after so much data.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments-db, bytes: 10kB}",
)
