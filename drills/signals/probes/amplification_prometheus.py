"""`prometheus.amplification`: calls at a dependency for each user request, from two counters that Prometheus keeps."""

from functools import partial

from pydantic import BaseModel, Field

from drills.signals.amplification import Amplification, Over
from drills.signals.contract import ProbeKind, Unanswered
from drills.signals.dial import Deadline
from drills.signals.good import Compared
from drills.signals.probes import prometheus_query
from drills.signals.site import Site


class Parameters(Over):
    """Which counters; Prometheus knows no more than it scraped last."""

    calls: str = Field(min_length=1, max_length=10_000, description="PromQL: calls until now, as the dependency counts")
    requests: str = Field(min_length=1, max_length=10_000, description="PromQL: user requests until now")


def counters(site: Site, asked: Parameters, timeout: float) -> tuple[float, float]:
    """Both counts, one after the other. Raises `Unanswered`."""
    deadline = Deadline(timeout)
    found = []
    for query in (asked.calls, asked.requests):
        probe = prometheus_query.PrometheusQuery(site, prometheus_query.Parameters(query=query), Compared(at_least=0.0))
        try:
            found.append(float(probe.read(deadline.left()).value))
        except TimeoutError:
            raise Unanswered(f"Prometheus: no second answer within {timeout:g} s") from None
    return found[0], found[1]


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> Amplification:
    site, asked = Site.model_validate(settings), Parameters.model_validate(parameters)
    return Amplification(partial(counters, site, asked), asked.over, Compared.model_validate(good))


KIND = ProbeKind(
    name="prometheus.amplification",
    summary="Counts the calls at a dependency for each user request, by two counters of Prometheus.",
    target="prometheus",
    settings=Site,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example=(
        "{probe: prometheus.amplification, "
        'with: {calls: "sum(payments_calls_total)", requests: "sum(checkout_requests_total)", over: 30s}, '
        "good: {below: 2}}"
    ),
)
