"""How a Redis server is, before any drill: does it answer, consent, allow, what time is it there. Looks only."""

from collections.abc import Sequence

from injectors import clocks
from injectors.contract import Finding, Found, InjectorError, Visit
from injectors.redis.consent import KEY
from injectors.redis.server import Asking, Server, Settings
from injectors.values import rebuild

COMMANDS = (("CLIENT", "PAUSE", "1"), ("CLIENT", "UNPAUSE"), ("CLIENT", "KILL", "ID", "1"), ("CONFIG", "SET", "x", "y"))
"""What the faults need, as `ACL DRYRUN` is asked; it runs none of them."""


def findings(visit: Visit) -> Sequence[Finding]:
    """Ask on one connection."""
    server = Server(rebuild(Settings, visit.settings))
    with server.asking() as asking:
        asked = visit.now()
        seconds, micro = asking.look("TIME")
        clock = clocks.compared(asked, int(seconds) + int(micro) / 1e6, visit.now())
        replica = "\nrole:master" not in str(asking.look("INFO", "replication"))
        answers = Finding("answers", Found.OK, f"Redis at {server.settings.url}, a primary")
        if replica:
            answers = Finding(
                "answers", Found.NOT_OK, f"{server.settings.url} is a replica", "name its primary in `url:`"
            )
        return [answers, _consent(server, asking, visit), _permission(asking), clock]


def _consent(server: Server, asking: Asking, visit: Visit) -> Finding:
    if visit.consent and server.address not in visit.consent:
        said = f"the target's `consent:` list does not name {server.address}"
        return Finding(
            "consent", Found.NOT_OK, said, f'consent: ["{server.address}"]    (in its target in gameday.yaml)'
        )
    label = asking.look("GET", KEY)
    if label == visit.environment:
        return Finding("consent", Found.OK, f"the key {KEY} says {visit.environment}")
    said = f"there is no key {KEY}" if label is None else f"the key {KEY} says another environment"
    return Finding("consent", Found.NOT_OK, said, f"redis-cli SET {KEY} {visit.environment}")


def _permission(asking: Asking) -> Finding:
    try:
        name = str(asking.look("ACL", "WHOAMI"))
        barred = [" ".join(words[:2]) for words in COMMANDS if asking.look("ACL", "DRYRUN", name, *words) != "OK"]
    except InjectorError as no:
        said = f"it does not say what this account may ({no}): each drill proves it before its first fault"
        return Finding("permission", Found.CANT_TELL, said)
    if barred:
        rights = " ".join("+" + each.lower().replace(" ", "|") for each in barred)
        return Finding(
            "permission", Found.NOT_OK, f"{name} may not {', '.join(barred)}", f"ACL SETUSER {name} {rights}"
        )
    return Finding("permission", Found.OK, f"{name} may do what the faults do")
