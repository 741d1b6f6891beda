"""`amplification`: calls at a dependency for each user request, as two proxies of one `gameday proxy` counted them."""

from functools import partial

from pydantic import BaseModel, Field

from drills.signals import subset
from drills.signals.amplification import Amplification, Over
from drills.signals.contract import ProbeKind, Unanswered
from drills.signals.dial import NoAnswer
from drills.signals.good import Compared
from drills.signals.site import Site
from injectors.http_proxy.server import Settings


class Parameters(Over):
    """Which proxies."""

    calls: str = Field(min_length=1, max_length=200, description="the proxy before the dependency")
    requests: str = Field(min_length=1, max_length=200, description="the proxy before the product, where users come in")


def counters(url: str, asked: Parameters, timeout: float) -> tuple[float, float]:
    """Both counts, from one answer. Raises `Unanswered`."""
    from drills.signals import web  # noqa: PLC0415 - httpcore takes 70 ms to load, and planning needs none of it

    try:
        answer = web.ask(Site(url=url), web.Request(path="/proxies"), timeout)
        held = subset.parse(answer.body)
        return _count(held, asked.calls), _count(held, asked.requests)
    except NoAnswer as silence:
        raise Unanswered(f"the proxy's API: {silence}") from None
    except (ValueError, TypeError, KeyError):
        raise Unanswered(f"{url} answers, but not as `gameday proxy` does: check the url of the target") from None


def _count(held: object, name: str) -> float:
    if not isinstance(held, dict):
        raise TypeError
    if name not in held:
        raise Unanswered(f"there is no proxy {name}; there are {', '.join(sorted(held)[:20]) or 'none'}")
    return float(held[name]["counted"]["requests"])


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> Amplification:
    url, asked = Settings.model_validate(settings).url, Parameters.model_validate(parameters)
    return Amplification(partial(counters, url, asked), asked.over, Compared.model_validate(good))


KIND = ProbeKind(
    name="amplification",
    summary="Counts the calls at a dependency for each user request, by two proxies of `gameday proxy`.",
    target="http_proxy",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: amplification, with: {calls: payments, requests: checkout}, good: {below: 2}}",
)
