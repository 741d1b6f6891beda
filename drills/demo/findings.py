"""What the five core drills are known to find in this shop, and whether a run found it. Reads scorecards only."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.result import Known, Verdict
from scoring.scorecard import Row, Scorecard

LANES = (("slow-dependency", "region-loses-writes"), ("expire-certificate", "pause-queue", "kill-worker"))
"""Drills of one lane would disturb each other; those of two lanes do not."""
DRILLS = tuple(sorted(name for lane in LANES for name in lane))
DESIGNED: Mapping[str, tuple[str, str]] = {
    "pause-queue": ("alert_detection", "its alert watches how many orders wait, not how long: it comes too late"),
    "kill-worker": ("recovery", "the pool is whole, and the books show an order that was charged twice"),
}
"""Drill -> (the measure that must be missed, what it teaches)."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One drill of the demo."""

    name: str
    exit_code: int | None
    """None: it never started."""
    card: Scorecard | None

    @property
    def wrong(self) -> list[str]:
        """Why this did not end as it should; empty when it did."""
        if self.card is None:
            return [f"{self.name} left no scorecard (exit code {self.exit_code})"]
        found = []
        if self.card.outcome != "completed":
            found.append(f"{self.name} ended {self.card.outcome}: {self.card.why}")
        left = self._row("faults_left")
        if left is None or left.verdict is not Verdict.MET:
            found.append(f"{self.name} did not confirm that no fault is left")
        detected = self._row("alert_detection")
        if detected is None or not isinstance(detected.result, Known):
            found.append(f"{self.name} was not detected by the shop's monitor")
        if self.name in DESIGNED:
            wanted = self._row(DESIGNED[self.name][0])
            if wanted is None or wanted.verdict is not Verdict.MISSED:
                found.append(f"{self.name} did not find what is wrong here: {DESIGNED[self.name][1]}")
        return found

    @property
    def lesson(self) -> str:
        """What this drill is known to find, when it found it."""
        designed = DESIGNED.get(self.name)
        return designed[1] if designed and not self.wrong else ""

    @property
    def rotten_steps(self) -> str:
        """What the robot found out about the runbook, when it tried steps that did not work."""
        row = self._row("runbook_steps")
        tried = row is not None and isinstance(row.result, Known) and row.result.value < 1
        return row.result.why if tried and row is not None else ""

    @property
    def surprises(self) -> list[str]:
        """Expectations that were missed or are unknown, and that this shop should meet."""
        if self.card is None:
            return []
        known = DESIGNED.get(self.name, ("", ""))[0]
        judged = self.card.judged
        return [
            f"{row.title} {row.verdict}" for row in judged if row.verdict is not Verdict.MET and row.measure != known
        ]

    def _row(self, measure: str) -> Row | None:
        rows = self.card.rows if self.card else ()
        return next((row for row in rows if row.measure == measure and not row.about), None)
