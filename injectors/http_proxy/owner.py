"""How a proxy is addressed, how what is ours is called, and where consent is looked for. Asks nothing."""

from injectors.http_proxy.server import Server

CONSENT = "the proxy's name stands in the `consent:` list of its target in gameday.yaml"
MARK = "gameday-"
"""How the name of everything we create begins."""


def owner(server: Server, proxy: str) -> str:
    """Address a proxy: two changes with the same address conflict."""
    return f"http_proxy {server.url} {proxy}"
