"""Every measure and its row of the scorecard, in the order shown. A new measure is a function and a row here."""

from collections.abc import Callable
from dataclasses import dataclass

from scoring.facts import Facts
from scoring.measures.alert_detection import alert_detection
from scoring.measures.alert_names_impact import alert_names_impact
from scoring.measures.faults_left import faults_left
from scoring.measures.first_symptom import first_symptom
from scoring.measures.people import containment, noticed, relapse, runbook_steps, shared_picture, updates
from scoring.measures.recovery import recovery
from scoring.measures.stop_latency import stop_latency
from scoring.measures.time_to_clear import time_to_clear
from scoring.measures.unharmed import unharmed
from scoring.result import Limit, Result
from scoring.rubric import Rubric


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of every scorecard."""

    name: str
    label: str
    find: Callable[[Facts, Rubric], Result]
    limit: Callable[[Rubric], Limit | None] = lambda _: None
    per_fault: bool = False
    """Also a row for each fault, when there are several."""
    only_judged: bool = False
    """Shown only when the scenario asks for it."""


def _within(name: str) -> Callable[[Rubric], Limit | None]:
    def limit(rubric: Rubric) -> Limit | None:
        wanted = getattr(rubric, name)
        return None if wanted is None else Limit(wanted.within)

    return limit


MEASURES: tuple[Measure, ...] = (
    Measure("first_symptom", "first symptom", first_symptom),
    Measure("alert_detection", "alert detection", alert_detection, _within("alert")),
    Measure(
        "alert_names_impact",
        "alert names the impact",
        alert_names_impact,
        lambda rubric: Limit(1.0, "yes", at_most=False) if rubric.alert and rubric.alert.says else None,
        only_judged=True,
    ),
    Measure("noticed", "noticed by a person", noticed, _within("noticed"), only_judged=True),
    Measure("shared_picture", "shared picture", shared_picture, _within("shared_picture"), only_judged=True),
    Measure("containment", "containment", containment, _within("containment"), only_judged=True),
    Measure("time_to_clear", "time to clear", time_to_clear, per_fault=True),
    Measure("recovery", "recovery", recovery, _within("recovery")),
    Measure(
        "relapse",
        "alert fires again on a relapse",
        relapse,
        lambda rubric: Limit(1.0, "yes", at_most=False) if rubric.relapse else None,
        only_judged=True,
    ),
    Measure(
        "unharmed",
        "unharmed",
        unharmed,
        lambda rubric: Limit(1.0, "share", at_most=False) if rubric.unharmed else None,
        only_judged=True,
    ),
    Measure(
        "updates",
        "updates on time",
        updates,
        lambda rubric: Limit(rubric.updates.every) if rubric.updates else None,
        only_judged=True,
    ),
    Measure(
        "runbook_steps",
        "runbook steps that worked",
        runbook_steps,
        lambda rubric: Limit(rubric.runbook_steps.worked, "share", at_most=False) if rubric.runbook_steps else None,
        only_judged=True,
    ),
    Measure("stop_latency", "stop latency", stop_latency),
    Measure("faults_left", "faults left", faults_left, lambda _: Limit(0.0, "count")),
)
