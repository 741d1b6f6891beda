"""One request to a cluster's API server, bounded in time, and what its answer means. It knows no fault."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as TimedOut

from injectors import writes
from injectors.contract import InjectorError, Json, Refused, Unreachable
from injectors.kubernetes.account import named, signed_in
from injectors.kubernetes.settings import Settings

PAGE = 500
PAGES = 20
ANSWER_LIMIT = 64 * 1024 * 1024
"""Bytes of one answer."""
_ASKS_ONLY = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_INSIDE = re.compile(r"^/apis?/.+?/namespaces/([^/]+)/.")
PATCH = "application/json-patch+json"
NAMES_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""A list of metadata alone: no secret's bytes come over the wire."""


class Missing(InjectorError):
    """The object is not there."""


class Changed(Unreachable):
    """Somebody changed it at this very moment, so the request was not carried out; look again."""


class Budgeted(InjectorError):
    """A PodDisruptionBudget does not allow it."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster and the account it is asked with."""

    settings: Settings

    @property
    def name(self) -> str:
        """Which one, for an owner's address."""
        which = named(self.settings)
        return f"kubernetes {which['config']} {which['context']}"

    def limit(self, requests: int) -> float:
        """Seconds for one call of a fault that makes so many requests."""
        return requests * (self.settings.timeout + 1.0)

    def get(self, path: str) -> dict[str, Json]:
        """One object. Raises `Missing`, `Refused`, `Unreachable`."""
        return self.ask("GET", path)

    def listed(
        self, path: str, selector: str = "", *, fields: str = "", accept: str = "application/json"
    ) -> list[dict[str, Json]]:
        """Every object that the selectors of labels and of fields take, at most ten thousand."""
        found: list[dict[str, Json]] = []
        query = {"limit": str(PAGE), "labelSelector": selector, "fieldSelector": fields}
        for _ in range(PAGES):
            page = self.ask("GET", path, query=query, headers={"Accept": accept})
            found += page.get("items") or []
            rest = page["metadata"].get("continue")
            if not rest:
                return found
            query = {**query, "continue": rest}
        raise Refused(f"{path} has more than {PAGE * PAGES} objects: write narrower labels")

    def patch(self, path: str, operations: Sequence[Mapping[str, Json]]) -> None:
        """Change an object; its tests and changes are one step of the server's. Raises `Changed` when a test fails."""
        self.ask("PATCH", path, body=list(operations), headers={"Content-Type": PATCH})

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Json = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Json]:
        """Send one request. Raises `Missing`, `Changed`, `Budgeted`, `Refused`, `Unreachable` or an `InjectorError`."""
        if method != "GET" and path != _ASKS_ONLY:
            writes.made()
        with signed_in(self.settings) as client:
            status, held = self._sent(client, (method, path, body), query or {}, headers or {})
        try:
            answer = json.loads(held) if held else {}
        except ValueError:
            answer = {}
        if not isinstance(answer, dict) or (status < 300 and not answer):
            raise Unreachable(f"{method} {path} of {self.name} got an answer that is no object of Kubernetes")
        if status >= 300:
            wrong = _said_no(f"{self.name} answers {method} {path}", status, answer)
            raise (self._gone_with_its_namespace(path) if status == 403 else None) or wrong
        return answer

    def _gone_with_its_namespace(self, path: str) -> Missing | None:
        """Rights in a namespace go with it: what may not be looked at any more may not be there any more."""
        inside = _INSIDE.match(path)
        if inside is None:
            return None
        try:
            self.get(f"/api/v1/namespaces/{inside[1]}")
        except Missing as gone:
            return gone
        except InjectorError:
            pass
        return None

    def _sent(
        self, client: Any, request: tuple[str, str, Json], query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        method, path, body = request
        told = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "gameday", **headers}
        asked = client.param_serialize(
            method,
            path,
            query_params=[(key, value) for key, value in query.items() if value],
            header_params=told,
            body=body,
            auth_settings=["BearerToken"],
        )
        limit = self.settings.timeout
        try:
            answer = client.call_api(*asked, _request_timeout=limit)
            held: bytes = answer.response.read(ANSWER_LIMIT)
        except TimedOut:
            raise Unreachable(f"{self.name} did not answer within {limit:g} s") from None
        except (HTTPError, OSError) as wrong:
            raise Unreachable(f"{self.name} cannot be asked: {type(wrong).__name__}") from None
        except Exception as wrong:
            # The client tells a broken TLS connection by an exception of its own, which has no status.
            if getattr(wrong, "status", None) == 0:
                raise Unreachable(f"{self.name} cannot be asked: TLS failed; is its authority the right one?") from None
            raise
        return int(answer.status), held


def _said_no(what: str, status: int, answer: Mapping[str, Json]) -> InjectorError:
    told = f"{what} with {status}: {str(answer.get('message', ''))[:400]}"
    if status == 401:
        return Refused(f"{what} with 401: the account is not known, or its token has expired: renew it")
    if status == 403:
        return Refused(f"{told}: give the right as injectors/kubernetes/rbac.yaml does")
    causes = (answer.get("details") or {}).get("causes") or []
    if status == 429 and any(each.get("reason") == "DisruptionBudget" for each in causes):
        return Budgeted(told)
    kinds = {404: Missing, 409: Changed, 410: Unreachable, 422: Changed, 429: Unreachable}
    return kinds.get(status, Unreachable if status >= 500 else InjectorError)(told)
