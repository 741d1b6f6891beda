"""The API of one `gameday proxy`: bounded calls, failures as `InjectorError`. Never a choice."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field

from injectors import writes
from injectors.contract import InjectorError, Json, Refused, Unreachable
from injectors.values import Keys

TIMEOUT = 3.0
"""Seconds to connect, and between two parts of the answer."""
ANSWER_LIMIT = 4 * 1024 * 1024
STRANGER = "it answers, but not as `gameday proxy` does: check the url of the target"


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
        raise ValueError("write the address of its API as http://HOST:PORT, without a path or an account")
    return f"http://{parts.netloc}"


class Settings(Keys):
    """Where the proxy's API is."""

    url: Annotated[str, AfterValidator(_address), Field(description="Its API, such as http://proxy.staging:8475")]


class Missing(InjectorError):
    """The server knows no such proxy, or no such fault on it."""


class Exists(InjectorError):
    """The proxy has a fault of that name already."""


@dataclass(frozen=True, slots=True)
class Server:
    """The calls that are needed, by plain names; every error says which server and what was asked."""

    url: str

    def proxies(self) -> dict[str, Json]:
        """Every proxy with its faults, by name."""
        found = self._call("list the proxies", "GET", "/proxies")
        if not isinstance(found, dict) or not all(map(_is_proxy, found.values())):
            raise Refused(f"the proxy at {self.url}: {STRANGER}")
        return found

    def proxy(self, name: str) -> dict[str, Json]:
        """One proxy with its faults. Raises `Missing`."""
        found = self._call(f"read the proxy {name}", "GET", f"/proxies/{_quoted(name)}")
        if not _is_proxy(found):
            raise Refused(f"the proxy at {self.url}: {STRANGER}")
        return dict(found)

    def add_fault(self, proxy: str, fault: Mapping[str, Json]) -> None:
        """Raises `Missing` (the proxy), `Exists`."""
        self._call(f"put a fault on {proxy}", "POST", f"/proxies/{_quoted(proxy)}/faults", fault)

    def take_off(self, proxy: str, fault: str) -> None:
        """Raises `Missing`: the fault or the proxy."""
        path = f"/proxies/{_quoted(proxy)}/faults/{_quoted(fault)}"
        self._call(f"take a fault off {proxy}", "DELETE", path)

    def _call(self, asked: str, method: str, path: str, body: Mapping[str, Json] | None = None) -> Json:
        if method != "GET":
            writes.made()
        try:
            status, said = self._ask(method, path, body)
        except ConnectionRefusedError:
            told = "nobody listens there: is it running, and is the url of the target right?"
            raise Unreachable(f"the proxy at {self.url}, asked to {asked}: {told}") from None
        except (OSError, http.client.HTTPException) as wrong:
            told = f"no answer in {TIMEOUT:g} s" if isinstance(wrong, TimeoutError) else type(wrong).__name__
            raise Unreachable(f"the proxy at {self.url}, asked to {asked}: it did not answer ({told})") from None
        if status < 300:
            return said
        reason = said.get("error") if isinstance(said, dict) else None
        family = {404: Missing, 409: Exists}.get(status, Unreachable if status >= 500 else Refused)
        raise family(f"the proxy at {self.url}, asked to {asked}, says {status}: {str(reason or STRANGER)[:300]}")

    def _ask(self, method: str, path: str, body: Mapping[str, Json] | None) -> tuple[int, Json]:
        parts = urlsplit(self.url)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT)
        try:
            sent = None if body is None else json.dumps(body)
            line.request(method, path, sent, {"User-Agent": "gameday", "Content-Type": "application/json"})
            answer = line.getresponse()
            raw = answer.read(ANSWER_LIMIT)
        finally:
            line.close()
        try:
            return answer.status, json.loads(raw) if raw else None
        except ValueError:
            return answer.status, None


def _is_proxy(found: Json) -> bool:
    keys = {"name", "listen", "upstream", "faults", "counted", "recorded"}
    return isinstance(found, dict) and found.keys() >= keys and isinstance(found["faults"], list)


def _quoted(name: str) -> str:
    return quote(name, safe="")
