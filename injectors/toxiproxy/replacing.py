"""The second way back: the proxy is replaced by one without our toxic, and all else as it was. Never the first choice.

A stand-in, a switched-off proxy named `TOXIC@PROXY`, holds the other toxics meanwhile. So a replacement that was cut at
any call is seen and finished by the next revert, and a server that merely lost its proxies is left as it is.
"""

from collections.abc import Iterable

from injectors.contract import Json
from injectors.toxiproxy.server import Exists, Failed, Missing, Server


def without(server: Server, proxy: str, *, toxic: str, because: Failed) -> None:
    """Look once more, try once more, then replace. Raises `because` where a replacement would do harm."""
    try:
        now = server.proxy(proxy)
    except Missing:
        now = {"toxics": []}
    if not any(each["name"] == toxic for each in now["toxics"]):
        finish(server, proxy, toxic=toxic)
        return
    try:
        server.remove_toxic(proxy, toxic)
    except Missing:
        return
    except Failed:
        if not now["enabled"]:
            raise because from None  # somebody holds it down: a new one would have to guess when it may come up
    else:
        return
    stand_in = f"{toxic}@{proxy}"
    _forget(server, stand_in)
    server.create(stand_in, listen=now["listen"], upstream=now["upstream"], enabled=False)
    _add(server, stand_in, (each for each in now["toxics"] if each["name"] != toxic))
    server.delete(proxy)
    finish(server, proxy, toxic=toxic)


def begun(server: Server, proxy: str, *, toxic: str) -> bool:
    """Has a replacement begun and not ended?"""
    try:
        server.proxy(f"{toxic}@{proxy}")
    except Missing:
        return False
    return True


def finish(server: Server, proxy: str, *, toxic: str) -> None:
    """Bring the proxy back from its stand-in; without one there is nothing to finish."""
    stand_in = f"{toxic}@{proxy}"
    try:
        held = server.proxy(stand_in)
    except Missing:
        return
    try:
        server.create(proxy, listen=held["listen"], upstream=held["upstream"], enabled=False)
    except Exists:
        there = server.proxy(proxy)
        if there["enabled"] or any(each["name"] == toxic for each in there["toxics"]):
            _forget(server, stand_in)  # it was never taken away, or it is back already
            return
    _add(server, proxy, held["toxics"])
    server.enable(proxy, enabled=True)
    _forget(server, stand_in)


def _add(server: Server, proxy: str, toxics: Iterable[Json]) -> None:
    for toxic in toxics:
        try:
            server.add_toxic(proxy, toxic)
        except Exists:
            continue


def _forget(server: Server, stand_in: str) -> None:
    try:
        server.delete(stand_in)
    except Missing:
        return
