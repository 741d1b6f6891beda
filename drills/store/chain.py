"""How entries hang together: each carries the hash of the one before. Pure; nothing is read or written here."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from drills.store.contract import ENTRY_CAP, Line, StoreError
from scoring.timeline import Entry

Json = Any


def canonical(value: Json) -> str:
    """One value, one text: keys sorted, no spaces, ASCII only (RFC 8785 in spirit; numbers as Python writes them)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def plain(value: Json) -> Json:
    """Make a body what JSON can say: lists for tuples, words for NaN and Infinity."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def digest(entry: Entry) -> str:
    """SHA-256 over all of an entry but its digest."""
    fields = {
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "by": entry.by,
        "audience": entry.audience,
        "body": entry.body,
        "previous": entry.previous,
    }
    return hashlib.sha256(canonical(fields).encode("ascii")).hexdigest()


def link(line: Line, seq: int, previous: str) -> Entry:
    """Give a line its place after the entry whose digest is `previous`."""
    text = canonical(plain(line.body))
    body, size = json.loads(text), len(text)
    if size > ENTRY_CAP:
        raise StoreError(
            f"an entry of kind {line.kind!r} has {size} bytes, over the {ENTRY_CAP} allowed: keep it as evidence"
        )
    bare = Entry(seq, line.at, line.kind, line.by, line.audience, body, previous)
    return Entry(seq, line.at, line.kind, line.by, line.audience, body, previous, digest(bare))


def breaks(entries: Iterable[Entry], head_seq: int, head_digest: str) -> list[str]:
    """Say where a timeline (in order of seq) was changed after it was written; the drill's row remembers its head."""
    found: list[str] = []
    seq, previous = 0, ""
    for entry in entries:
        found += _gap(seq, entry.seq)
        if entry.seq == seq + 1 and entry.previous != previous:
            found.append(f"entry {entry.seq} does not follow from entry {seq}: one of the two was replaced or moved")
        if digest(entry) != entry.digest:
            found.append(f"entry {entry.seq} was changed after it was written")
        seq, previous = entry.seq, entry.digest
    if seq < head_seq:
        found += _gap(seq, head_seq + 1)
    elif seq > head_seq:
        found.append(f"entry {seq} was added past the end: the drill's last entry is {head_seq}")
    elif previous != head_digest:
        found.append(f"the last entry, {seq}, is not the one the drill ended with")
    return found


def _gap(before: int, after: int) -> list[str]:
    first, last = before + 1, after - 1
    if first > last:
        return []
    return [f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"]
