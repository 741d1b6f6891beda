"""What carries a gameday tag on a `gameday proxy`: its faults, until the proxy ends them. Never what lacks the tag."""

import re
from collections.abc import Mapping, Sequence

from injectors.contract import Json, Leftover
from injectors.http_proxy.owner import owner
from injectors.http_proxy.server import Missing, Server, Settings
from injectors.values import rebuild

TAGGED = re.compile(r"(gameday-[A-Za-z0-9-]+)\.")
LIMIT = 1000


def left_behind(settings: Mapping[str, Json]) -> Sequence[Leftover]:
    """List the tagged faults of every proxy."""
    server = Server(rebuild(Settings, settings).url)
    found = []
    for name, proxy in sorted(server.proxies().items()):
        for fault in proxy["faults"]:
            if tagged := TAGGED.match(fault["name"]):
                what = f"fault {fault['name']} ({fault['type']}) on {name}"
                found.append(Leftover(owner(server, name), tagged[1], what, {"proxy": name, "fault": fault["name"]}))
    return found[:LIMIT]


def remove(settings: Mapping[str, Json], leftover: Leftover) -> None:
    """Take the fault off."""
    server = Server(rebuild(Settings, settings).url)
    try:
        server.take_off(leftover.handle["proxy"], leftover.handle["fault"])
    except Missing:
        return
