"""What must hold of a stream before any fault: it is there and consented. Also how our own mark on it looks."""

from collections.abc import Mapping
from typing import Any

from injectors.contract import Change, Json, Refused
from injectors.nats.server import Missing, Server

LABEL = "gameday.consent"
TAG = "gameday.tag"
WAS = "gameday.was"
"""Beside the tag: what was there before, so that a sweep can put it back without the undo log."""
CONSENT = (
    f"the stream's metadata holds `{LABEL}: <environment>`; "
    "a `consent:` list in its target, where there is one, names the stream as well"
)


def look(server: Server, stream: str) -> dict[str, Json]:
    """Return the server's word on a stream. Raises `Missing`, `Unreachable`, `Refused`."""
    return server.ask(f"STREAM.INFO.{stream}")


def metadata(config: Mapping[str, Json]) -> dict[str, str]:
    """Return the metadata of a stream's or a consumer's configuration."""
    return dict(config.get("metadata") or {})


def consented(server: Server, change: Change, stream: str) -> dict[str, Json]:
    """Return the server's word on a stream that may be hurt. Raises `Refused`, `Unreachable`."""
    where = f"the stream {stream} of {server.settings.url}"
    info = known(server, stream)
    if change.consent and stream not in change.consent:
        raise Refused(
            f"{where} is not in the `consent:` list of its target in gameday.yaml: "
            f"write `consent: [{', '.join([*change.consent, stream])}]`"
        )
    label = metadata(info["config"]).get(LABEL)
    if label != change.environment:
        said = "has given no consent" if label is None else f"has given its consent for another environment, {label!r}"
        raise Refused(f"{where} {said}: put `{LABEL}: {change.environment}` into its metadata")
    return info


def known(server: Server, stream: str) -> dict[str, Json]:
    """Return the server's word on a stream that must be there. Raises `Refused` with the names there are."""
    try:
        return look(server, stream)
    except Missing:
        raise Refused(f"{server.settings.url} has no stream {stream}; {_there(server)}") from None


def _there(server: Server) -> str:
    found: Any = server.ask("STREAM.NAMES").get("streams") or []
    return f"it has {', '.join(sorted(found)[:20]) or 'none'}"
