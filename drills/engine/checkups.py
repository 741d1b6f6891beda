"""What `gameday doctor` sees: every target looked at side by side, each within a limit. It changes nothing."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial

from drills.guard.calls import within
from drills.guard.errors import Hung
from drills.signals import registry as signals
from drills.signals.contract import SignalError
from injectors import registry as injectors
from injectors.contract import Checkup, Finding, Found, InjectorError, Visit
from scenarios import Workspace
from scenarios.workspace import Target

LIMIT = 10.0
"""Seconds for one target."""
AT_ONCE = 16
"""Targets that are looked at at the same time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found on one target, or said of the workspace (then both names are empty)."""

    environment: str
    target: str
    kind: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Known:
    """What is installed: kind of target -> how to look at it; kind -> why it cannot be used."""

    checkups: Mapping[str, Checkup | None]
    broken: Mapping[str, str]


def examine(workspace: Workspace, environment: str | None, told: Callable[[int, int], None]) -> list[Seen]:
    """Look at every target of one environment, or of all; `told` hears how many of how many are done."""
    known = what_is_installed()
    held = [
        (name, target_name, target)
        for name, listed in workspace.environments.items()
        if environment in {None, name}
        for target_name, target in listed.targets.items()
    ]
    found: dict[tuple[str, str], list[Finding]] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="checkup") as looking:
        looks = {looking.submit(_look, known, name, target): (name, each) for name, each, target in held}
        for done, future in enumerate(as_completed(looks), start=1):
            found[looks[future]] = future.result()
            told(done, len(held))
    return [
        Seen(name, target_name, target.kind, finding)
        for name, target_name, target in held
        for finding in found[name, target_name]
    ]


def what_is_installed() -> Known:
    """Load every kind there is; one that does not load is told and takes no other down."""
    checkups: dict[str, Checkup | None] = {}
    broken: dict[str, str] = {}
    for name, find in _all_kinds():
        try:
            target, checkup = find()
        except (InjectorError, SignalError) as wrong:
            broken.setdefault(name.partition(".")[0], str(wrong))
            continue
        if target:
            checkups[target] = checkups.get(target) or checkup
    return Known(checkups, broken)


def _all_kinds() -> Iterator[tuple[str, Callable[[], tuple[str, Checkup | None]]]]:
    def injector(name: str) -> tuple[str, Checkup | None]:
        kind = injectors.kind(name)
        return kind.target, kind.checkup

    def probe(name: str) -> tuple[str, Checkup | None]:
        kind = signals.probe_kind(name)
        return kind.target, kind.checkup

    def source(name: str) -> tuple[str, Checkup | None]:
        kind = signals.source_kind(name)
        return kind.name, kind.checkup

    yield from ((name, partial(injector, name)) for name in injectors.names())
    yield from ((name, partial(probe, name)) for name in signals.probe_names())
    yield from ((name, partial(source, name)) for name in signals.source_names())


def _look(known: Known, environment: str, target: Target) -> list[Finding]:
    if target.kind not in known.checkups:
        return [_not_installed(target.kind, known.broken.get(target.kind, ""))]
    checkup = known.checkups[target.kind]
    if checkup is None:
        return [Finding("answers", Found.CANT_TELL, f"kind {target.kind} brings no checkup; `gameday plan` looks too")]
    visit = Visit(environment, target.with_, tuple(target.consent), time.time)
    try:
        return list(within(LIMIT, partial(checkup.findings, visit)))
    except (InjectorError, SignalError) as no:
        return [Finding("answers", Found.NOT_OK, str(no))]
    except Hung:
        return [Finding("answers", Found.CANT_TELL, f"nothing was seen within {LIMIT:g} s: is it reachable from here?")]
    except Exception as bug:  # noqa: BLE001 - an engine step: somebody's broken checkup takes no other down
        told = f"its checkup broke ({type(bug).__name__}): please tell the author of the kind {target.kind}"
        return [Finding("answers", Found.CANT_TELL, told)]


def _not_installed(kind: str, why: str) -> Finding:
    if "pip install" in why:
        return Finding("installed", Found.NOT_OK, why, why[why.index("pip install") :])
    said = why or f"nothing that is installed uses a target of kind {kind}"
    return Finding("installed", Found.NOT_OK, said, "gameday injectors    (what there is)")
