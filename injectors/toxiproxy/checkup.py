"""How a Toxiproxy is, before any drill: does it answer, which proxies consent, what time is it there. Looks only."""

from collections.abc import Sequence

from injectors import clocks
from injectors.consents import by_list
from injectors.contract import Finding, Found, Visit
from injectors.toxiproxy.server import Server, Settings
from injectors.values import rebuild


def findings(visit: Visit) -> Sequence[Finding]:
    """Ask once for its proxies; whoever may ask may also change them."""
    server = Server(rebuild(Settings, visit.settings).url)
    asked = visit.now()
    proxies, date = server.proxies_and_date()
    clock = clocks.by_http_date(asked, date, visit.now())
    answers = Finding("answers", Found.OK, f"{len(proxies)} proxies at {server.url}")
    return [answers, *by_list(proxies, visit.consent, "proxy"), clock]
