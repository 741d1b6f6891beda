"""Cuts what a probe saw to what may be kept. Never decides what is good."""

from collections.abc import Iterable

from drills.signals.contract import EVIDENCE_LIMIT
from injectors.revealed import blot_out_bytes

CUT = b"\n[cut here]"


def bounded(seen: bytes) -> bytes:
    """At most `EVIDENCE_LIMIT` bytes; a cut is marked."""
    return seen if len(seen) <= EVIDENCE_LIMIT else seen[: EVIDENCE_LIMIT - len(CUT)] + CUT


def without(seen: bytes, secrets: Iterable[str]) -> bytes:
    """Bounded, and with every secret that was sent blotted out, should the answer echo it: as it is or escaped."""
    return bounded(blot_out_bytes(seen, secrets))
