"""The demo from beginning to end: opens the stage, runs drills, reads their scorecards, ends all. Prints nothing."""

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from drills.demo.findings import LANES, Ended
from drills.demo.runs import Runs, Say
from drills.demo.stage import Stage, close_stage, open_stage
from drills.store import StoreError, open_store
from scoring.scorecard import Scorecard, score

STORE = ".gameday/store.db"
NOT_REVERTED = 3
"""The exit code of a drill that left something; see docs/reference/exit-codes.md."""


@dataclass(slots=True)
class Demo:
    """One demo as it goes on."""

    workspace: Path
    stage: Stage | None = None
    ended: list[Ended] = field(default_factory=list)
    interrupted: int = 0
    """The signal that ended it early, or 0."""

    @property
    def not_reverted(self) -> bool:
        """Could some drill not confirm that its fault is gone?"""
        return any(each.exit_code == NOT_REVERTED for each in self.ended)

    @property
    def wrong(self) -> list[str]:
        """Why this demo did not go as it should; empty when it did."""
        return [why for each in self.ended for why in each.wrong]


def show_drills(wanted: Sequence[str], say: Say, opened: Callable[[Stage], None], *, keep: bool) -> Demo:
    """Run these drills against a shop of their own; with `keep` the shop stays, unless it was interrupted.

    What was written stays as well when something went wrong, so that it can be looked into.
    """
    demo = Demo(Path(tempfile.mkdtemp(prefix="gameday-demo-")))
    whole = False
    with _ended_by_signals(demo) as tell:
        try:
            demo.stage = open_stage(demo.workspace, outlives_us=keep)
            opened(demo.stage)
            lanes = [[name for name in lane if name in wanted] for lane in LANES]
            runs = Runs(demo.workspace, lanes, say)
            tell(runs)
            runs.run()
            cards = _cards(demo.workspace)
            demo.ended = [Ended(name, runs.codes.get(name), cards.get(name)) for name in wanted]
            whole = True
        finally:
            stays = keep and whole and not demo.interrupted
            if demo.stage is not None and not stays:
                close_stage(demo.stage)
            if not demo.not_reverted and (demo.interrupted or (whole and not keep and not demo.wrong)):
                shutil.rmtree(demo.workspace, ignore_errors=True)
    return demo


class _Interrupted(BaseException):
    """A signal came while there was nothing to tell it to."""


@contextmanager
def _ended_by_signals(demo: Demo) -> Iterator[Callable[[Runs], None]]:
    told: list[Runs] = []

    def take(number: int, frame: object) -> None:
        del frame
        demo.interrupted = number
        for runs in told:
            runs.end(number)
        if not told:
            raise _Interrupted

    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, take) for number in wanted}
    try:
        yield told.append
    except _Interrupted:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _cards(workspace: Path) -> dict[str, Scorecard]:
    """The newest scorecard of each scenario, from what is stored."""
    try:
        store = open_store(workspace / STORE, read_only=True)
    except StoreError:
        return {}
    try:
        cards: dict[str, Scorecard] = {}
        for row in store.drills(len(LANES) * 10):
            cards.setdefault(row.scenario, score(store.entries(row.id)))
        return cards
    finally:
        store.close()
