"""The ledger: books charges and refunds behind TLS, one JSON line each. What it is told twice, it books twice."""

import json
import os
import sys
import threading
import time
from pathlib import Path

from drills.demo.shop.http_server import Answer, Request, server
from drills.demo.shop.settings import load


class Ledger:
    """The only writer of the books."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._book = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def book(self, entry: str, request: Request) -> Answer:
        """Write one charge or refund, durable when it returns."""
        told = request.body or {}
        if not told.get("order"):
            return Answer(400, {"error": "no order given"})
        line = {"at": time.time(), "entry": entry, "order": told["order"], "by": told.get("by", "")}
        with self._lock:
            self._book.write((json.dumps(line) + "\n").encode())
            os.fdatasync(self._book.fileno())
        return Answer(200, {"booked": told["order"]})


def main() -> None:
    """Serve until ended."""
    shop = load(sys.argv[1])
    ledger = Ledger(shop.books)
    routes = {
        ("POST", "/charges"): lambda request: ledger.book("charge", request),
        ("POST", "/refunds"): lambda request: ledger.book("refund", request),
        ("GET", "/health"): lambda _: Answer(200, {"ledger": "open"}),
    }
    files = (shop.tls / "ledger.crt", shop.tls / "ledger.key")
    server(shop.ledger_port, routes, files).serve_forever()


if __name__ == "__main__":
    main()
