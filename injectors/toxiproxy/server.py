"""One Toxiproxy server's API, through toxiproxy-python: bounded, quoted, failures as `InjectorError`. Never a choice.

The library keeps the address in a class, has no timeout and lets a 5xx pass; so each server gets a subclass of its own.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import requests
from pydantic import AfterValidator, Field
from requests.adapters import HTTPAdapter
from toxiproxy.api import APIConsumer, validate_response
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from injectors import writes
from injectors.contract import InjectorError, Json, Refused, Unreachable
from injectors.values import Keys

TIMEOUT = 3.0
"""Seconds for one call, to connect and between two parts of the answer."""
CONNECTIONS = 128
"""Kept to one server at most: as many as reverts may be under way at once."""
STRANGER = "it answers, but not as a Toxiproxy does: check the url of the target"


def _address(url: str) -> str:
    parts = urlsplit(url)
    if (
        parts.scheme != "http"
        or parts.port == 0
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.username
    ):
        raise ValueError("write the address as http://HOST:PORT, without a path or an account")
    return f"http://{parts.netloc}"


class Settings(Keys):
    """Where the server is."""

    url: Annotated[str, AfterValidator(_address), Field(description="The API, such as http://toxiproxy.staging:8474")]


class Missing(InjectorError):
    """The server knows no such proxy, or no such toxic on it."""


class Exists(InjectorError):
    """The server has one of that name already."""


class Failed(Unreachable):
    """The server answered that it failed, so nothing is known; the call may be tried again."""


class _Consumer(APIConsumer):  # type: ignore[misc]  # the library is untyped
    """The library's calls with what it leaves out; a subclass holds one server's host and port."""

    session: requests.Session
    """Keeps connections: a new one for each call takes longer than the call."""

    @classmethod
    def get(cls, url: str, params: Json = None, **more: Any) -> requests.Response:
        return cls._ask("GET", url, params=params, **more)

    @classmethod
    def delete(cls, url: str, **more: Any) -> requests.Response:
        return cls._ask("DELETE", url, **more)

    @classmethod
    def post(cls, url: str, data: Json = None, **more: Any) -> requests.Response:
        return cls._ask("POST", url, data=data, **more)

    @classmethod
    def _ask(cls, verb: str, url: str, **more: Any) -> requests.Response:
        endpoint = f"http://{cls.host}:{cls.port}{url}"
        call = partial(cls.session.request, verb, endpoint, timeout=TIMEOUT, allow_redirects=False, **more)
        return _checked(lambda: validate_response(call()))


def _checked(call: Callable[[], requests.Response]) -> requests.Response:
    try:
        answer = call()
        if answer.is_redirect:
            raise Refused("it redirects elsewhere: check the url of the target")
        answer.raise_for_status()
    except NotFound as missing:
        said = _said(missing.args[0])
        if said not in ("proxy not found", "toxic not found"):
            raise Refused(STRANGER) from None
        raise Missing(said) from None
    except ProxyExists as exists:
        raise Exists(_said(exists.args[0])) from None
    except InvalidToxic as wrong:
        raise InjectorError(_said(wrong.args[0])) from None
    except requests.HTTPError as wrong:
        family = Failed if wrong.response.status_code >= 500 else Refused
        raise family(f"it answered {wrong.response.status_code}: {_said(wrong.response.content)}") from None
    except requests.ReadTimeout:
        # A real Toxiproxy hangs for good when a toxic is removed while a client has stopped reading.
        raise Unreachable(f"no answer in {TIMEOUT:g} s: if it stays so, restart that Toxiproxy") from None
    except requests.RequestException as wrong:
        if _refused(wrong):
            raise Unreachable("nobody listens there: is it running, and is the url of the target right?") from None
        raise Unreachable(f"it did not answer ({type(wrong).__name__})") from None
    return answer


def _refused(wrong: BaseException | None) -> bool:
    """Was the connection refused? The library wraps that several times."""
    while wrong is not None and not isinstance(wrong, ConnectionRefusedError):
        wrong = wrong.__context__
    return wrong is not None


def _said(body: bytes) -> str:
    """Read the server's own words, cut short."""
    try:
        return str(json.loads(body)["error"])[:200]
    except (ValueError, KeyError, TypeError):
        return "(no reason given)"


