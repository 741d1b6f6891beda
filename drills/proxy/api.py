"""The API of the proxy, in the style of Toxiproxy's: proxies, and the faults on them. Never a socket."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from drills.proxy.faults import Trouble, fault_of
from drills.proxy.proxies import Proxies
from drills.proxy.web import Answer

VERSION = {"proxy": "gameday http", "version": 1}
ROUTES: Mapping[str, Mapping[str, str]] = {
    "version": {"GET": "_version"},
    "proxies": {"GET": "_list", "POST": "_create"},
    "proxies/*": {"GET": "_show", "DELETE": "_delete"},
    "proxies/*/faults": {"GET": "_list_faults", "POST": "_add_fault"},
    "proxies/*/faults/*": {"GET": "_show_fault", "DELETE": "_take_off"},
}
"""Path -> method -> the method of `Api`; each `*` is one argument."""


@dataclass(frozen=True, slots=True)
class Api:
    """One process's proxies, behind paths and methods."""

    proxies: Proxies

    async def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Do what is asked."""
        parts = [unquote(part) for part in path.partition("?")[0].split("/")[1:]]
        routes = ROUTES.get("/".join("*" if number % 2 else part for number, part in enumerate(parts)))
        if routes is None:
            return 404, {"error": "there is no such path", "status": 404}
        if method not in routes:
            return 405, {"error": f"this path takes {', '.join(routes)}", "status": 405}
        asked: Callable[..., Awaitable[Answer]] = getattr(self, routes[method])
        try:
            return await asked(*parts[1::2], *([_object(body)] if method == "POST" else []))
        except Trouble as trouble:
            return trouble.status, {"error": str(trouble), "status": trouble.status}

    async def _version(self) -> Answer:
        return 200, VERSION

    async def _list(self) -> Answer:
        return 200, {name: proxy.shown() for name, proxy in sorted(self.proxies.by_name.items())}

    async def _create(self, given: Mapping[str, Any]) -> Answer:
        return 201, (await self.proxies.create(given)).shown()

    async def _show(self, name: str) -> Answer:
        return 200, self.proxies.get(name).shown()

    async def _delete(self, name: str) -> Answer:
        self.proxies.delete(name)
        return 204, None

    async def _list_faults(self, name: str) -> Answer:
        return 200, self.proxies.get(name).shown()["faults"]

    async def _add_fault(self, name: str, given: Mapping[str, Any]) -> Answer:
        proxy, fault = self.proxies.get(name), fault_of(given, time.time())
        proxy.add(fault)
        return 201, fault.shown()

    async def _show_fault(self, name: str, fault: str) -> Answer:
        found = self.proxies.get(name).faults.get(fault)
        if found is None:
            raise Trouble(f"the proxy {name} has no fault {fault[:200]}", 404)
        return 200, found.shown()

    async def _take_off(self, name: str, fault: str) -> Answer:
        self.proxies.get(name).take_off(fault)
        return 204, None


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Trouble("send a JSON object")
    return given
