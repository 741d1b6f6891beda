"""Where everything of the shop is: read from `shop.json` by each of its processes. Decides nothing."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

QUEUE = "confirmations"
"""The work queue of paid orders; its consumer is `WORKERS`."""
WORKERS = "workers"
PROMISE = 6.0
"""Seconds within which a customer is told that the order is confirmed."""


@dataclass(frozen=True, slots=True)
class Region:
    """One region: its own web process, its own way to payments, its own store."""

    port: int
    payments: str
    """Address of the payments service as seen from this region."""
    store: str
    """The stream that keeps this region's orders."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole shop: ports on 127.0.0.1 and one folder with `run`, `log`, `tls`, `books`."""

    folder: str
    nats: str
    payments_port: int
    ledger_port: int
    monitor_port: int
    exporter_port: int
    regions: Mapping[str, Region]
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the operators wrote on the streams when they made them."""
    receivers: tuple[str, ...] = ()
    """Where the monitor sends its alerts, beside showing them."""
    orders_per_second: float = 6.0
    """Steady customers, per region."""

    @property
    def books(self) -> Path:
        """The file of every charge and refund, one JSON line each."""
        return Path(self.folder, "books", "ledger.jsonl")

    @property
    def tls(self) -> Path:
        """The ledger's certificate and key."""
        return Path(self.folder, "tls")

    @property
    def authority(self) -> Path:
        """The certificate of the throw-away authority that everybody here trusts."""
        return Path(self.folder, "authority", "ca.crt")

    def save(self, path: Path) -> None:
        """Write it where the processes will look for it."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def load(path: str | Path) -> Settings:
    """Read what `save` wrote."""
    raw: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    raw["regions"] = {name: Region(**region) for name, region in raw["regions"].items()}
    raw["receivers"] = tuple(raw["receivers"])
    return Settings(**raw)
