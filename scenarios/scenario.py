"""The model of a scenario: WHAT will be done and what good looks like. It knows no injector, no clock, no network."""

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, StrictBool, StrictInt

from scenarios.limits import LIMITS
from scenarios.origin import Origin
from scenarios.problems import Path, Problem, Severity
from scenarios.references import in_scenario
from scenarios.values import (
    VARIABLE,
    Duration,
    Every,
    Id,
    Json,
    Keys,
    Line,
    Lines,
    Moment,
    Names,
    Select,
    Selection,
    Share,
    Span,
    Text,
    TimeLimit,
    Timeout,
    When,
)

Variable = Annotated[str, Field(pattern=f"^{VARIABLE}$", max_length=LIMITS.id_chars)]
Setting = Annotated[str, Field(max_length=LIMITS.text_chars)] | StrictBool | StrictInt | float | None
Settings = Annotated[Mapping[Variable, Setting], Field(max_length=LIMITS.variables)]
Labels = Annotated[Mapping[Line, Line], Field(max_length=LIMITS.labels)]
Kind = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=LIMITS.id_chars)]
Mark = Literal["observation", "guess", "decision", "action", "update", "handoff"]
Picture = Literal["impact", "hypothesis", "unsafe_actions", "next_decision"]


class Briefing(Keys):
    """All that responders get from the file, beside messages that were sent."""

    title: Line | None = None
    text: Annotated[str, Field(max_length=LIMITS.text_chars)] = ""


class UnsafeAction(Keys):
    """What would make it worse, what notices that somebody did it, and until when it is unsafe."""

    text: Text
    probe: Id | None = None
    until: Text | None = None


def _told(value: Json) -> Json:
    return {"text": value} if isinstance(value, str) else value


Unsafe = Annotated[UnsafeAction, BeforeValidator(_told, json_schema_input_type=str | UnsafeAction)]


class Answer(Keys):
    """The key: what is really wrong. Facilitators' eyes only."""

    journey: Text | None = None
    state: Literal["down", "degraded", "slow"] | None = None
    data_risk: Annotated[
        tuple[Literal["stale-reads", "lost-writes", "duplicates", "delayed"], ...], Field(max_length=4)
    ] = ()
    harmed: Names = ()
    safe: Names = ()
    cause: Lines = ()
    unsafe_actions: Annotated[tuple[Unsafe, ...], Field(max_length=LIMITS.names)] = ()
    next_decision: Text | None = None
    runbook: Id | None = None


class ProbeUse(Keys):
    """A probe by name: which kind, on what, and what good is."""

    probe: Kind
    target: Id | None = None
    with_: Mapping[str, Json] = Field(default_factory=dict, alias="with")
    good: Mapping[str, Json] = Field(default_factory=dict)
    every: Every | None = None
    timeout: Timeout | None = None
    for_: Duration = Field(0.0, alias="for")
    writes: StrictBool = False
    cohort: Id | None = None


class FaultUse(Keys):
    """A fault by name: which kind, on what, when, and for how long."""

    inject: Kind
    target: Id | None = None
    with_: Mapping[str, Json] = Field(default_factory=dict, alias="with")
    select: Selection = Select(count=1)
    when: Moment = When(0.0, None, "start")
    duration: Span | None = None
    tries: Annotated[Mapping[Id, Line], Field(max_length=LIMITS.names)] = Field(default_factory=dict)
    """Dependency -> the mode it is in while this fault is on: which promises of gameday.yaml the drill tries."""


class Tabletop(Keys):
    """A situation and questions, in place of a fault."""

    situation: Text
    ask: Annotated[tuple[Text, ...], Field(min_length=1, max_length=LIMITS.questions)]
    within: Span


class Reply(Keys):
    """What a message should bring about, by when, and what is sent otherwise."""

    kind: Mark
    within: Span
    otherwise: Text | None = None


class Message(Keys):
    """What is sent into the room."""

    when: Moment
    text: Text
    from_: Line = Field("facilitator", alias="from")
    to: Names = ()
    """Roles; empty: the whole room."""
    reply: Reply | None = None
    gives_away: Annotated[tuple[Picture, ...], Field(max_length=4)] = ()


class AlertLimit(Keys):
    """The team's own alert: its name and labels, by when, the words its text must affirm, and what it must lead to."""

    name: Line
    within: Span
    labels: Labels = Field(default_factory=dict)
    says: Lines = ()
    names: Annotated[tuple[Literal["owner", "runbook"], ...], Field(max_length=2)] = ()


