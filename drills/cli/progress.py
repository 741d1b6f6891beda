"""What a person sees while a drill runs: a line for each thing that happens, in a terminal a panel too. Never acts."""

import sys
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import TYPE_CHECKING

from drills.cli.paper import Paper
from drills.cli.sentences import line
from drills.engine.faults import Stage
from drills.engine.showing import Hear, View, Watch
from drills.plan import Plan
from drills.store import Line
from scoring import timeline
from scoring.timeline import Entry
from scoring.wording import clock, printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

REFRESH = 0.25
"""Seconds between two pictures of the panel."""
_COLOURS = {"fault": "bold magenta", "alert": "bold yellow", "stop": "bold red", "drill": "bold"}
_MARKS = {True: ("good", "green"), False: ("BAD", "bold red"), None: ("no answer", "yellow")}


@contextmanager
def progress(plan: Plan) -> Iterator[tuple[Hear, Watch]]:
    """Two callbacks for the engine: plain lines when piped, a live panel below them in a terminal.

    Neither waits for whoever reads; the second one tells why nobody can read any more, once that is so.
    """
    paper = Paper()
    try:
        if not sys.stdout.isatty():
            yield _news(_plain(paper)), lambda _: paper.lost
            return
        from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
        from rich.live import Live  # noqa: PLC0415

        console = Console()
        live = Live(console=console, auto_refresh=False, transient=True)
        paper.put(live.start)
        decided: set[object] = set()
        yield _decisions(_news(_coloured(paper, console)), decided), _pictures(paper, live, plan, decided)
        paper.put(live.stop)
    finally:
        paper.close()


def _news(hear: Hear) -> Hear:
    """Without looks that say what the one before them said; the timeline has those that a measure needs."""
    known: dict[str, object] = {}

    def news(told: Line) -> None:
        if told.kind == timeline.PROBE:
            probe, good = str(told.body.get("probe")), told.body.get("good")
            if probe in known and known[probe] == good:
                return
            known[probe] = good
        hear(told)

    return news


def _decisions(hear: Hear, decided: set[object]) -> Hear:
    """Which of a tabletop's questions somebody has decided."""

    def decisions(told: Line) -> None:
        if told.kind == timeline.MARK and told.body.get("mark") == "decision":
            decided.add(told.body.get("answers"))
        hear(told)

    return decisions


def _pictures(paper: Paper, live: "Live", plan: Plan, decided: AbstractSet[object]) -> Watch:
    shown = {"at": 0.0}

    def watch(view: View) -> str:
        if time.monotonic() - shown["at"] >= REFRESH:
            shown["at"] = time.monotonic()
            panel = _panel(plan, view, decided)
            paper.put(lambda: live.update(panel, refresh=True))
        return paper.lost

    return watch


def _plain(paper: Paper) -> Hear:
    first: list[int] = []

    def hear(told: Line) -> None:
        first.append(told.at)
        said = line(_entry(told), first[0])
        paper.put(lambda: print(said, flush=True))

    return hear


def _coloured(paper: Paper, console: "Console") -> Hear:
    from rich.text import Text  # noqa: PLC0415

    first: list[int] = []

    def hear(told: Line) -> None:
        first.append(told.at)
        said = Text(line(_entry(told), first[0]), style=_COLOURS.get(told.kind, ""))
        paper.put(lambda: console.print(said))

    return hear


def _entry(told: Line) -> Entry:
    return Entry(0, told.at, told.kind, told.by, told.audience, told.body)


def _panel(plan: Plan, view: View, decided: AbstractSet[object] = frozenset()) -> "RenderableType":
    from rich.panel import Panel  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, 2))
    for name, run in view.faults.items():
        colour = "bold magenta" if run.touched else "dim"
        table.add_row(Text(name, style=colour), Text(run.stage, style=colour), Text(_moments(view, name)))
    for number, asked in enumerate(plan.scenario.tabletop.ask if plan.scenario.tabletop else (), start=1):
        word, colour = ("decided", "green") if number in decided else ("OPEN", "yellow")
        table.add_row(Text(f"question {number}"), Text(word, style=colour), Text(printable(asked)[:80]))
    for name, known in view.conditions.known.items():
        word, colour = _MARKS[known.look.good]
        table.add_row(Text(name), Text(word, style=colour), Text(printable(known.look.why)[:80], style="dim"))
    elapsed = clock(round(view.now - view.started))
    title = Text(f"drill {view.drill}  {plan.scenario.id}  {elapsed} of at most {clock(view.limit - view.started)}")
    ends = "Ctrl-C ends it" if plan.harmless else "Ctrl-C reverts"
    return Panel(table, title=title, subtitle=ends, title_align="left", subtitle_align="left")


def _moments(view: View, name: str) -> str:
    run = view.faults[name]
    if run.stage is Stage.WAITING:
        return f"when: {run.planned.when}"
    if run.clear_at is not None and run.active_at is not None:
        return f"was on for {clock(run.clear_at - run.active_at)}"
    if run.active_at is None:
        return ""
    left = f", ends by itself in {clock(max(0, round(run.ends_at - view.now)))}" if run.ends_at is not None else ""
    return f"on for {clock(round(view.now - run.active_at))}{left}"
