"""What must hold of a proxy before any fault: consented, there, switched on, in no other drill. Looks only."""

from collections.abc import Sequence

from injectors.contract import Change, Json, Refused
from injectors.toxiproxy.server import Missing, Server

CONSENT = "the proxy's name stands in the `consent:` list of its target in gameday.yaml"
MARK = "gameday-"
"""How the name of everything we create begins."""


def owner(server: Server, proxy: str) -> str:
    """Address a proxy: two changes with the same address conflict."""
    return f"toxiproxy {server.url} {proxy}"


def clean_proxy(server: Server, change: Change) -> dict[str, Json]:
    """Return the whole proxy as it is, if a fault may be put on it. Raises `Refused`, `Unreachable`."""
    name = change.subject
    if name not in change.consent:
        listed = ", ".join([*change.consent, name])
        raise Refused(
            f"the proxy {name} of {server.url} ({change.environment}) has given no consent: "
            f"write `consent: [{listed}]` into its target in gameday.yaml"
        )
    try:
        proxy = server.proxy(name)
    except Missing:
        raise Refused(_unknown(server, name)) from None
    for toxic in proxy["toxics"]:
        if toxic["name"].startswith(MARK) and toxic["name"].partition(".")[0] != change.tag:
            raise Refused(f"{owner(server, name)} carries another drill's {toxic['name']}: run `gameday sweep`")
    if not proxy["enabled"]:
        raise Refused(f"{owner(server, name)} is switched off: no fault would be felt; switch it on first")
    return {key: proxy[key] for key in ("name", "listen", "upstream", "enabled", "toxics")}


def proxy_names(server: Server, name: str) -> Sequence[str]:
    """Return what `select` chooses from: the one proxy, if it is there."""
    if name not in server.proxies():
        raise Refused(_unknown(server, name))
    return [name]


def _unknown(server: Server, name: str) -> str:
    known = sorted(each for each in server.proxies() if not each.startswith(MARK))
    return f"Toxiproxy {server.url} has no proxy {name}; it has {', '.join(known[:20]) or 'none'}"
