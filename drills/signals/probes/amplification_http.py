"""`http.amplification`: calls at a dependency for each user request, from two numbers in JSON answers of one server."""

from functools import partial

from pydantic import BaseModel, Field

from drills.signals import subset
from drills.signals.amplification import Amplification, Over
from drills.signals.contract import ProbeKind, Unanswered
from drills.signals.dial import Deadline, NoAnswer
from drills.signals.good import Compared, is_number
from drills.signals.site import Path, Site
from injectors.values import Keys


class Counter(Keys):
    """Where a counter is."""

    path: Path = Field(description="appended to the target's url")
    value: str = Field(min_length=1, max_length=500, description="where in the JSON it is, such as payments.calls")


class Parameters(Over):
    """Which counters."""

    calls: Counter = Field(description="calls until now, as the dependency or its client counts")
    requests: Counter = Field(description="user requests until now")


def counters(site: Site, asked: Parameters, timeout: float) -> tuple[float, float]:
    """Both counts, one after the other. Raises `Unanswered`."""
    deadline = Deadline(timeout)
    return _count(site, asked.calls, deadline), _count(site, asked.requests, deadline)


def _count(site: Site, counter: Counter, deadline: Deadline) -> float:
    from drills.signals import web  # noqa: PLC0415 - httpcore takes 70 ms to load, and planning needs none of it

    try:
        answer = web.ask(site, web.Request(path=counter.path), deadline.left())
        found = subset.pick(subset.parse(answer.body), counter.value) if answer.status < 400 else None
    except NoAnswer as silence:
        raise Unanswered(f"{counter.path}: {silence}") from None
    except TimeoutError:
        raise Unanswered(f"{counter.path}: no answer within {deadline.seconds:g} s") from None
    except ValueError:
        found = None
    if found is None or not is_number(found):
        raise Unanswered(f"{counter.path} has no number at {counter.value}")
    return float(found)


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> Amplification:
    site, asked = Site.model_validate(settings), Parameters.model_validate(parameters)
    return Amplification(partial(counters, site, asked), asked.over, Compared.model_validate(good))


KIND = ProbeKind(
    name="http.amplification",
    summary="Counts the calls at a dependency for each user request, by two numbers that a server tells.",
    target="http",
    settings=Site,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example=(
        "{probe: http.amplification, with: {calls: {path: /stats, value: payments.calls}, "
        "requests: {path: /stats, value: requests}}, good: {below: 2}}"
    ),
)
