"""The store on SQLite through SQLAlchemy Core. It keeps and reads; what entries mean is known elsewhere."""

import hashlib
import json
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_keep
from sqlalchemy.engine import Connection
from sqlalchemy.pool import PoolProxiedConnection

from drills.store import chain, schema
from drills.store.address import path_of
from drills.store.contract import EVIDENCE_CAP, WAIT, DrillRow, Evidence, Line, Make, StoreError
from drills.store.failures import explained
from drills.store.json_lines import digests_of
from drills.store.sqlite_file import connect_to
from scoring.timeline import DRILL, Audience, Entry

Json = Any
_NAMED = 5
"""Ids listed in the message about an unknown drill."""


class SqlStore:
    """One open store; see `drills.store.contract.Store` for what each call promises."""

    def __init__(self, where: str | Path, *, read_only: bool = False, wait: float = WAIT) -> None:
        self._path = path_of(where)
        self._wait = wait
        self._writing = threading.Lock()
        self._stamping = threading.Lock()
        self._stamper: PoolProxiedConnection | None = None
        self._engine = connect_to(self._path, read_only=read_only, wait=wait)

    def begin(self, drill_id: str, scenario: str, service: str, environment: str, started_at: int) -> None:
        row = {
            "id": drill_id,
            "scenario": scenario,
            "service": service,
            "environment": environment,
            "started_at": started_at,
            "head_seq": 0,
            "head_digest": "",
        }
        with self._transaction() as connection:
            if connection.scalar(select(func.count()).where(schema.drills.c.id == drill_id)):
                raise StoreError(f"store {self._path}: there is a drill {drill_id} already")
            connection.execute(insert(schema.drills).values(row))

    def append(  # noqa: PLR0913, PLR0917 - the fields of one entry, in their order
        self, drill_id: str, at: int, kind: str, by: str, audience: Audience, body: Mapping[str, Json]
    ) -> Entry:
        return self.append_many(drill_id, [Line(at, kind, by, audience, body)])[0]

    def append_many(self, drill_id: str, lines: Iterable[Line]) -> list[Entry]:
        return self.append_made(drill_id, (), lambda *_: lines)

    def append_made(self, drill_id: str, kinds: Collection[str], make: Make) -> list[Entry]:
        with self._transaction() as connection:
            drill = self._drill(connection, drill_id)
            rows = connection.execute(_wanted(drill_id, kinds=kinds)).all() if kinds else ()
            entries = _linked(make(drill, self._whole(drill_id, rows)), drill.head_seq, drill.head_digest)
            if not entries:
                return []
            connection.execute(insert(schema.entries), [_as_row(drill_id, entry) for entry in entries])
            head = {"head_seq": entries[-1].seq, "head_digest": entries[-1].digest, **_ending(entries)}
            connection.execute(update(schema.drills).where(schema.drills.c.id == drill_id).values(head))
        return entries

    def entries(
        self, drill_id: str, after: int = 0, limit: int | None = None, kinds: Collection[str] = ()
    ) -> list[Entry]:
        return self._whole(drill_id, self._rows(drill_id, after, limit, kinds))

    def stamp(self) -> int:
        with explained(str(self._path)), self._stamping:
            if self._stamper is None:
                self._stamper = self._engine.raw_connection()
            cursor = self._stamper.cursor()
            return int(cursor.execute("PRAGMA data_version").fetchone()[0])

    def drill(self, drill_id: str) -> DrillRow:
        with self._reading() as connection:
            return self._drill(connection, drill_id)

    def drills(self, limit: int = 100) -> list[DrillRow]:
        newest = select(schema.drills).order_by(schema.drills.c.started_at.desc(), schema.drills.c.id.desc())
        with self._reading() as connection:
            return [DrillRow(*row) for row in connection.execute(newest.limit(limit))]

    def keep(self, content: bytes, media_type: str, about: str = "", *, size: int | None = None) -> str:
        kept = content[:EVIDENCE_CAP]
        digest = hashlib.sha256(kept).hexdigest()
        row = {
            "digest": digest,
            "media_type": media_type,
            "about": about,
            "size": max(size or 0, len(content)),
            "content": kept,
        }
        with self._transaction() as connection:
            connection.execute(insert_or_keep(schema.evidence).values(row).on_conflict_do_nothing())
        return digest

    def evidence(self, digest: str) -> Evidence:
        columns = schema.evidence.c
        with self._reading() as connection:
            row = connection.execute(
                select(columns.digest, columns.media_type, columns.about, columns.size, columns.content).where(
                    columns.digest == digest
                )
            ).first()
        if row is None:
            raise StoreError(f"store {self._path}: no evidence {digest[:12]} was kept")
        digest, media_type, about, size, content = row
        return Evidence(
            digest, media_type, about, size, content if isinstance(content, bytes) else str(content).encode()
        )

    def verify(self, drill_id: str) -> list[str]:
        drill = self.drill(drill_id)
        entries = [_entry(row) for row in self._rows(drill_id)]
        found = chain.breaks(entries, drill.head_seq, drill.head_digest)
        entries = [entry for entry in entries if isinstance(entry.body, dict)]
        if _ending(entries) != _ending_of(drill):
            found.append("the drill's row and its timeline do not agree on how it ended")
        return found + [problem for digest in sorted(_named(entries)) for problem in self._look_at(digest)]

    def close(self) -> None:
        with self._stamping:
            if self._stamper is not None:
                self._stamper.close()
                self._stamper = None
        self._engine.dispose()

    def _whole(self, drill_id: str, rows: Iterable[Row[Any]]) -> list[Entry]:
        entries = [_entry(row) for row in rows]
        damaged = next((entry for entry in entries if not isinstance(entry.body, dict)), None)
        if damaged is not None:
            why = f"entry {damaged.seq} of drill {drill_id} is not JSON any more: it was changed after it was written"
            raise StoreError(f"store {self._path}: {why}; restore a copy")
        return entries

    def _look_at(self, digest: str) -> list[str]:
        try:
            kept = self.evidence(digest)
        except StoreError:
            return [f"evidence {digest[:12]} is missing"]
        same = hashlib.sha256(kept.content).hexdigest() == digest
        return [] if same else [f"evidence {digest[:12]} was changed after it was kept"]

    def _drill(self, connection: Connection, drill_id: str) -> DrillRow:
        row = connection.execute(select(schema.drills).where(schema.drills.c.id == drill_id)).first()
        if row is not None:
            return DrillRow(*row)
        latest = select(schema.drills.c.id).order_by(schema.drills.c.started_at.desc()).limit(_NAMED)
        ids = ", ".join(connection.scalars(latest)) or "none yet"
        raise StoreError(f"store {self._path}: there is no drill {drill_id} (the latest: {ids})")

    def _rows(
        self, drill_id: str, after: int = 0, limit: int | None = None, kinds: Collection[str] = ()
    ) -> Sequence[Row[Any]]:
        with self._reading() as connection:
            self._drill(connection, drill_id)
            return connection.execute(_wanted(drill_id, after, limit, kinds)).all()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if not self._writing.acquire(timeout=self._wait):
            raise StoreError(f"store {self._path}: another thread has been writing for more than {self._wait:g} s")
        try:
            with explained(str(self._path)), self._engine.connect() as connection:
                connection.execution_options(begin="BEGIN IMMEDIATE")
                with connection.begin():
                    yield connection
        finally:
            self._writing.release()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(str(self._path)), self._engine.connect() as connection:
            yield connection


