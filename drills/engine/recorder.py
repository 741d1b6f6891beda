"""Writes the timeline in order from a thread of its own: a slow store never delays a revert. Loses nothing silently."""

import hashlib
import json
import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from injectors.revealed import blot_out_bytes, blot_out_values
from scoring.timeline import Audience

if TYPE_CHECKING:
    from drills.store.contract import Line, Store

BATCH = 512
"""Entries that share one flush at most."""
PATIENCE = 5.0
"""Seconds that closing waits for what is still to be written."""
JOIN = 0.02


class Evidence(NamedTuple):
    """Bytes that an entry names by digest."""

    content: bytes
    media_type: str
    about: str


class Opening(NamedTuple):
    """What a store needs to make room for a drill."""

    drill: str
    scenario: str
    service: str
    environment: str
    started_at: int


class Recorder:
    """The only writer of a running drill's timeline."""

    def __init__(self, open_store: "Callable[[], Store]", opening: Opening, hear: "Callable[[Line], None]") -> None:
        self._open_store = open_store
        self._opening = opening
        self._hear = hear
        self._waiting: queue.Queue[Line | Evidence | None] = queue.Queue()
        self._unsaved: list[Line] = []
        self._store: Store | None = None
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self.problem = ""
        """Why entries could not be written; empty while all is well."""

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def write(  # noqa: PLR0913 - the fields of one entry
        self,
        at: int,
        kind: str,
        body: Mapping[str, Any],
        *,
        by: str = "gameday",
        audience: Audience = "facilitators",
        evidence: Evidence | None = None,
    ) -> None:
        """Take one entry; returns at once. `evidence` is kept first, and its digest stands in the body.

        The last net for secrets: none that this process has read goes any further.
        """
        from drills.store.contract import Line  # noqa: PLC0415 - keeps the store out of the way to the first fault

        body = blot_out_values(body)
        if evidence is not None and evidence.content:
            evidence = evidence._replace(content=blot_out_bytes(evidence.content))
            self._waiting.put(evidence)
            body = {**body, "evidence": hashlib.sha256(evidence.content).hexdigest()}
        line = Line(at, kind, by, audience, body)
        self._waiting.put(line)
        self._hear(line)

    def close(self, spill: Path, tick: Callable[[], None]) -> bool:
        """Write what is left; what cannot be written goes to `spill` as JSON Lines. True when all is in the store.

        `tick` is called meanwhile.
        """
        self._waiting.put(None)
        until = time.monotonic() + PATIENCE
        while self._thread.is_alive() and time.monotonic() < until:
            self._thread.join(JOIN)
            tick()
        if self._thread.is_alive():
            self.problem = self.problem or f"the store did not answer within {PATIENCE:g} s"
        left = list(self._unsaved)
        while not self._waiting.empty():
            item = self._waiting.get_nowait()
            if item is not None and not isinstance(item, Evidence):
                left.append(item)
        if left:
            self._spill(left, spill)
        return not left and not self._thread.is_alive()

    def _spill(self, left: "list[Line]", spill: Path) -> None:
        try:
            spill.write_text("".join(json.dumps(line._asdict()) + "\n" for line in left))
        except OSError as wrong:
            self.problem += f"; and nowhere else: {spill}: {wrong.strerror}"
        else:
            self.problem += f"; it is in {spill}"

    def _work(self) -> None:
        going = True
        while going:
            batch = [self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            going = None not in batch
            self._save([item for item in batch if item is not None], last=not going)
        if self._store is not None:
            self._store.close()

    def _save(self, batch: "list[Line | Evidence]", *, last: bool) -> None:
        from drills.store.contract import StoreError  # noqa: PLC0415

        self._unsaved += [item for item in batch if not isinstance(item, Evidence)]
        for attempt in (1, 2) if last else (1,):
            try:
                store = self._opened()
                for item in batch:
                    if isinstance(item, Evidence):
                        store.keep(item.content, item.media_type, item.about)
                store.append_many(self._opening.drill, self._unsaved)
            except StoreError as wrong:
                self.problem = str(wrong)
                time.sleep(0.2 * attempt)
            except Exception as bug:  # noqa: BLE001 - an engine step: a broken store stops the drill, not this thread
                self.problem = f"the store has a bug: {type(bug).__name__}"
                return
            else:
                self._unsaved.clear()
                return

    def _opened(self) -> "Store":
        if self._store is None:
            store = self._open_store()
            try:
                store.begin(*self._opening)
            except BaseException:
                store.close()
                raise
            self._store = store
        return self._store
