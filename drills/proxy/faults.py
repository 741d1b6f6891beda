"""What may be done to an answer, and to whose: read from JSON, checked, pure. Never a socket, never a wait."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPMethod
from typing import Any

Headers = Sequence[tuple[bytes, bytes]]
READS = (HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS, HTTPMethod.TRACE)
"""Methods that change nothing; all others are writes."""
LONGEST = 86400.0
"""Seconds: no fault lives longer, whatever it says."""
DELAY_LIMIT = 300_000
"""Milliseconds that an answer may be held back."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,199}")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
HEADERS_LIMIT = 20


class Trouble(Exception):
    """What the API answers with instead."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as a fault looks at it."""

    method: str
    path: str
    headers: Headers


@dataclass(frozen=True, slots=True)
class Only:
    """Whose requests feel it: one tenant's, one region's. Without anything: everybody's."""

    path: str = ""
    """How the path begins."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case name -> the value it must have."""

    def holds(self, asked: Asked) -> bool:
        """Is this request one of them?"""
        if not asked.path.startswith(self.path):
            return False
        held = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in asked.headers}
        return all(held.get(name) == value for name, value in self.headers.items())


@dataclass(frozen=True, slots=True)
class Bent:
    """What a request gets instead: an answer at once, the recorded answer, or the real one later."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    said: str = ""
    recorded: bool = False
    delay: float = 0.0
    """Seconds."""


Bend = Callable[[Asked, Mapping[str, int]], Bent | None]


@dataclass(frozen=True, slots=True)
class Type:
    """A type of fault: its numbers with their bounds (least, most, default) and what it does to a request."""

    bend: Bend
    numbers: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)


def _stale(asked: Asked, _: Mapping[str, int]) -> Bent | None:
    return Bent(recorded=True) if asked.method == HTTPMethod.GET else None


def _rate_limit(_: Asked, numbers: Mapping[str, int]) -> Bent | None:
    return Bent(429, (("Retry-After", str(numbers["retry_after"])),), "too many requests")


def _reject_writes(asked: Asked, numbers: Mapping[str, int]) -> Bent | None:
    if asked.method in READS:
        return None
    allowed = (("Allow", "GET, HEAD, OPTIONS"),) if numbers["status"] == 405 else ()
    return Bent(numbers["status"], allowed, "writes are not accepted")


def _delay_reads(asked: Asked, numbers: Mapping[str, int]) -> Bent | None:
    return Bent(delay=numbers["delay"] / 1000) if asked.method in READS else None


TYPES: Mapping[str, Type] = {
    "stale": Type(_stale),
    "rate_limit": Type(_rate_limit, {"retry_after": (0, 86400, 1)}),
    "reject_writes": Type(_reject_writes, {"status": (400, 599, 503)}),
    "delay_reads": Type(_delay_reads, {"delay": (1, DELAY_LIMIT, 1000)}),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault on one proxy; it is over at its own end, whoever is left to end it."""

    name: str
    type: str
    attributes: Mapping[str, int]
    only: Only
    expires_at: float
    """UTC epoch seconds."""

    def bend(self, asked: Asked) -> Bent | None:
        """What this request gets instead; None: what it would get without."""
        return TYPES[self.type].bend(asked, self.attributes) if self.only.holds(asked) else None

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "name": self.name,
            "type": self.type,
            "attributes": dict(self.attributes),
            "only": {"path": self.only.path, "headers": dict(self.only.headers)},
            "expires_at": self.expires_at,
        }


def fault_of(given: Mapping[str, Any], now: float) -> Fault:
    """Read one from the API's JSON. Raises `Trouble`, which says what to send instead."""
    _known(given, ("name", "type", "attributes", "only", "expires_at"), "a fault")
    name, kind = given.get("name"), given.get("type")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Trouble("name: send 1 to 200 letters, digits, spaces, dots, hyphens or underscores")
    if not isinstance(kind, str) or kind not in TYPES:
        raise Trouble(f"type: send one of {', '.join(TYPES)}")
    return Fault(name, kind, _numbers(kind, given), _only(given), _end(given, now))


def _end(given: Mapping[str, Any], now: float) -> float:
    at = given.get("expires_at")
    if isinstance(at, bool) or not isinstance(at, int | float) or not math.isfinite(at):
        raise Trouble("expires_at: send the moment at which it ends by itself, as seconds since 1970")
    if at <= now:
        raise Trouble(f"expires_at: that was over {now - at:.1f} s ago by this machine's clock: do the clocks agree?")
    if at > now + LONGEST:
        raise Trouble(f"expires_at: that is more than {LONGEST:.0f} s away: do the clocks agree?")
    return float(at)


def _numbers(kind: str, given: Mapping[str, Any]) -> dict[str, int]:
    sent = _map(given, "attributes")
    bounds = TYPES[kind].numbers
    _known(sent, tuple(bounds), f"attributes of {kind}")
    numbers = {}
    for name, (least, most, default) in bounds.items():
        value = sent.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Trouble(f"attributes.{name}: send a whole number from {least} to {most}")
        numbers[name] = value
    return numbers


def _only(given: Mapping[str, Any]) -> Only:
    sent = _map(given, "only")
    _known(sent, ("path", "headers"), "only")
    path, headers = sent.get("path") or "", _map(sent, "headers")
    if not isinstance(path, str) or len(path) > 4096 or (path and not path.startswith("/")):
        raise Trouble("only.path: send how the path begins, such as /eu/")
    right = all(
        TOKEN.fullmatch(name) and isinstance(value, str) and len(value) <= 4096 for name, value in headers.items()
    )
    if not right or len(headers) > HEADERS_LIMIT:
        raise Trouble(f"only.headers: send at most {HEADERS_LIMIT} names with the value each must have")
    return Only(path, {name.lower(): value for name, value in headers.items()})


def _map(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = given.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Trouble(f"{key}: send an object")
    return value


def _known(given: Mapping[str, Any], known: Sequence[str], what: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise Trouble(f"{what} has no {unknown[0][:50]!r}; it has {', '.join(known) or 'none'}")
