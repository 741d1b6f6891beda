"""A rehearsal: everything a drill does but the writes: targets, consent, rights, probes. Changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from drills.engine.preview import Preview, preview
from drills.plan import Plan
from injectors import writes
from injectors.contract import Injector, Proving

WORDS = {True: "good", False: "BAD", None: "no answer"}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal saw."""

    lines: tuple[str, ...]
    refusals: tuple[str, ...]
    writes: int
    """Calls that change something and were made, as the injectors count them: more than 0 is a bug of an injector."""


def rehearse(plan: Plan, *, person: bool = True) -> Rehearsal:
    """Prepare every change, begin and end every alert source, read every probe that does not write."""
    before = writes.made_so_far()
    seen = preview(plan, person=person)
    made = writes.made_so_far() - before
    wrong = [f"{made} writes were made by what must only look: please report it"] if made else []
    return Rehearsal(
        (*_questions(plan), *_changes(seen), *_sources(plan, seen), *_probes(plan, seen)),
        (*seen.refusals, *wrong),
        made,
    )


def _questions(plan: Plan) -> Iterator[str]:
    if plan.scenario.tabletop is not None:
        yield f"situation: read out at the start, questions: {len(plan.scenario.tabletop.ask)}; nothing is touched"


def _changes(seen: Preview) -> Iterator[str]:
    for name, injector in seen.ready.items():
        yield f"{name}: {injector.owner}: consent given, clean; {_way_back(injector)}"


def _way_back(injector: Injector) -> str:
    """To prove the right to revert takes a write, if a harmless one, so a rehearsal does not know."""
    if isinstance(injector, Proving):
        return "the right to revert is proved only when it runs, before anything is injected"
    return "it can be reverted"


def _sources(plan: Plan, seen: Preview) -> Iterator[str]:
    for name in plan.sources:
        yield f"{name}: {seen.deaf[name]}" if name in seen.deaf else f"{name}: alerts can be heard"


def _probes(plan: Plan, seen: Preview) -> Iterator[str]:
    for planned in plan.probes.values():
        if planned.id not in seen.looks:
            yield f"{planned.id}: not read, because it writes"
        else:
            found = seen.looks[planned.id]
            yield f"{planned.id}: {WORDS[found.good]}: {found.why}"
