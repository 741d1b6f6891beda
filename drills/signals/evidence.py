"""Cuts what a probe saw to what may be kept. Never decides what is good."""

import json
from collections.abc import Iterable
from urllib.parse import quote

from drills.signals.contract import EVIDENCE_LIMIT

CUT = b"\n[cut here]"


def bounded(seen: bytes) -> bytes:
    """At most `EVIDENCE_LIMIT` bytes; a cut is marked."""
    return seen if len(seen) <= EVIDENCE_LIMIT else seen[: EVIDENCE_LIMIT - len(CUT)] + CUT


def without(seen: bytes, secrets: Iterable[str]) -> bytes:
    """Bounded, and with every secret that was sent blotted out, should the answer echo it: as it is or escaped."""
    for secret in sorted(secrets, key=len, reverse=True):
        plain = secret.encode(errors="surrogateescape")
        for echo in {plain, json.dumps(secret)[1:-1].encode(), *_in_addresses(plain)}:
            seen = seen.replace(echo, b"[secret]")
    return bounded(seen)


def _in_addresses(plain: bytes) -> tuple[bytes, bytes]:
    return quote(plain).encode(), quote(plain, safe="").encode()
