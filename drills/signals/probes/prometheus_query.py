"""`prometheus.query`: the one value of an instant query. A Prometheus that does not answer says nothing."""

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from drills.signals import site_checkup, subset
from drills.signals.contract import Judgement, ProbeKind, Reading, Unanswered
from drills.signals.dial import NoAnswer
from drills.signals.evidence import without
from drills.signals.good import Amount, Compared, judge
from drills.signals.site import Site
from injectors.values import Keys


class Parameters(Keys):
    """What is asked."""

    query: str = Field(min_length=1, max_length=10_000, description="PromQL with one value, such as sum(up)")
    default: Amount | None = Field(default=None, description="the value when the result is empty; default: unanswered")


@dataclass(frozen=True, slots=True)
class PrometheusQuery:
    """One instant query."""

    site: Site
    asked: Parameters
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Ask for the value. Raises `Unanswered`: no answer, an error, no value, several, or no finite one."""
        from drills.signals import web  # noqa: PLC0415 - httpcore takes 70 ms to load, and planning needs none of it

        body = urlencode({"query": self.asked.query, "timeout": f"{max(1, math.ceil(timeout))}s"}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            answer = web.ask(self.site, web.Request("POST", "/api/v1/query", headers, body), timeout)
        except NoAnswer as silence:
            raise Unanswered(f"Prometheus: {silence}") from None
        held = _held(answer.status, answer.body, answer.secrets)
        value = _value(held.get("data"))
        fields: dict[str, Any] = {"empty": value is None}
        if value is None:
            value = self.asked.default
        if value is None:
            raise Unanswered("Prometheus: the query's result is empty; write `default: 0` if that means a number")
        if not math.isfinite(value):
            raise Unanswered(f"Prometheus: the query's value is {value}: no number to compare (a division by zero?)")
        return Reading(value, fields, answer.evidence, answer.media_type)

    def judge(self, reading: Reading) -> Judgement:
        """Judge the value."""
        return judge(self.good, "value", reading.value)


def _held(status: int, body: bytes, secrets: tuple[str, ...]) -> dict[str, Any]:
    try:
        held = subset.parse(body)
    except ValueError:
        raise Unanswered(f"Prometheus: status {status}, and no JSON: is the target's url right?") from None
    if not isinstance(held, dict) or held.get("status") not in {"success", "error"}:
        raise Unanswered(f"Prometheus: status {status}, and no answer of its API: is the target's url right?")
    if held["status"] == "error":
        told = f"{held.get('errorType')}: {held.get('error')}".encode(errors="replace")
        raise Unanswered(f"Prometheus: {without(told, secrets).decode(errors='replace')[:400]}")
    return held


def _value(found: Any) -> float | None:
    """The one value; None when there is none. Raises `Unanswered` for anything else."""
    try:
        kind, result = found["resultType"], found["result"]
        if kind == "scalar":
            return float(result[1])
        if kind == "vector":
            if len(result) > 1:
                raise Unanswered(f"Prometheus: the query has {len(result)} values, not one: wrap it in sum() or max()")
            return float(result[0]["value"][1]) if result else None
    except (TypeError, KeyError, IndexError, ValueError):
        raise Unanswered("Prometheus: the answer has an unknown shape") from None
    raise Unanswered(f"Prometheus: the query's result is a {kind}, not one value: ask for a scalar or a vector")


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> PrometheusQuery:
    return PrometheusQuery(
        Site.model_validate(settings), Parameters.model_validate(parameters), Compared.model_validate(good)
    )


KIND = ProbeKind(
    name="prometheus.query",
    summary="Asks Prometheus for the one value of an instant query.",
    target="prometheus",
    settings=Site,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example='{probe: prometheus.query, with: {query: "sum(up)"}, good: {at_least: 3}}',
    checkup=site_checkup.At("/-/ready"),
)
