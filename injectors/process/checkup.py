"""How the processes of a pool are, before any drill: who is there, who consents, and may we signal them. Looks only."""

from collections.abc import Mapping, Sequence

from injectors.consents import by_label
from injectors.contract import Finding, Found, InjectorError, Visit
from injectors.process import kernel
from injectors.process.consent import LABEL
from injectors.process.kernel import Process
from injectors.process.pool import Pool, Settings
from injectors.values import rebuild

LIMIT = 50
"""Slots that are looked at."""


def findings(visit: Visit) -> Sequence[Finding]:
    """Look into each slot. They run on this machine, so their clock is ours."""
    pool = Pool(rebuild(Settings, visit.settings))
    names = pool.names()[:LIMIT]
    live = {name: root for name in names if (root := pool.find(name)) is not None}
    if not live:
        write = (
            f"start them, or look at `pidfiles: {pool.settings.pidfiles}`" if pool.settings.pidfiles else "start one"
        )
        return [Finding("answers", Found.NOT_OK, f"no live process in any of {len(names)} slots", write)]
    down = sorted(set(names) - set(live))
    said = f"{len(live)} of {len(names)} slots have a live process"
    found = [Finding("answers", Found.OK, said)]
    if down:
        found.append(Finding("slots", Found.NOT_OK, f"nobody is in {', '.join(down[:5])}", f"start {down[0]}"))
    given, withheld, barred = _sorted(live, visit)
    found.append(
        Finding("permission", Found.NOT_OK, barred, "run gameday as the account that runs them")
        if barred
        else Finding("permission", Found.OK, "this account may signal each of them")
    )
    write = f"start it with {LABEL}={visit.environment} in its environment"
    return [*found, by_label(given, withheld, "process", write)]


def _sorted(live: Mapping[str, Process], visit: Visit) -> tuple[list[str], list[str], str]:
    """Who consents, who does not, and the first that may not be signalled."""
    given: list[str] = []
    withheld: list[str] = []
    barred = ""
    for name, root in live.items():
        try:
            kernel.send(root, 0)
            labelled = kernel.variable(root, LABEL) == visit.environment
        except InjectorError as no:
            barred = barred or f"{name}: {no}"
            continue
        (given if labelled and (not visit.consent or name in visit.consent) else withheld).append(name)
    return given, withheld, barred
