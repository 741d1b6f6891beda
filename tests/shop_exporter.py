"""The demo's exporter beside its monitor, for tests in a shop where nothing else is open."""

import sys
from pathlib import Path

from servers import Running, free_port, listening


class ShopsExporter(Running):
    """Answers the monitor's questions as a customer who finds every checkout closed."""

    def __init__(self) -> None:
        super().__init__("the shop's exporter")
        self.port = free_port()

    def begin(self, settings: Path) -> None:
        """Start it with the shop's settings; again is no harm."""
        if self.process is None:
            command = [sys.executable, "-m", "drills.demo.shop.exporter", str(settings)]
            self.run(command, lambda: listening(self.port))
