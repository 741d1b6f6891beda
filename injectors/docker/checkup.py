"""How a Docker daemon is, before any drill: does it answer, which containers consent, what time is it there?"""

from collections.abc import Sequence
from datetime import datetime

from injectors import clocks
from injectors.consents import by_label
from injectors.contract import Finding, Found, Json, Visit
from injectors.docker.containers import LABEL, name_of
from injectors.docker.daemon import Daemon, Settings
from injectors.values import rebuild


def findings(visit: Visit) -> Sequence[Finding]:
    """Ask what runs; who may speak to the daemon may do everything, so there is no right to look for."""
    daemon = Daemon(rebuild(Settings, visit.settings))
    running = daemon.containers({})
    answers = Finding("answers", Found.OK, f"{daemon.words} runs {len(running)} containers")
    return [answers, _consent(running, visit), _clock(daemon, visit)]


def _consent(running: Sequence[Json], visit: Visit) -> Finding:
    given: list[str] = []
    withheld: list[str] = []
    for each in running:
        name = name_of(each)
        labelled = (each.get("Labels") or {}).get(LABEL) == visit.environment
        (given if labelled and (not visit.consent or name in visit.consent) else withheld).append(name)
    write = f"docker run --label {LABEL}={visit.environment} ...    (a container that runs cannot be given a label)"
    if visit.consent:
        write += f", and name it in `consent: [{', '.join(visit.consent)}]`"
    return by_label(sorted(given), sorted(withheld), "container", write)


def _clock(daemon: Daemon, visit: Visit) -> Finding:
    asked = visit.now()
    told = str(daemon.ask("its clock", lambda client: client.info()).get("SystemTime", ""))
    answered = visit.now()
    try:
        # Nanoseconds; Python takes six digits from 3.11 on, and cuts the rest.
        theirs = datetime.fromisoformat(told)
    except ValueError:
        return Finding("clock", Found.CANT_TELL, "it does not say what time it is")
    return clocks.compared(asked, theirs.timestamp(), answered)
