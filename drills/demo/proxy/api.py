"""The HTTP API: what is asked, checked, and answered in the words of Toxiproxy 2.12. Never a socket."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from drills.demo.proxy.proxies import STREAMS, Proxies, Proxy, Toxic, Trouble
from drills.demo.proxy.toxics import TYPES
from drills.proxy.web import Answer

TOXICS_LIMIT = 5000
"""Toxics on one proxy."""
ROUTES: Mapping[str, Mapping[str, str]] = {
    "version": {"GET": "_version"},
    "reset": {"POST": "_reset"},
    "populate": {"POST": "_populate"},
    "proxies": {"GET": "_list", "POST": "_create"},
    "proxies/*": {"GET": "_show", "POST": "_update", "PATCH": "_update", "DELETE": "_delete"},
    "proxies/*/toxics": {"GET": "_list_toxics", "POST": "_add_toxic"},
    "proxies/*/toxics/*": {
        "GET": "_show_toxic",
        "POST": "_update_toxic",
        "PATCH": "_update_toxic",
        "DELETE": "_delete_toxic",
    },
}
"""Path -> method -> the method of `Api`; each `*` is one argument."""


@dataclass(frozen=True, slots=True)
class Api:
    """One server's proxies, behind paths and methods."""

    proxies: Proxies = field(default_factory=Proxies)

    async def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Do what is asked."""
        parts = unquote(path.partition("?")[0]).split("/")[1:]
        routes = ROUTES.get("/".join("*" if number % 2 else part for number, part in enumerate(parts)))
        if routes is None:
            return 404, "404 page not found"
        if method not in routes:
            return 405, None
        asked: Callable[..., Awaitable[Answer]] = getattr(self, routes[method])
        try:
            return await asked(*parts[1::2], *([body] if method in ("POST", "PATCH") else []))
        except Trouble as trouble:
            return trouble.status, {"error": str(trouble), "status": trouble.status}

    async def _version(self) -> Answer:
        return 200, {"version": "2.12.0"}

    async def _list(self) -> Answer:
        return 200, {name: proxy.shown() for name, proxy in sorted(self.proxies.by_name.items())}

    async def _create(self, body: bytes) -> Answer:
        proxy, enabled = _proxy(_object(body))
        return 201, (await self.proxies.create(proxy, enabled=enabled)).shown()

    async def _show(self, name: str) -> Answer:
        return 200, self.proxies.get(name).shown()

    async def _update(self, name: str, body: bytes) -> Answer:
        proxy = self.proxies.get(name)
        given = _object(body)
        async with proxy.lock:
            await proxy.update(
                listen=_text(given, "listen", proxy.listen),
                upstream=_text(given, "upstream", proxy.upstream),
                enabled=_flag(given, "enabled", proxy.enabled),
            )
        return 200, proxy.shown()

    async def _delete(self, name: str) -> Answer:
        self.proxies.delete(name)
        return 204, None

    async def _list_toxics(self, name: str) -> Answer:
        return 200, self.proxies.get(name).shown_toxics()

    async def _add_toxic(self, name: str, body: bytes) -> Answer:
        proxy = self.proxies.get(name)
        toxic = _toxic(_object(body))
        async with proxy.lock:
            if toxic.name in proxy.toxics:
                raise Trouble("toxic already exists", 409)
            if len(proxy.toxics) >= TOXICS_LIMIT:
                raise Trouble("too many toxics", 400)
            await proxy.add(toxic)
        return 200, toxic.shown()

    async def _show_toxic(self, name: str, toxic: str) -> Answer:
        return 200, _on(self.proxies.get(name), toxic).shown()

    async def _update_toxic(self, name: str, toxic: str, body: bytes) -> Answer:
        proxy = self.proxies.get(name)
        given = _object(body)
        async with proxy.lock:
            old = _on(proxy, toxic)
            new = replace(
                old,
                toxicity=_share(given, old.toxicity),
                attributes=_numbers(given, old.attributes),
            )
            await proxy.change(new)
        return 200, new.shown()

    async def _delete_toxic(self, name: str, toxic: str) -> Answer:
        proxy = self.proxies.get(name)
        async with proxy.lock:
            await proxy.remove(_on(proxy, toxic))
        return 204, None

    async def _reset(self, _: bytes) -> Answer:
        await self.proxies.reset()
        return 204, None

    async def _populate(self, body: bytes) -> Answer:
        done: list[Proxy] | None = None
        try:
            wanted = [_proxy(each, f" at proxy {number}") for number, each in enumerate(_list_of_objects(body), 1)]
            done = []
            for proxy, enabled in wanted:
                done.append(await self.proxies.put(proxy, enabled=enabled))
        except Trouble as trouble:
            shown = None if done is None else [proxy.shown() for proxy in done]
            return trouble.status, {"error": str(trouble), "status": trouble.status, "proxies": shown}
        return 201, {"proxies": [proxy.shown() for proxy in done]}


def _wrong(said: str) -> Trouble:
    return Trouble(f"bad request body: {said}", 400)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise _wrong(str(wrong) if body else "EOF") from None


def _object(body: bytes) -> dict[str, Any]:
    given = _json(body)
    if not isinstance(given, dict):
        raise _wrong("an object is wanted")
    return given


def _list_of_objects(body: bytes) -> list[dict[str, Any]]:
    given = _json(body)
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise _wrong("a list of objects is wanted")
    return given


def _text(given: Mapping[str, Any], key: str, default: str) -> str:
    value = given.get(key, default)
    if not isinstance(value, str):
        raise _wrong(f"{key} is a string")
    return value


def _flag(given: Mapping[str, Any], key: str, default: bool) -> bool:  # noqa: FBT001  as in the JSON
    value = given.get(key, default)
    if not isinstance(value, bool):
        raise _wrong(f"{key} is true or false")
    return value


def _share(given: Mapping[str, Any], default: float) -> float:
    value = given.get("toxicity", default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong("toxicity is a number")
    return value


def _numbers(given: Mapping[str, Any], default: Mapping[str, int]) -> dict[str, int]:
    values = given.get("attributes") or {}
    if not isinstance(values, dict):
        raise _wrong("attributes is an object")
    for key in default:
        if not isinstance(values.get(key, 0), int) or isinstance(values.get(key), bool):
            raise _wrong(f"attributes.{key} is a whole number")
    return {key: values.get(key, old) for key, old in default.items()}


def _proxy(given: Mapping[str, Any], where: str = "") -> tuple[Proxy, bool]:
    for key in ("name", "upstream"):
        if not _text(given, key, ""):
            raise Trouble(f"missing required field: {key}{where}", 400)
    proxy = Proxy(given["name"], _text(given, "listen", "") or "127.0.0.1:0", given["upstream"])
    return proxy, _flag(given, "enabled", default=True)


def _toxic(given: Mapping[str, Any]) -> Toxic:
    stream, kind = _text(given, "stream", "downstream"), _text(given, "type", "")
    if stream.lower() not in STREAMS:
        raise Trouble("stream was invalid, can be either upstream or downstream", 400)
    if kind not in TYPES:
        raise Trouble("invalid toxic type", 400)
    numbers = _numbers(given, dict.fromkeys(TYPES[kind].numbers, 0))
    name = _text(given, "name", "") or f"{kind}_{stream}"
    return Toxic(name, kind, stream.lower(), _share(given, 1.0), numbers)


def _on(proxy: Proxy, toxic: str) -> Toxic:
    if toxic not in proxy.toxics:
        raise Trouble("toxic not found", 404)
    return proxy.toxics[toxic]
