"""How a `gameday proxy` is, before any drill: does it answer, and which of its proxies consent. Looks only."""

from collections.abc import Sequence

from injectors.consents import by_list
from injectors.contract import Finding, Found, Visit
from injectors.http_proxy.server import Server, Settings
from injectors.values import rebuild


def findings(visit: Visit) -> Sequence[Finding]:
    """Ask once for its proxies; whoever may ask may also change them."""
    server = Server(rebuild(Settings, visit.settings).url)
    proxies = server.proxies()
    answers = Finding("answers", Found.OK, f"{len(proxies)} proxies at {server.url}")
    return [answers, *by_list(proxies, visit.consent, "proxy")]
