"""Steady customers: in every region somebody pays every few hundred milliseconds, whatever happened before."""

import sys
import threading
import time

from drills.demo.shop.http_client import NoAnswer, call
from drills.demo.shop.settings import load

AT_ONCE = 12
"""Customers who wait at one checkout; the next one goes away."""


def pay(url: str, room: threading.Semaphore) -> None:
    """One customer; what comes back is between the customer and the shop."""
    try:
        call("POST", url, {"basket": ["tea"]}, timeout=3.0)
    except NoAnswer as error:
        print(f"a customer leaves: {error}", file=sys.stderr, flush=True)
    finally:
        room.release()


def keep_coming(url: str, every: float, first: float) -> None:
    """Send customers to one checkout at a steady pace, for ever."""
    room = threading.Semaphore(AT_ONCE)
    due = time.monotonic() + first
    while True:
        time.sleep(max(0.0, due - time.monotonic()))
        due = max(due + every, time.monotonic() - every)
        if room.acquire(blocking=False):
            threading.Thread(target=pay, args=(url, room), daemon=True).start()


def main() -> None:
    """Run until ended."""
    shop = load(sys.argv[1])
    every = 1.0 / shop.orders_per_second
    crowds = []
    for index, region in enumerate(shop.regions.values()):
        first = every * index / len(shop.regions)
        url = f"http://127.0.0.1:{region.port}/pay"
        crowds.append(threading.Thread(target=keep_coming, args=(url, every, first), daemon=True))
    for crowd in crowds:
        crowd.start()
    for crowd in crowds:
        crowd.join()


if __name__ == "__main__":
    main()
