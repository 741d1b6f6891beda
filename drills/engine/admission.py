"""Whether a drill may start at all: the lever, the latch, caps, who else is at it. Changes nothing on any target."""

from contextlib import ExitStack
from pathlib import Path

from drills.engine.errors import DrillRefused
from drills.guard import control
from drills.guard.errors import Blocked, Held
from drills.guard.leases import lease
from drills.plan import Plan


def admit(plan: Plan, *, person: bool) -> None:
    """Raise `DrillRefused` with every reason at once, each with what to type."""
    reasons = list(plan.refusals)
    folder = plan.workspace.folder
    if lever := control.lever(folder):
        reasons.append(f"the safety lever is engaged by {lever.by}: {lever.why}; release it: gameday lever release")
    if latched := control.latched(folder):
        drill = f"of drill {latched.drill} " if latched.drill else ""
        reasons.append(
            f"STOP {drill}was pressed by {latched.by}: {latched.why}; clear it: gameday stop --clear --reason WHY"
        )
    if plan.needs_a_hand and not person:
        waiting = ", ".join(plan.needs_a_hand)
        reasons.append(f"{waiting} starts by hand, and this run has no person: run it in a terminal, or change `when:`")
    if plan.scenario.tabletop is not None:
        reasons.append("a tabletop has no fault to run; this version runs scenarios with faults only")
    if reasons:
        raise DrillRefused("; ".join(reasons))


def hold_services(plan: Plan, undo_log: Path) -> ExitStack:
    """Take this drill's place on its service, and make sure that nothing it depends on is drilled. Close to let go."""
    held = ExitStack()
    service, workspace = plan.scenario.service, plan.workspace
    try:
        _take_a_place(held, plan, undo_log)
        related = set(workspace.services[service].depends_on) if service in workspace.services else set()
        related |= {name for name, other in workspace.services.items() if service in other.depends_on}
        for name in sorted(related):
            for place in range(workspace.caps.drills_per_service):
                lease(_place(plan, name, place), undo_log).close()
    except (Held, Blocked) as wrong:
        held.close()
        raise DrillRefused(str(wrong)) from wrong
    return held


def _take_a_place(held: ExitStack, plan: Plan, undo_log: Path) -> None:
    places = plan.workspace.caps.drills_per_service
    for place in range(places):
        try:
            held.enter_context(lease(_place(plan, plan.scenario.service, place), undo_log))
        except Held:
            if place == places - 1:
                raise
        else:
            return


def _place(plan: Plan, service: str, place: int) -> str:
    return f"service {service} of {plan.workspace.folder} in {plan.environment}, place {place + 1}"
