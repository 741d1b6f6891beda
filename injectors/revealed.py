"""The secrets that this process has read, so that no text of ours ever repeats one. It keeps them in memory alone."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

SHORTEST = 4
"""Characters: a shorter secret is none, and blotting it out would make holes in every text."""
BLOT = "[secret]"
_known: set[str] = set()


def remember(secret: str) -> None:
    """It was read just now."""
    if len(secret) >= SHORTEST:
        _known.add(secret)


def blot_out(text: str) -> str:
    """The text without any secret that was read, as it is or escaped for JSON or an address."""
    for form in _forms(tuple(_known)):
        text = text.replace(form, BLOT)
    return text


def blot_out_bytes(seen: bytes, secrets: Iterable[str] = ()) -> bytes:
    """The same for bytes, and without these secrets too."""
    for form in _forms((*_known, *secrets)):
        seen = seen.replace(form.encode(errors="surrogateescape"), BLOT.encode())
    return seen


def blot_out_values(held: Any) -> Any:
    """The same for every text in a JSON value, keys included."""
    if not _known:
        return held
    if isinstance(held, str):
        return blot_out(held)
    if isinstance(held, Mapping):
        return {blot_out_values(key): blot_out_values(value) for key, value in held.items()}
    if isinstance(held, list | tuple):
        return [blot_out_values(each) for each in held]
    return held


def _forms(secrets: Iterable[str]) -> list[str]:
    """Longest first, since one secret may hold another."""
    found = set()
    for secret in secrets:
        plain = secret.encode(errors="surrogateescape")
        found |= {secret, json.dumps(secret)[1:-1], quote(plain), quote(plain, safe="")}
    return sorted(found, key=len, reverse=True)
