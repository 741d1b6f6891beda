"""Reads are answered with what was true before."""

from collections.abc import Mapping

from injectors.http_proxy.fault import FaultKeys, kind


def attributes(_: FaultKeys) -> Mapping[str, int]:
    """It has no numbers."""
    return {}


KIND = kind(
    "stale",
    summary="Answers each GET with the answer that was recorded before the fault; writes and new questions pass.",
    parameters=FaultKeys,
    attributes=attributes,
    example="{proxy: stock}",
    needs_recording=True,
)
"""A drill is refused while the proxy has recorded nothing."""
