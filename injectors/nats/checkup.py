"""How a NATS server is, before any drill: does JetStream answer, which streams consent, what time is it there."""

from collections.abc import Sequence
from datetime import datetime

from injectors import clocks
from injectors.consents import by_label
from injectors.contract import Finding, Found, Json, Refused, Visit
from injectors.nats import stream
from injectors.nats.server import Server, Settings
from injectors.values import rebuild


def findings(visit: Visit) -> Sequence[Finding]:
    """Ask for its streams; the right to change one is proved by the drill itself, before its first fault."""
    server = Server(rebuild(Settings, visit.settings))
    asked = visit.now()
    try:
        page = server.ask("STREAM.LIST", {"offset": 0})
    except Refused as no:
        write = 'permissions: {publish: ["$JS.API.>"], subscribe: ["_INBOX.>"]}    (for this account, in nats.conf)'
        return [Finding("permission", Found.NOT_OK, str(no), write)]
    answered = visit.now()
    streams = page.get("streams") or []
    answers = Finding("answers", Found.OK, f"JetStream at {server.settings.url} has {page.get('total', 0)} streams")
    return [answers, _consent(streams, visit), _clock(streams, asked, answered)]


def _consent(streams: Sequence[Json], visit: Visit) -> Finding:
    given: list[str] = []
    withheld: list[str] = []
    for config in (each["config"] for each in streams):
        labelled = stream.metadata(config).get(stream.LABEL) == visit.environment
        listed = not visit.consent or config["name"] in visit.consent
        (given if labelled and listed else withheld).append(str(config["name"]))
    example = withheld[0] if withheld else "STREAM"
    write = f"nats stream edit {example} --metadata={stream.LABEL}={visit.environment}"
    if visit.consent:
        write += f"    (and name it in `consent: [{', '.join(visit.consent)}]`)"
    return by_label(given, withheld, "stream", write)


def _clock(streams: Sequence[Json], asked: float, answered: float) -> Finding:
    told = str(streams[0].get("ts", "")) if streams else ""
    try:
        theirs = datetime.fromisoformat(told)
    except ValueError:
        why = "servers before 2.10 do not say it" if streams else "it is told with a stream, and there is none"
        return Finding("clock", Found.CANT_TELL, f"it does not say what time it is: {why}")
    return clocks.compared(asked, theirs.timestamp(), answered)
