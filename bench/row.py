"""One row of the figures: ours beside a peer or a limit, their ratio, the goal. Measures nothing itself."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

QUICK = 1
"""How often each side is measured when it is only to be seen that a program runs."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one line says; all times in seconds."""

    what: str
    ours: Sequence[float] = ()
    beside: str = ""
    """What stands beside it: the peer, the raw calls, or `limit`."""
    theirs: Sequence[float] = ()
    goal: float | None = None
    """The ratio that is wanted at most; None: shown for the reader, without a goal."""
    share: float = 0.5
    """Which of our figures counts: 0.5 the median, 0.95 the 95th percentile, 1 the worst."""
    missing: str = ""
    """Why it could not be measured, and what to type."""

    @property
    def ratio(self) -> float | None:
        """Ours divided by what stands beside it."""
        return None if self.missing else at(self.ours, self.share) / at(self.theirs, 0.5)

    @property
    def verdict(self) -> str:
        """One of: met, NOT MET, no goal, not measured."""
        if self.ratio is None:
            return "not measured"
        if self.goal is None:
            return "no goal"
        return "met" if self.ratio <= self.goal else "NOT MET"

    def cells(self) -> list[str]:
        """What, ours, beside, ratio, goal, verdict."""
        if self.ratio is None:
            return [self.what, "", self.missing, "", "", self.verdict]
        beside = f"{self.beside} {_spread(self.theirs, 0.5)}"
        goal = "" if self.goal is None else f"{self.goal:.2f}"
        return [self.what, _spread(self.ours, self.share), beside, f"{self.ratio:.2f}", goal, self.verdict]

    def line(self) -> str:
        """The same in one line, for a program that runs alone."""
        what, ours, beside, ratio, goal, verdict = self.cells()
        if self.ratio is None:
            return f"{what}: {verdict}: {beside}"
        return f"{what}: ours {ours}; {beside}; ratio {ratio}{goal and f', goal {goal}'}: {verdict}"

    def to_json(self) -> dict[str, Any]:
        """For `--json`; `figures_from_json` is the way back."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return {**fields, "ratio": self.ratio, "verdict": self.verdict}


def from_json(found: dict[str, Any]) -> Row:
    """A row that another program printed."""
    return Row(**{name: found[name] for name in Row.__slots__})


def at(figures: Sequence[float], share: float) -> float:
    """The figure below which this share of all lies."""
    ordered = sorted(figures)
    if len(ordered) == 1 or share >= 1:
        return ordered[-1]
    return quantiles(ordered, n=100, method="inclusive")[round(share * 100) - 1]


def _spread(figures: Sequence[float], share: float) -> str:
    said = _time(at(figures, share))
    if len(figures) == 1:
        return said
    named = {0.5: "", 1: "worst of ", 0.95: "p95 of "}[share]
    return f"{said} ({named}{len(figures)}: {_time(min(figures))}..{_time(max(figures))})"


def _time(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.3g} ms" if seconds >= 0.001 else f"{seconds * 1e6:.3g} us"


class Say:
    """Progress on a terminal's second stream; silent when that is piped."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shown = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        if self._shown:
            print(f"\r\x1b[K{self._name}: {text}", end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Take the last word away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def in_turn(times: int, say: Say, *measures: Callable[[], float]) -> list[list[float]]:
    """Run them A B A B, so that a slow minute of the machine hits all alike; before it counts, each is run once."""
    for each in measures if times > QUICK else ():
        each()
    figures: list[list[float]] = [[] for _ in measures]
    for number in range(times):
        say(f"{number + 1} of {times}")
        for figure, each in zip(figures, measures, strict=True):
            figure.append(each())
    return figures


Measure = Callable[[int, Say], Iterable[Row]]


def program(measure: Measure, *, times: int) -> None:
    """The command line of one program: measure, print a line a row."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--times", type=int, default=times, help=f"how often each side is measured; default {times}")
    parser.add_argument("--quick", action="store_true", help="once: to see that it runs, not how fast")
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    given = parser.parse_args()
    say = Say(parser.prog.removesuffix(".py"))
    try:
        rows = list(measure(QUICK if given.quick else max(QUICK + 1, given.times), say))
    finally:
        say.done()
    for row in rows:
        print(json.dumps(row.to_json()) if given.json else row.line(), flush=True)