@dataclass(frozen=True, slots=True)
class Server:
    """The calls that are needed, by plain names; every error says which server and what was asked."""

    url: str

    def proxies(self) -> dict[str, Json]:
        """Every proxy with its toxics, by name."""
        return self.proxies_and_date()[0]

    def proxies_and_date(self) -> tuple[dict[str, Json], str]:
        """The same, and what time it is there, as its answer says it."""
        found = self._call("list the proxies", "get", "/proxies")
        proxies = self._understood(found, lambda held: all(map(_is_proxy, held.values())))
        return proxies, found.headers.get("Date", "")

    def proxy(self, name: str) -> dict[str, Json]:
        """One proxy with its toxics. Raises `Missing`."""
        return self._understood(self._call(f"read the proxy {name}", "get", _proxy(name)), _is_proxy)

    def create(self, name: str, *, listen: str, upstream: str, enabled: bool) -> None:
        """Raises `Exists`."""
        body = {"name": name, "listen": listen, "upstream": upstream, "enabled": enabled}
        self._call(f"create the proxy {name}", "post", "/proxies", json=body)

    def enable(self, name: str, *, enabled: bool) -> None:
        """Switch the proxy on or off; the one it is already does nothing. Raises `Missing`."""
        self._call(f"switch the proxy {name}", "post", _proxy(name), json={"enabled": enabled})

    def delete(self, name: str) -> None:
        """Raises `Missing`."""
        self._call(f"delete the proxy {name}", "delete", _proxy(name))

    def add_toxic(self, proxy: str, toxic: Mapping[str, Json]) -> None:
        """Raises `Missing` (the proxy), `Exists`."""
        self._call(f"add a toxic to {proxy}", "post", f"{_proxy(proxy)}/toxics", json=dict(toxic))

    def remove_toxic(self, proxy: str, toxic: str) -> None:
        """Raises `Missing`: the toxic or the proxy."""
        self._call(f"remove a toxic from {proxy}", "delete", f"{_proxy(proxy)}/toxics/{quote(toxic, safe='')}")

    def _call(self, asked: str, verb: str, path: str, **more: Json) -> requests.Response:
        if verb != "get":
            writes.made()
        try:
            answer: requests.Response = getattr(_consumer(self.url), verb)(path, **more)
        except InjectorError as wrong:
            raise type(wrong)(f"Toxiproxy {self.url}, asked to {asked}: {wrong}") from None
        return answer

    def _understood(self, answer: requests.Response, fits: Callable[[Json], bool]) -> dict[str, Json]:
        try:
            found: Json = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict) or not fits(found):
            raise Refused(f"Toxiproxy {self.url}: {STRANGER}")
        return found


def _is_proxy(found: Json) -> bool:
    keys = {"name", "listen", "upstream", "enabled", "toxics"}
    return isinstance(found, dict) and found.keys() >= keys and isinstance(found["toxics"], list)


@cache
def _consumer(url: str) -> type[_Consumer]:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    session = requests.Session()
    session.trust_env = False  # the target is spoken to itself: no web proxy of this account, none of its ~/.netrc
    session.headers["User-Agent"] = "gameday"
    session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS))
    return type("Consumer", (_Consumer,), {"host": host, "port": parts.port or 80, "session": session})


def _proxy(name: str) -> str:
    if "/" in name or name in ("", ".", ".."):
        raise Refused(f"Toxiproxy cannot address a proxy called {name!r}: give it a name without a slash")
    return f"/proxies/{quote(name, safe='')}"
