"""What carries a gameday tag on a Toxiproxy: toxics, and stand-ins of a replacement. Never what lacks the tag."""

import re
from collections.abc import Mapping, Sequence

from injectors.contract import Json, Leftover
from injectors.toxiproxy import replacing
from injectors.toxiproxy.baseline import owner
from injectors.toxiproxy.server import Missing, Server, Settings
from injectors.values import rebuild

TAGGED = re.compile(r"(gameday-[A-Za-z0-9-]+)\.")
LIMIT = 1000


def left_behind(settings: Mapping[str, Json]) -> Sequence[Leftover]:
    """List them, stand-ins last: their proxies come back with the toxics they had."""
    server = Server(rebuild(Settings, settings).url)
    toxics, stand_ins = [], []
    for name, proxy in sorted(server.proxies().items()):
        if (found := TAGGED.match(name)) and "@" in name:
            toxic, _, original = name.partition("@")
            what = f"stand-in {name}: the proxy {original} is being replaced"
            stand_ins.append(Leftover(owner(server, original), found[1], what, {"proxy": original, "instead": toxic}))
        for toxic in proxy["toxics"]:
            if found := TAGGED.match(toxic["name"]):
                what = f"toxic {toxic['name']} ({toxic['type']}) on {name}"
                toxics.append(Leftover(owner(server, name), found[1], what, {"proxy": name, "toxic": toxic["name"]}))
    return [*toxics, *stand_ins][:LIMIT]


def remove(settings: Mapping[str, Json], leftover: Leftover) -> None:
    """Delete the toxic, or finish the replacement."""
    server = Server(rebuild(Settings, settings).url)
    proxy = leftover.handle["proxy"]
    if toxic := leftover.handle.get("instead"):
        replacing.finish(server, proxy, toxic=toxic)
        return
    try:
        server.remove_toxic(proxy, leftover.handle["toxic"])
    except Missing:
        return
