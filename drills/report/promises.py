"""What gameday.yaml promises for each dependency and mode, beside how the last drill that tried it came out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from drills.store import DrillRow, Store
from scenarios.modes import MODES
from scenarios.workspace import Contract, Workspace
from scoring.facts import SECOND
from scoring.rubric import Promise, Rubric
from scoring.scorecard import score
from scoring.timeline import DRILL

DRILLS_LIMIT = 1000
"""The latest drills that are looked through."""
UNTRIED = "untried"
Cell = tuple[str, str]
"""Dependency and mode."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How one drill that tried it came out."""

    result: str
    """kept, broken or unknown; untried: no drill tried this promise as it is written now."""
    drill: str = ""
    day: str = ""
    environment: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of the table that has a promise."""

    dependency: str
    mode: str
    then: str
    probe: str
    last: Tried


def table(workspace: Workspace, store: Store | None) -> list[Row]:
    """Every promise, in the order of the file; without a store (nothing was run yet) all are untried."""
    promised = {(name, mode): each for name, ways in workspace.dependencies.items() for mode, each in ways.items()}
    last = _last(promised, store) if store is not None else {}
    return [
        Row(name, mode, each.then, each.probe or "", last.get((name, mode), Tried(UNTRIED)))
        for (name, mode), each in promised.items()
    ]


def unpromised(workspace: Workspace) -> list[str]:
    """`DEPENDENCY: MODE, MODE`: those of the six modes that gameday.yaml says nothing of; also of what services need.

    Without failure contracts every dependency is treated as either up or down.
    """
    needed = [name for service in workspace.services.values() for name in service.depends_on]
    missing = {
        name: [mode for mode in MODES if mode not in workspace.dependencies.get(name, {})]
        for name in dict.fromkeys([*workspace.dependencies, *needed])
    }
    return [f"{name}: {', '.join(modes)}" for name, modes in missing.items() if modes]


def _last(promised: Mapping[Cell, Contract], store: Store) -> dict[Cell, Tried]:
    """Of each promise the last drill that tried it: one that still runs, or tried another promise, does not count."""
    found: dict[Cell, Tried] = {}
    for row in store.drills(DRILLS_LIMIT):
        if row.ended_at is None:
            continue
        wanted = [each for each in _tries(row, store) if _same(each, promised) and _cell(each) not in found]
        if wanted:
            found |= {cell: tried for cell, tried in _results(row, store) if cell in map(_cell, wanted)}
        if len(found) == len(promised):
            break
    return found


def _tries(row: DrillRow, store: Store) -> tuple[Promise, ...]:
    first = next(iter(store.entries(row.id, limit=1, kinds=(DRILL,))), None)
    return Rubric.from_json(first.body.get("rubric") or {}).promises if first else ()


def _same(tried: Promise, promised: Mapping[Cell, Contract]) -> bool:
    now = promised.get(_cell(tried))
    return now is not None and (now.then, now.probe) == (tried.then, tried.probe)


def _cell(promise: Promise) -> Cell:
    return promise.dependency, promise.mode


def _results(row: DrillRow, store: Store) -> Iterator[tuple[Cell, Tried]]:
    for each in score(store.entries(row.id)).rows:
        detail = each.result.detail
        if each.measure == "promise" and detail.get("cell", UNTRIED) != UNTRIED:
            day = f"{datetime.fromtimestamp(row.started_at / SECOND, UTC):%Y-%m-%d}"
            tried = Tried(str(detail["cell"]), row.id, day, row.environment, each.result.why)
            yield (str(detail["dependency"]), str(detail["mode"])), tried
