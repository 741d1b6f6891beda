"""Every measure and its row of the scorecard, in the order shown. A new measure is a function and a row here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from scoring.facts import Facts
from scoring.key import unsafe_actions
from scoring.measures.alert_detection import alert_detection
from scoring.measures.alert_leads_on import alert_names_owner, alert_names_runbook
from scoring.measures.alert_names_impact import alert_names_impact
from scoring.measures.alerts import alerts
from scoring.measures.blast_radius import blast_radius
from scoring.measures.cohorts import cohort_precision, cohort_recall
from scoring.measures.containment import containment
from scoring.measures.declaration import declaration
from scoring.measures.early_declaration import early_declaration
from scoring.measures.faults_left import faults_left
from scoring.measures.first_symptom import first_symptom
from scoring.measures.green_checks import green_checks
from scoring.measures.guesses import guesses, right_guess
from scoring.measures.handoffs import handoffs
from scoring.measures.mitigation import mitigation
from scoring.measures.noticed import noticed
from scoring.measures.phases import phases
from scoring.measures.picture_right import picture_right
from scoring.measures.promise import promise
from scoring.measures.questions import questions
from scoring.measures.questions_decided import questions_decided
from scoring.measures.recovery import recovery
from scoring.measures.relapse import relapse
from scoring.measures.roles import roles
from scoring.measures.runbook_steps import runbook_steps
from scoring.measures.shared_picture import shared_picture
from scoring.measures.stop_latency import stop_latency
from scoring.measures.time_to_clear import time_to_clear
from scoring.measures.unharmed import unharmed
from scoring.measures.unsafe_action import unsafe_action
from scoring.measures.updates import updates
from scoring.result import Limit, Result
from scoring.rubric import Rubric

Shown = Literal["always", "judged", "people", "asked", "present"]
"""`judged`: when the scenario asks for it; `people`: also when responders took part; `asked`: when the scenario asks it
of them; `present`: only when they took part."""
YES = Limit(1.0, "yes", at_most=False)
NONE = Limit(0.0, "count")
KEPT = Limit(1.0, "kept", at_most=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of every scorecard."""

    name: str
    label: str
    find: Callable[[Facts, Rubric], Result]
    limit: Callable[[Rubric], Limit | None] = lambda _: None
    per_fault: bool = False
    """Also a row for each fault, when there are several."""
    shown: Shown = "always"
    both_lives: bool = False
    """It looks at the relapse too, which for all others is another story."""
    without_effect: bool = False
    """It can be found when no fault took effect."""
    each: Callable[[Rubric], Iterable[tuple[str, Rubric]]] | None = None
    """(what a row is about, the rubric with that alone): a row for each in place of one; None: one row."""

    @property
    def of_people(self) -> bool:
        """Is it about what responders entered?"""
        return self.shown in ("people", "asked", "present")


def _within(name: str) -> Callable[[Rubric], Limit | None]:
    def limit(rubric: Rubric) -> Limit | None:
        wanted = getattr(rubric, name)
        return None if wanted is None else Limit(wanted.within)

    return limit


def _alert_says(rubric: Rubric) -> Limit | None:
    return YES if rubric.alert and rubric.alert.says else None


def _alert_names(what: str) -> Callable[[Rubric], Limit | None]:
    return lambda rubric: YES if rubric.alert and what in rubric.alert.names else None


def _picture_right(rubric: Rubric) -> Limit | None:
    return YES if rubric.shared_picture and rubric.answer else None


def _unsafe(rubric: Rubric) -> Limit | None:
    """Judged where the key names a probe that notices it: without one, nobody marking an action would be no verdict."""
    return NONE if any(each.get("probe") for each in unsafe_actions(rubric.answer)) else None


def _steps(rubric: Rubric) -> Limit | None:
    return Limit(rubric.runbook_steps.worked, "share", at_most=False) if rubric.runbook_steps else None


def _promises(rubric: Rubric) -> Iterable[tuple[str, Rubric]]:
    return [(each.cell, replace(rubric, promises=(each,))) for each in rubric.promises]


def _decided(rubric: Rubric) -> Limit | None:
    return Limit(1.0, "share", at_most=False) if rubric.tabletop else None


MEASURES: tuple[Measure, ...] = (
    Measure("first_symptom", "first symptom", first_symptom),
    Measure("alert_detection", "alert detection", alert_detection, _within("alert")),
    Measure("alert_names_impact", "alert names the impact", alert_names_impact, _alert_says, shown="judged"),
    Measure("alert_names_owner", "alert names the owner", alert_names_owner, _alert_names("owner"), shown="judged"),
    Measure(
        "alert_names_runbook", "alert names the runbook", alert_names_runbook, _alert_names("runbook"), shown="judged"
    ),
    Measure("alerts", "alerts amiss", alerts),
    Measure("green_checks", "green health checks", green_checks),
    Measure("blast_radius", "harm as the key says", blast_radius),
    Measure("noticed", "noticed by a person", noticed, _within("noticed"), shown="people"),
    Measure("declaration", "incident declared", declaration, shown="people"),
    Measure("roles", "roles filled", roles, shown="people"),
    Measure("shared_picture", "shared picture", shared_picture, _within("shared_picture"), shown="people"),
    Measure("picture_right", "picture right", picture_right, _picture_right, shown="present"),
    Measure("cohort_precision", "cohorts named rightly", cohort_precision, shown="people"),
    Measure("cohort_recall", "harmed cohorts named", cohort_recall, shown="people"),
    Measure("guesses", "guesses", guesses, shown="people"),
    Measure("right_guess", "right guess", right_guess, shown="people"),
    Measure("questions", "questions answered", questions, shown="people"),
    Measure("questions_decided", "questions decided", questions_decided, _decided, shown="asked"),
    Measure("containment", "containment", containment, _within("containment"), shown="people"),
    Measure("mitigation", "mitigation", mitigation, shown="people"),
    Measure("unsafe_action", "unsafe actions taken", unsafe_action, _unsafe, shown="present"),
    Measure("phases", "time in work phases", phases, shown="people"),
    Measure("time_to_clear", "time to clear", time_to_clear, per_fault=True),
    Measure("recovery", "recovery", recovery, _within("recovery")),
    Measure("early_declaration", "declared too early", early_declaration, shown="people"),
    Measure(
        "relapse",
        "alert on a relapse",
        relapse,
        lambda rubric: YES if rubric.relapse else None,
        shown="judged",
        both_lives=True,
    ),
    Measure(
        "unharmed",
        "unharmed",
        unharmed,
        lambda rubric: Limit(1.0, "share", at_most=False) if rubric.unharmed else None,
        shown="judged",
    ),
    Measure(
        "promise",
        "promise",
        promise,
        lambda rubric: KEPT if rubric.promises else None,
        shown="judged",
        without_effect=True,
        each=_promises,
    ),
    Measure(
        "updates",
        "updates on time",
        updates,
        lambda rubric: Limit(rubric.updates.every) if rubric.updates else None,
        shown="people",
    ),
    Measure("handoffs", "handoffs complete", handoffs, shown="people"),
    Measure("runbook_steps", "runbook steps worked", runbook_steps, _steps, shown="people"),
    Measure("stop_latency", "stop latency", stop_latency, both_lives=True, without_effect=True),
    Measure("faults_left", "faults left", faults_left, lambda _: NONE, both_lives=True, without_effect=True),
)
