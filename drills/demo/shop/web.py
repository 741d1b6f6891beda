"""The checkout of one region: takes a payment, keeps the order, queues it for confirmation, and can be audited."""

import json
import sys
import threading
import time
import uuid

from drills.demo.shop.books import Books
from drills.demo.shop.broker import Broker, BrokerError
from drills.demo.shop.http_client import NoAnswer, call
from drills.demo.shop.http_server import Answer, Request, Routes, server
from drills.demo.shop.settings import PROMISE, QUEUE, Settings, load

SETTLED_AFTER = 3.0
"""Seconds after which a reservation must have an order."""
SHOWN = 10


class Checkout:
    """What customers and auditors of one region can ask for."""

    def __init__(self, shop: Settings, name: str) -> None:
        self._shop, self._name, self._region = shop, name, shop.regions[name]
        self._broker = Broker(shop.nats)
        self._books = Books(shop.books)
        self._unconfirmed: dict[str, float] = {}
        self._lock = threading.Lock()

    def routes(self) -> Routes:
        """The table of what can be asked."""
        return {
            ("GET", "/"): self.front,
            ("POST", "/pay"): self.pay,
            ("GET", "/confirmations"): self.confirmations,
            ("GET", "/audit/duplicates"): self.duplicates,
            ("GET", "/audit/missing"): self.missing,
            ("POST", "/audit/refund"): self.refund,
            ("GET", "/health"): lambda _: Answer(200, {"status": "ok"}),
        }

    def front(self, _: Request) -> Answer:
        """The shop window; reads this region's store."""
        try:
            orders = self._broker.state(self._region.store).messages
        except BrokerError as error:
            return Answer(503, {"shop": "closed", "why": str(error)})
        return Answer(200, {"shop": "open", "region": self._name, "orders": orders})

    def pay(self, _: Request) -> Answer:
        """Reserve the money, keep the order, queue its confirmation; all of it or nothing."""
        began = time.monotonic()
        order = f"{self._name}-{uuid.uuid4().hex[:12]}"
        try:
            status, _body = call("POST", f"{self._region.payments}/reserve", {"order": order})
        except NoAnswer as error:
            return self._sorry(502, "the payment could not be taken", error)
        if status != 200:
            return self._sorry(502, "the payment was refused", status)
        kept = json.dumps({"order": order, "region": self._name, "at": time.time()}).encode()
        try:
            self._broker.publish(self._region.store, f"orders.{self._name}.{order}", kept)
            self._broker.publish(QUEUE, f"confirm.{self._name}.{order}", kept)
        except BrokerError as error:
            self._let_go(order)
            return self._sorry(503, "your order could not be saved", error)
        with self._lock:
            self._unconfirmed[order] = time.time()
        return Answer(200, {"order": order, "state": "paid", "seconds": round(time.monotonic() - began, 3)})

    def confirmations(self, _: Request) -> Answer:
        """How long customers wait for their confirmation right now."""
        charged = self._books.charges()
        now = time.time()
        with self._lock:
            self._unconfirmed = {order: at for order, at in self._unconfirmed.items() if order not in charged}
            oldest = now - min(self._unconfirmed.values(), default=now)
            waiting = len(self._unconfirmed)
        state = "on time" if oldest < PROMISE else "late"
        body = {"confirmations": state, "waiting": waiting, "oldest_seconds": round(oldest, 1)}
        return Answer(200, body)

    def duplicates(self, _: Request) -> Answer:
        """Orders that were charged twice and not yet refunded."""
        twice = self._books.twice()
        return Answer(200, {"count": len(twice), "orders": sorted(twice)[:SHOWN]})

    def missing(self, _: Request) -> Answer:
        """Money that is reserved here for an order that nobody kept."""
        try:
            status, ages = call("GET", f"{self._region.payments}/reservations?region={self._name}-")
            subjects = self._broker.subjects(self._region.store)
        except (NoAnswer, BrokerError) as error:
            return self._sorry(503, "the audit could not be made", error)
        if status != 200:
            return self._sorry(503, "the audit could not be made", status)
        stored = {subject.rpartition(".")[2] for subject in subjects}
        lost = sorted(order for order, age in ages.items() if age > SETTLED_AFTER and order not in stored)
        return Answer(200, {"count": len(lost), "orders": lost[:SHOWN]})

    def refund(self, _: Request) -> Answer:
        """Give the money of every second charge back; what a person does after a duplicate was found."""
        refunded = 0
        url = f"https://127.0.0.1:{self._shop.ledger_port}/refunds"
        for order, count in self._books.twice().items():
            for _again in range(count - 1):
                try:
                    status, _body = call("POST", url, {"order": order}, authority=self._shop.authority)
                except NoAnswer as error:
                    return self._sorry(503, f"{refunded} refunded, then the ledger did not answer", error)
                refunded += status == 200
        return Answer(200, {"refunded": refunded})

    def _let_go(self, order: str) -> None:
        try:
            call("POST", f"{self._region.payments}/let-go", {"order": order})
        except NoAnswer as error:
            print(f"reservation of {order} stays: {error}", file=sys.stderr, flush=True)

    def _sorry(self, status: int, what: str, why: object) -> Answer:
        print(f"{status} {what}: {why}", file=sys.stderr, flush=True)
        return Answer(status, {"error": what, "charged": False, "region": self._name})


def main() -> None:
    """Serve the region given as second argument until ended."""
    shop, name = load(sys.argv[1]), sys.argv[2]
    checkout = Checkout(shop, name)
    server(shop.regions[name].port, checkout.routes()).serve_forever()


if __name__ == "__main__":
    main()
