"""The payments provider: reserves money for an order, or lets it go. Knows nothing of stores and queues."""

import sys
import threading
import time

from drills.demo.shop.http_server import Answer, Request, server
from drills.demo.shop.settings import load

REMEMBER = 600.0
"""Seconds a reservation is listed."""


class Payments:
    """Reservations in memory, as a provider outside would keep them."""

    def __init__(self) -> None:
        self._reserved: dict[str, float] = {}
        self._lock = threading.Lock()

    def reserve(self, request: Request) -> Answer:
        """Reserve the money of one order."""
        order = str((request.body or {}).get("order", ""))
        if not order:
            return Answer(400, {"error": "no order given"})
        now = time.time()
        with self._lock:
            self._reserved[order] = now
            while self._reserved and next(iter(self._reserved.values())) < now - REMEMBER:
                self._reserved.pop(next(iter(self._reserved)))
        return Answer(200, {"order": order, "reserved": True})

    def let_go(self, request: Request) -> Answer:
        """The shop could not keep the order: the customer is not charged."""
        order = str((request.body or {}).get("order", ""))
        with self._lock:
            known = self._reserved.pop(order, None) is not None
        return Answer(200, {"order": order, "let_go": known})

    def listed(self, request: Request) -> Answer:
        """Every reservation of the last minutes, with its age in seconds."""
        now = time.time()
        region = request.query.get("region", "")
        with self._lock:
            found = {order: now - at for order, at in self._reserved.items() if order.startswith(region)}
        return Answer(200, found)


def main() -> None:
    """Serve until ended."""
    shop = load(sys.argv[1])
    payments = Payments()
    routes = {
        ("POST", "/reserve"): payments.reserve,
        ("POST", "/let-go"): payments.let_go,
        ("GET", "/reservations"): payments.listed,
    }
    server(shop.payments_port, routes).serve_forever()


if __name__ == "__main__":
    main()
