"""`http`: one request as a user would make it: status, time, body, JSON. Follows no redirect and retries nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from drills.signals import site_checkup, subset
from drills.signals.contract import Json, Judgement, ProbeKind, Reading, Unanswered
from drills.signals.dial import NoAnswer
from drills.signals.evidence import without
from drills.signals.good import Core, judge
from drills.signals.site import Headers, Path, Site
from injectors.values import Keys, Seconds

BODY_LIMIT = 64 * 1024
"""Bytes of a body that is sent."""
Status = Annotated[int, Field(strict=True, ge=100, le=599)]


class Parameters(Keys):
    """What is asked."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    path: Path = Field(default="/", description="appended to the target's url, with its query")
    headers: Headers = Field(default_factory=dict, description="text, or a secret as {env: NAME}")
    body: str | dict[str, Any] | list[Any] | None = Field(
        default=None, description="text; a map or list is sent as JSON"
    )
    value: str | None = Field(
        default=None, max_length=500, description="where in the JSON answer the value is, such as orders.0.waiting"
    )

    @model_validator(mode="after")
    def _body_fits(self) -> Self:
        if self.body is not None and self.method in {"GET", "HEAD"}:
            raise ValueError(f"{self.method} sends no body: write method: POST")
        if len(_sent(self.body)) > BODY_LIMIT:
            raise ValueError(f"the body is longer than {BODY_LIMIT} bytes")
        return self


class Good(Core):
    """Every part that is given must hold; a status of 400 or more is bad unless `status` says otherwise."""

    status: Status | Annotated[list[Status], Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="one status or a list; default: any below 400"
    )
    within: Seconds | None = Field(default=None, description="the whole answer is here by then")
    contains: str | None = Field(default=None, min_length=1, max_length=4096, description="text in the body")
    json_: Any = Field(default=None, alias="json", description="the body is JSON and holds at least this")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, made again and again."""

    site: Site
    asked: Parameters
    good: Good

    def read(self, timeout: float) -> Reading:
        """What the server answered or did instead. Raises `Unanswered` when it could not be asked from here."""
        from drills.signals import web  # noqa: PLC0415 - httpcore takes 70 ms to load, and planning needs none of it

        body = _sent(self.asked.body)
        headers = dict(self.asked.headers)
        if body and not isinstance(self.asked.body, str):
            headers.setdefault("content-type", "application/json")
        request = web.Request(self.asked.method, self.asked.path, headers, body)
        try:
            answer = web.ask(self.site, request, timeout)
        except NoAnswer as failure:
            return Reading(fields={"failure": str(failure)})
        fields: dict[str, Json] = {"status": answer.status, "seconds": answer.seconds, "bytes": answer.length}
        if self.good.contains is not None:
            here = self.good.contains.encode() in answer.body
            fields["contains"] = None if answer.cut and not here else here
        value: Json = answer.status
        if self.asked.value is not None or self.good.json_ is not None:
            value = self._look_into(answer.body, fields, whole=not answer.cut)
        if "text" in fields:
            fields["text"] = without(fields["text"].encode(errors="replace"), answer.secrets).decode(errors="replace")
        return Reading(value, fields, answer.evidence, answer.media_type)

    def _look_into(self, body: bytes, fields: dict[str, Json], *, whole: bool) -> Json:
        """Note where the JSON differs (null: it is cut, so nobody knows); return the value asked for, no text."""
        fields["json"] = None
        if not whole:
            return None
        try:
            found = subset.parse(body)
        except ValueError:
            fields["json"] = "the body is no JSON"
            return None
        fields["json"] = "" if self.good.json_ is None else subset.difference(self.good.json_, found) or ""
        if self.asked.value is None:
            return fields["status"]
        value = subset.pick(found, self.asked.value)
        if isinstance(value, str):
            fields["text"] = value
        return value if isinstance(value, bool | int | float) else None

    def judge(self, reading: Reading) -> Judgement:
        """Judge failure, status, time, body, JSON and value in this order; the first bad one is the reason."""
        fields = reading.fields
        if failure := fields.get("failure"):
            return Judgement(good=False, why=failure)
        said = f"status {fields['status']} in {fields['seconds']:.3f} s"
        if bad := self._bad(fields):
            return Judgement(good=False, why=bad)
        if self.good.compares:
            what = self.asked.value or "status"
            compared = judge(self.good, what, reading.value, text=fields.get("text"))
            return Judgement(compared.good, f"{said}, {compared.why}" if self.asked.value else compared.why)
        return Judgement(good=True, why=said)

    def _bad(self, fields: Mapping[str, Json]) -> str | None:
        status, seconds = fields["status"], fields["seconds"]
        if not self._allows(status):
            return f"status {status}, wanted {self._wanted()}"
        if self.good.within is not None and seconds > self.good.within:
            return f"status {status} in {seconds:.3f} s, wanted within {self.good.within:g} s"
        if "contains" in fields and fields["contains"] is False:
            return f"status {status}, the body does not contain {self.good.contains!r}"
        if fields.get("json"):
            return f"status {status}, {fields['json']}"
        if unknown := [each for each in ("contains", "json") if each in fields and fields[each] is None]:
            raise Unanswered(f"the body is too long to judge its {unknown[0]!r}: {fields['bytes']} bytes")
        return None

    def _allows(self, status: int) -> bool:
        wanted = self.good.status
        if wanted is None:
            return status < 400
        return status in wanted if isinstance(wanted, list) else status == wanted

    def _wanted(self) -> str:
        wanted = self.good.status
        if wanted is None:
            return "below 400"
        return " or ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)


def _sent(body: str | dict[str, Any] | list[Any] | None) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else json.dumps(body, allow_nan=False).encode()


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> HttpRequest:
    return HttpRequest(Site.model_validate(settings), Parameters.model_validate(parameters), Good.model_validate(good))


KIND = ProbeKind(
    name="http",
    summary="Makes one HTTP request as a user would, and looks at status, time, body and JSON.",
    target="http",
    settings=Site,
    parameters=Parameters,
    good=Good,
    make=_make,
    example="{probe: http, with: {method: POST, path: /pay}, good: {status: 200, within: 300ms, json: {paid: true}}}",
    checkup=site_checkup,
)
