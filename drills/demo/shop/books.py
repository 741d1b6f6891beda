"""Reads the ledger's books as they grow: who was charged, and who twice. Never writes them."""

import json
import threading
from collections import Counter
from pathlib import Path


class Books:
    """A reader that remembers how far it came."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._charges: Counter[str] = Counter()
        self._lock = threading.Lock()

    def charges(self) -> dict[str, int]:
        """Order -> how often it was charged and not refunded, up to now."""
        with self._lock:
            self._read_on()
            return dict(self._charges)

    def twice(self) -> dict[str, int]:
        """The orders that were charged more than once."""
        return {order: count for order, count in self.charges().items() if count > 1}

    def _read_on(self) -> None:
        try:
            with self._path.open("rb") as book:
                book.seek(self._offset)
                fresh = book.read()
        except FileNotFoundError:
            return
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            entry = json.loads(line)
            self._charges[entry["order"]] += 1 if entry["entry"] == "charge" else -1
