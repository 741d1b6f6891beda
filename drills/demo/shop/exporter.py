"""The metrics exporter: looks as a customer would when the monitor asks, and tells what it saw. Judges nothing."""

import sys
import time

from drills.demo.shop.http_client import NoAnswer, call
from drills.demo.shop.http_server import Answer, Request, server
from drills.demo.shop.settings import Settings, load

PATIENCE = 3.0


class Exporter:
    """Customers' eyes, one look a question."""

    def __init__(self, shop: Settings) -> None:
        self._shop = shop

    def pays(self, request: Request) -> Answer:
        """A customer of this region: how long paying takes, and whether it is refused."""
        region = self._shop.regions.get(request.query.get("region", ""))
        if region is None:
            return Answer(400, {"error": "there is no such region"})
        began = time.monotonic()
        url = f"http://127.0.0.1:{region.port}/pay"
        try:
            status, body = call("POST", url, {"basket": ["tea"], "customer": "monitor"}, timeout=PATIENCE)
            said = str((body or {}).get("error", "")) if isinstance(body, dict) else ""
        except NoAnswer as error:
            status, said = 0, str(error)
        seen = {"seconds": time.monotonic() - began, "refused": status != 200, "said": said or f"status {status}"}
        return Answer(200, seen)


def main() -> None:
    """Serve until ended."""
    shop = load(sys.argv[1])
    routes = {
        ("GET", "/pays"): Exporter(shop).pays,
        ("GET", "/health"): lambda _: Answer(200, {"exporter": "open"}),
    }
    server(shop.exporter_port, routes).serve_forever()


if __name__ == "__main__":
    main()
