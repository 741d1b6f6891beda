"""What carries a gameday tag on a Redis server: a pause, refused writes, suspended workers. Never anything else."""

import re
from collections.abc import Mapping, Sequence

from injectors.contract import InjectorError, Json, Leftover
from injectors.redis import pausing, replicas
from injectors.redis.mark import found
from injectors.redis.server import Asking, Server, Settings
from injectors.rq.suspension import lift, suspended_by
from injectors.values import rebuild

TAGGED = re.compile(r"(gameday-[A-Za-z0-9-]+)\.")


def left_behind(settings: Mapping[str, Json]) -> Sequence[Leftover]:
    """List the faults in force; a mark alone, whose fault somebody ended, is none."""
    server = Server(rebuild(Settings, settings))
    held = pausing.paused(server)
    with server.asking() as asking:
        marks = {
            pausing.FAULT: (found(asking, pausing.FAULT) if held else None, "writes wait (CLIENT PAUSE)"),
            replicas.FAULT: (_refusing(asking), f"writes are refused ({replicas.WANTED} {replicas.OURS})"),
            "suspend": (suspended_by(asking), "RQ's workers are suspended"),
        }
    left = []
    for fault, (whose, what) in marks.items():
        if tag := TAGGED.match(whose or ""):
            owner = f"redis {server.address}" if fault != "suspend" else f"rq on redis {server.settings.url}"
            left.append(Leftover(owner, tag[1], f"{server.address}: {what}", {"fault": fault, "mark": whose}))
    return left


def remove(settings: Mapping[str, Json], leftover: Leftover) -> None:
    """End this one, if it is still on."""
    server, fault, whose = Server(rebuild(Settings, settings)), leftover.handle["fault"], leftover.handle["mark"]
    with server.asking() as asking:
        if fault == pausing.FAULT and found(asking, fault) == whose:
            pausing.resume(asking)
        elif fault == "suspend":
            lift(asking, whose)
        elif fault == replicas.FAULT and _refusing(asking) == whose:
            was = whose.partition(" ")[2]
            if not was.isdecimal():
                raise InjectorError(f"{leftover.owner} does not say what its {replicas.WANTED} was: set it by hand")
            replicas.restore(asking, int(was))


def _refusing(asking: Asking) -> str | None:
    whose = found(asking, replicas.FAULT)
    return whose if whose is not None and replicas.wanted(asking) == replicas.OURS else None
