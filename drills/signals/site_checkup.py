"""How a web server that probes or alert sources ask is, before any drill: does it answer, and what time is it there."""

from collections.abc import Sequence
from http import HTTPStatus

from drills.signals.contract import SignalError
from drills.signals.site import Site
from injectors import clocks
from injectors.contract import Finding, Found, Unreachable, Visit
from injectors.values import rebuild

PATIENCE = 5.0
"""Seconds for its answer."""


def findings(visit: Visit) -> Sequence[Finding]:
    """Ask once for what stands at the target's address. Raises `Unreachable`."""
    return _look(visit, "")


class At:
    """The same, asking for a page that this kind of server surely has."""

    def __init__(self, path: str) -> None:
        self._path = path

    def findings(self, visit: Visit, /) -> Sequence[Finding]:
        """Ask once for the page; another status than 200 is not this kind of server. Raises `Unreachable`."""
        return _look(visit, self._path)


def _look(visit: Visit, path: str) -> list[Finding]:
    from drills.signals import web  # noqa: PLC0415 - httpcore takes 70 ms to load, and planning needs none of it

    known = {key: value for key, value in visit.settings.items() if key in Site.model_fields}
    site = rebuild(Site, known)
    asked = visit.now()
    try:
        answer = web.ask(site, web.Request(path=path), PATIENCE)
    except SignalError as silence:
        raise Unreachable(str(silence)) from None
    clock = clocks.by_http_date(asked, answer.date, visit.now())
    said = f"{site.url}{path} says {answer.status}"
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        write = "headers: {authorization: {env: NAME}}    (in its target in gameday.yaml)"
        return [Finding("permission", Found.NOT_OK, said, write), clock]
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or (path and answer.status != HTTPStatus.OK):
        return [Finding("answers", Found.NOT_OK, said, "look at its `url:` in gameday.yaml"), clock]
    return [Finding("answers", Found.OK, said), clock]
