"""Drills as JSON Lines for other programs: a line for the drill, one for each entry, one for each piece of evidence."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from drills.store.contract import DrillRow, Store, StoreError
from scoring.timeline import Entry

Json = Any
_PAGE = 1000


def export_lines(store: Store, rows: Iterable[DrillRow]) -> Iterator[dict[str, Json]]:
    """Every line about these drills, in order; evidence that several share comes once. Holds one page in memory."""
    told: set[str] = set()
    for row in rows:
        yield {"type": "drill", **asdict(row)}
        last = 0
        while page := store.entries(row.id, after=last, limit=_PAGE):
            last = page[-1].seq
            for entry in page:
                yield {"type": "entry", **entry_line(row.id, entry)}
                for digest in digests_of(entry):
                    if digest not in told:
                        told.add(digest)
                        yield _evidence_line(store, digest)


def entry_line(drill: str, entry: Entry) -> dict[str, Json]:
    """One entry with all that its hash covers."""
    return {
        "drill": drill,
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "by": entry.by,
        "audience": entry.audience,
        "body": entry.body,
        "previous": entry.previous,
        "digest": entry.digest,
    }


def digests_of(entry: Entry) -> tuple[str, ...]:
    """The evidence an entry names: one piece, or a list of them."""
    held = entry.body.get("evidence")
    named = [*(held if isinstance(held, list) else [held]), entry.body.get("digest")]
    return tuple(digest for digest in named if isinstance(digest, str) and digest)


def _evidence_line(store: Store, digest: str) -> dict[str, Json]:
    try:
        kept = store.evidence(digest)
    except StoreError:
        return {"type": "evidence", "digest": digest, "missing": True}
    content = base64.b64encode(kept.content).decode("ascii")
    about = {"media_type": kept.media_type, "about": kept.about, "size": kept.size, "cut": kept.cut}
    return {"type": "evidence", "digest": digest, **about, "content_base64": content}
