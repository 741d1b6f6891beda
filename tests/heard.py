"""What an alert source delivered, in order: a test waits for it with a bound."""

from servers import wait_until

from drills.signals.contract import Alert


class Heard:
    """Takes alerts as the engine does."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    def __call__(self, alert: Alert) -> None:
        self.alerts.append(alert)

    @property
    def said(self) -> list[tuple[str, str]]:
        """(name, status) of each."""
        return [(each.name, each.status) for each in self.alerts]

    def wait(self, count: int, limit: float = 10.0) -> None:
        """Wait until so many came."""
        wait_until(lambda: len(self.alerts) >= count, f"{count} alerts, heard {self.said}", limit)
