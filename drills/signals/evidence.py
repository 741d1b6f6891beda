"""Cuts what a probe saw to what may be kept. Never decides what is good."""

from collections.abc import Iterable

from drills.signals.contract import EVIDENCE_LIMIT

CUT = b"\n[cut here]"


def bounded(seen: bytes) -> bytes:
    """At most `EVIDENCE_LIMIT` bytes; a cut is marked."""
    return seen if len(seen) <= EVIDENCE_LIMIT else seen[: EVIDENCE_LIMIT - len(CUT)] + CUT


def without(seen: bytes, secrets: Iterable[str]) -> bytes:
    """Bounded, and with every secret that was sent blotted out, should the answer echo it."""
    for secret in secrets:
        seen = seen.replace(secret.encode(errors="surrogateescape"), b"[secret]")
    return bounded(seen)
