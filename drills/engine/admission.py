"""Whether a drill may start at all: the lever, the latch, caps, who else is at it. Changes nothing on any target."""

from contextlib import ExitStack
from pathlib import Path

from drills.engine.errors import DrillRefused
from drills.guard import control
from drills.guard.errors import Blocked, Held
from drills.guard.leases import lease, taken_by
from drills.plan import Plan
from drills.plan.places import store_address
from drills.store import StoreError, look_at
from injectors.contract import InjectorError


def admit(plan: Plan, *, person: bool) -> None:
    """Raise `DrillRefused` with every reason at once, each with what to type."""
    if reasons := reasons_against(plan, person=person):
        raise DrillRefused("; ".join(reasons))


def reasons_against(plan: Plan, *, person: bool) -> list[str]:
    """Every reason to refuse this drill now, each with what to type."""
    reasons = [*plan.refusals, *_against_the_store(plan), *switched_off(plan.workspace.folder)]
    if plan.needs_a_hand and not person:
        waiting = ", ".join(plan.needs_a_hand)
        reasons.append(f"{waiting} starts by hand, and this run has no person: run it in a terminal, or change `when:`")
    if plan.harmless and not person:
        reasons.append("a tabletop is decided by people, and this run has no person: leave --no-person out")
    return reasons


def switched_off(folder: Path) -> list[str]:
    """Why nothing may start in this workspace: the safety lever, a STOP that nobody cleared."""
    reasons = []
    if lever := control.lever(folder):
        told = f"the safety lever is engaged by {lever.by}: {lever.why}"
        reasons.append(f"{told}; release it: gameday lever release --reason WHY")
    if latched := control.latched(folder):
        drill = f"of drill {latched.drill} " if latched.drill else ""
        reasons.append(
            f"STOP {drill}was pressed by {latched.by}: {latched.why}; clear it: gameday stop --clear --reason WHY"
        )
    return reasons


def _against_the_store(plan: Plan) -> list[str]:
    """What cannot be recorded is not begun."""
    try:
        look_at(store_address(plan.workspace))
    except (StoreError, InjectorError) as wrong:
        return [str(wrong)]
    return []


def in_the_way(plan: Plan) -> list[str]:
    """Which other drills keep this one's service from being drilled now. Takes nothing."""
    if plan.harmless:
        return []
    places = [taken_by(place) for place in _places(plan, plan.scenario.service)]
    full = [places[-1]] if all(places) else []
    return full + [told for name in _related(plan) for place in _places(plan, name) if (told := taken_by(place))]


def hold_services(plan: Plan, undo_log: Path) -> ExitStack:
    """Take this drill's place on its service, and make sure that nothing it depends on is drilled. Close to let go."""
    held = ExitStack()
    if plan.harmless:
        return held
    try:
        _take_a_place(held, plan, undo_log)
        for name in _related(plan):
            for place in _places(plan, name):
                lease(place, undo_log).close()
    except (Held, Blocked) as wrong:
        held.close()
        raise DrillRefused(str(wrong)) from wrong
    return held


def _take_a_place(held: ExitStack, plan: Plan, undo_log: Path) -> None:
    places = _places(plan, plan.scenario.service)
    for place in places:
        try:
            held.enter_context(lease(place, undo_log))
        except Held:
            if place == places[-1]:
                raise
        else:
            return


def _related(plan: Plan) -> list[str]:
    """The services that this one depends on, and those that depend on it."""
    service, services = plan.scenario.service, plan.workspace.services
    found = set(services[service].depends_on) if service in services else set()
    found |= {name for name, other in services.items() if service in other.depends_on}
    return sorted(found)


def _places(plan: Plan, service: str) -> list[str]:
    """The leases of a service, one for each drill that may be on it at the same time."""
    where = f"service {service} of {plan.workspace.folder.resolve()} in {plan.environment}"
    return [f"{where}, place {number}" for number in range(1, plan.workspace.caps.drills_per_service + 1)]
