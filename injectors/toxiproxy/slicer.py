"""Data arrives in small pieces."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from injectors.toxiproxy.toxic import ToxicKeys, kind
from injectors.values import Seconds, Size


class Parameters(ToxicKeys):
    """What the fault does."""

    average_size: Annotated[Size, Field(ge=1, le=1024**2)] = Field(description="The size of a piece, on average.")
    size_variation: Annotated[Size, Field(le=1024**2)] = Field(default=0, description="How much a piece may differ.")
    delay: Annotated[Seconds, Field(le=10)] = Field(default=0.0, description="The pause after each piece.")

    @model_validator(mode="after")
    def _smaller_than_a_piece(self) -> Self:
        if self.size_variation >= self.average_size:
            raise ValueError("size_variation must be smaller than average_size")
        return self


def attributes(keys: Parameters) -> dict[str, int]:
    """Turn the keys into the server's numbers."""
    return {
        "average_size": keys.average_size,
        "size_variation": keys.size_variation,
        "delay": round(keys.delay * 1_000_000),
    }


KIND = kind(
    "slicer",
    summary="Cuts data into small pieces with a pause between them.",
    parameters=Parameters,
    attributes=attributes,
    example="{proxy: payments-db, average_size: 64B, delay: 10ms}",
)