class Within(Keys):
    """By when."""

    within: Span


class Containment(Within):
    """By when the harm must stop getting worse, and the probe that shows it."""

    harm: Id | None = None


class Recovery(Within):
    """By when all is good again, what must not have happened, and for how long it must hold."""

    criteria: Names = ()
    """Probes; empty: the steady state."""
    negative_checks: Names = ()
    watch: Duration = 0.0


class Unharmed(Keys):
    """What must stay good during the whole fault."""

    probes: Annotated[Names, Field(min_length=1)]


class Updates(Keys):
    """How often the room must say where it stands."""

    every: Span


class RunbookSteps(Keys):
    """The share of the runbook's steps that must work."""

    worked: Share


class Relapse(Keys):
    """The same fault again, after recovery."""

    after: Duration
    duration: Span


class Expect(Keys):
    """The measures that are judged, with their limits; what is not listed is measured and shown only."""

    alert: AlertLimit | None = None
    noticed: Within | None = None
    shared_picture: Within | None = None
    containment: Containment | None = None
    recovery: Recovery | None = None
    unharmed: Unharmed | None = None
    updates: Updates | None = None
    runbook_steps: RunbookSteps | None = None
    relapse: Relapse | None = None


class ForResponders(Keys):
    """The other of the two objects: what responders may see. Nothing else of the file is in it."""

    title: str
    text: str


class Written(Keys):
    """A model that was read from a file and knows where each value stands."""

    _origin: Origin = PrivateAttr()
    _path: FilePath = PrivateAttr()
    _text: str = PrivateAttr(default="")

    @classmethod
    @abstractmethod
    def references(cls, data: Mapping[str, Any], origin: Origin) -> list[Problem]:
        """What is wrong with the names in the file, whether or not the rest of it is valid."""

    @property
    def path(self) -> FilePath:
        """The file it was read from."""
        return self._path

    @property
    def text(self) -> str:
        """The SHA-256 (hex) of the file's bytes."""
        return self._text

    def where(self, path: Path) -> tuple[str, int, int]:
        """File, line and column (from 1) of the value at `path`, or of the nearest thing around it."""
        return self._origin.where(path)

    def written(self, path: Path) -> bool:
        """Is this in the file, or only a default?"""
        return self._origin.has(path)

    def names(self, path: Path) -> tuple[str, ...]:
        """The keys of the map at `path` as the file has them, valid or not."""
        return self._origin.names(path)

    def problem(self, path: Path, message: str, severity: Severity = "error", *, at_key: bool = False) -> Problem:
        """A problem at the place of `path`."""
        return self._origin.problem(path, message, severity, at_key=at_key)

    def came_from(self, origin: Origin, path: FilePath, text: str) -> None:
        """Keep where it was read from; called once, by the loader."""
        self._origin, self._path, self._text = origin, path, text


class Scenario(Written):
    """The facilitators' object: all of a drill's file."""

    id: Id = Field(alias="scenario")
    title: Line = Field(repr=False)
    service: Id
    level: Annotated[StrictInt, Field(ge=1, le=3)] = 1
    environment: Id | None = None
    briefing: Briefing = Field(default_factory=Briefing)
    answer: Answer | None = Field(None, repr=False)
    vars: Settings = Field(default_factory=dict)
    probes: Annotated[Mapping[Id, ProbeUse], Field(max_length=LIMITS.probes)] = Field(default_factory=dict, repr=False)
    steady_state: Names = ()
    stop_unless: Names = ()
    faults: Annotated[Mapping[Id, FaultUse], Field(max_length=LIMITS.faults)] = Field(default_factory=dict, repr=False)
    tabletop: Tabletop | None = Field(None, repr=False)
    messages: Annotated[Mapping[Id, Message], Field(max_length=LIMITS.messages)] = Field(
        default_factory=dict, repr=False
    )
    expect: Expect = Field(default_factory=Expect, repr=False)
    time_limit: TimeLimit | None = None

    @classmethod
    def references(cls, data: Mapping[str, Any], origin: Origin) -> list[Problem]:
        """What is wrong with the names in the file."""
        return in_scenario(data, origin)

    def for_responders(self) -> ForResponders:
        """The responders' object: the briefing, and not a word more."""
        return ForResponders(title=self.briefing.title or f"Drill on {self.service}", text=self.briefing.text)


def plain(answer: Answer | None) -> dict[str, Any]:
    """The key as plain JSON, without what was left out; a list that is written as empty is kept."""
    return answer.model_dump(mode="json", exclude_none=True, exclude_unset=True) if answer else {}
