"""What a person sees of the demo: a board of its drills, their scorecards, what was found. Runs nothing."""

import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from drills.cli import scorecard_table
from drills.demo.demo import Demo
from drills.demo.stage import LONGEST, Stage
from scoring.wording import clock

if TYPE_CHECKING:
    from rich.console import RenderableType

REFRESH = 0.2
_WORTH_A_LINE = {"fault": "magenta", "alert": "bold yellow", "stop": "bold red", "drill": "bold"}
Say = Callable[[str, str], None]
Opened = Callable[[Stage], None]


@contextmanager
def live(names: Sequence[str]) -> Iterator[tuple[Say, Opened]]:
    """Two callbacks: one line a drill said, and the shop is open. Lines when piped, a board in a terminal."""
    if sys.stdout.isatty():
        with _board(names) as callbacks:
            yield callbacks
        return
    width = max(map(len, names))

    def say(name: str, line: str) -> None:
        if _is_live(line):
            print(f"{name:<{width}} {line}", flush=True)

    print("opening a shop of real processes: a broker, a proxy, a TLS listener, workers, a monitor", flush=True)
    yield say, lambda stage: print(f"the shop is open: {stage.layout.workspace}", flush=True)


@dataclass(slots=True)
class _Lines:
    """The last thing each drill said, and since when it runs."""

    names: Sequence[str]
    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    head: str = "opening a shop of real processes: a broker, a proxy, a TLS listener, workers, a monitor"

    def hear(self, name: str, line: str) -> str:
        """Take a line in; its kind."""
        _, kind, _, sentence = [*line.split(maxsplit=3), "", "", "", ""][:4]
        self.began.setdefault(name, time.monotonic())
        self.last[name] = sentence
        if sentence.startswith("the drill ended"):
            self.ended[name] = time.monotonic()
        return kind

    def board(self) -> "RenderableType":
        """A line for each drill."""
        from rich.panel import Panel  # noqa: PLC0415 - only a terminal pays for it
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True, min_width=max(map(len, self.names)))
        table.add_column(no_wrap=True, justify="right", min_width=4)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for name in self.names:
            colour = "dim" if name not in self.began else "green" if name in self.ended else "bold cyan"
            last = self.last.get(name, "waits for its turn")
            table.add_row(Text(name, style=colour), Text(self._elapsed(name)), Text(last, style="dim"))
        return Panel(table, title=self.head, subtitle="Ctrl-C reverts", title_align="left", subtitle_align="left")

    def _elapsed(self, name: str) -> str:
        if name not in self.began:
            return ""
        return clock(round(self.ended.get(name, time.monotonic()) - self.began[name]))


@contextmanager
def _board(names: Sequence[str]) -> Iterator[tuple[Say, Opened]]:
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.live import Live  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console, lines = Console(), _Lines(names)
    width = max(map(len, names))

    def say(name: str, line: str) -> None:
        if not _is_live(line):
            return
        kind = lines.hear(name, line)
        if kind in _WORTH_A_LINE:
            console.print(Text(f"{name:<{width}} {line}", style=_WORTH_A_LINE[kind]))

    def opened(stage: Stage) -> None:
        lines.head = f"the shop is open: {stage.layout.workspace}"

    with Live(get_renderable=lines.board, console=console, refresh_per_second=1 / REFRESH, transient=True):
        yield say, opened


def _is_live(line: str) -> bool:
    """Everything but the scorecard, which is shown when all is over."""
    return line.lstrip().startswith(("+", "error", "WARNING", "NOT CONFIRMED"))


def scorecards(demo: Demo) -> None:
    """Each drill's card, as `gameday score` shows it."""
    for each in demo.ended:
        if each.card is not None:
            print()
            scorecard_table.show(each.card, sys.stdout)


def what_was_found(demo: Demo) -> None:
    """What these drills teach about this shop, and what did not go as it should."""
    for each in demo.ended:
        if each.lesson:
            print(f"found by design in {each.name}: {each.lesson}")
        if each.rotten_steps:
            print(f"found by the robot in {each.name}: {each.rotten_steps}")
        for surprise in each.surprises:
            print(f"not usual in {each.name}: {surprise}")
    if demo.wrong:
        for why in demo.wrong:
            print(f"WRONG: {why}")
        print(f"everything it left is in {demo.workspace}")
    elif demo.ended:
        print("no fault is left: each was confirmed reverted, and staging is as it was")


def how_to_play(stage: Stage) -> None:
    """The commands for a shop that was left running."""
    workspace = shlex.quote(str(stage.layout.workspace))
    program = shlex.quote(str(Path(sys.argv[0]).absolute()))
    print(
        f"\nthe shop is still open, for at most {clock(LONGEST)}:\n"
        f"  cd {workspace} && . ./addresses.sh\n"
        f"  curl -s $MONITOR/ ; curl -s -X POST $EU/pay\n"
        f"  {program} plan drills/slow-dependency.yaml\n"
        f"  {program} run drills/slow-dependency.yaml\n"
        f"close it:\n"
        f"  kill {stage.pid} && rm -r {workspace}"
    )