def _wanted(drill_id: str, after: int = 0, limit: int | None = None, kinds: Collection[str] = ()) -> Select[Any]:
    columns = schema.entries.c
    wanted = select(schema.entries).where(columns.drill_id == drill_id, columns.seq > after)
    wanted = wanted.where(columns.kind.in_(kinds)) if kinds else wanted
    return wanted.order_by(columns.seq).limit(limit)


def _entry(row: Row[Any]) -> Entry:
    """One row as an entry; what is no longer JSON becomes the text it is, which no hash will fit."""
    try:
        body = json.loads(row.body)
    except ValueError:
        body = str(row.body)
    return Entry(row.seq, row.at, row.kind, row.by, row.audience, body, row.previous, row.digest)


def _linked(lines: Iterable[Line], seq: int, previous: str) -> list[Entry]:
    entries: list[Entry] = []
    for line in lines:
        entry = chain.link(line, seq + 1, previous)
        entries.append(entry)
        seq, previous = entry.seq, entry.digest
    return entries


def _as_row(drill_id: str, entry: Entry) -> dict[str, Json]:
    return {
        "drill_id": drill_id,
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "by": entry.by,
        "audience": entry.audience,
        "body": chain.canonical(entry.body),
        "previous": entry.previous,
        "digest": entry.digest,
    }


def _ending(entries: Iterable[Entry]) -> dict[str, Json]:
    """What the drill's row repeats of the `ended` entry, so that a list of drills need not read timelines."""
    ends = [entry for entry in entries if entry.kind == DRILL and entry.body.get("state") == "ended"]
    return {"ended_at": ends[-1].at, "outcome": ends[-1].body.get("outcome")} if ends else {}


def _ending_of(drill: DrillRow) -> dict[str, Json]:
    return {} if drill.ended_at is None else {"ended_at": drill.ended_at, "outcome": drill.outcome}


def _named(entries: Iterable[Entry]) -> set[str]:
    return {digest for entry in entries for digest in digests_of(entry)}
