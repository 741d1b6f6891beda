"""The model of gameday.yaml: environments and targets, services, teams, caps, freezes, schedules. It opens nothing."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from scenarios.limits import LIMITS
from scenarios.origin import Origin
from scenarios.problems import Problem
from scenarios.references import in_workspace
from scenarios.scenario import Kind, ProbeUse, Settings, Written
from scenarios.times import Cron, Freeze, Window, Zone
from scenarios.values import Every, Id, Json, Keys, Line, Lines, Names, Share, Span, Text, Timeout

Count = Annotated[StrictInt, Field(ge=1, le=LIMITS.subjects)]


class Secret(Keys):
    """A secret by reference; what it is, is read where it is used and kept nowhere."""

    env: Line | None = None
    file: Line | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("write exactly one of {env: NAME} and {file: PATH}")
        return self


class Target(Keys):
    """Something that may be looked at or hurt: the only place for its address and its secrets."""

    kind: Kind
    with_: Mapping[str, Json] = Field(default_factory=dict, alias="with", repr=False)
    consent: Lines = ()
    """What may be hurt there, in addition to the label on the target itself."""


class Environment(Keys):
    """Listed means: may be drilled."""

    targets: Annotated[Mapping[Id, Target], Field(max_length=LIMITS.targets)] = Field(default_factory=dict)


class Service(Keys):
    """Who owns it, what it needs, whom it serves."""

    owner: Id | None = None
    depends_on: Names = ()
    cohorts: Names = ()


class Contract(Keys):
    """What the product does when a dependency fails in this way, and the probe whose good side is just that."""

    then: Literal["degrade", "stop", "review"]
    probe: Id | None = None


class Team(Keys):
    """Who is told."""

    members: Lines = ()
    notify: Annotated[tuple[Secret, ...], Field(max_length=LIMITS.names)] = ()


class ProbeDefaults(Keys):
    """How often a probe looks, and how long it waits, unless it says otherwise."""

    every: Every = 5.0
    timeout: Timeout = 3.0


class RoomDefaults(Keys):
    """The share of those present who must agree."""

    quorum: Share = 0.8


class Defaults(Keys):
    """What holds where a scenario says nothing."""

    probe: ProbeDefaults = Field(default_factory=ProbeDefaults)
    room: RoomDefaults = Field(default_factory=RoomDefaults)


class Caps(Keys):
    """The blast radius nobody may go beyond."""

    faults_at_once: Count = 2
    targets_per_fault: Count = 5
    share_of_pool: Share = 0.5
    duration: Span = 1800.0
    drills_per_service: Annotated[StrictInt, Field(ge=1, le=LIMITS.drills)] = 1


class Schedule(Keys):
    """Which drills come round, and when."""

    scenario: Id | None = None
    scenarios: Names = ()
    pick: Literal["least-recent"] | None = None
    cron: Cron | None = None
    window: Window | None = None
    announced: StrictBool = True
    confirm_within: Span | None = None
    environment: Id | None = None
    set: Settings = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.scenario is None) == (not self.scenarios):
            raise ValueError("write either `scenario: ID` or `scenarios: [ID, ID]`")
        if bool(self.scenarios) != (self.pick is not None):
            raise ValueError("`scenarios` and `pick: least-recent` belong together")
        if (self.cron is None) == (self.window is None):
            raise ValueError('write either `cron: "0 10 * * Tue"` or `window: Tue-Thu 10:00-15:00`')
        return self


class RunbookCheck(Keys):
    """What `gameday runbook check` asks of the runbooks here."""

    rules: Annotated[Mapping[Id, Literal["error", "warning", "notice", "off"]], Field(max_length=LIMITS.names)] = Field(
        default_factory=dict
    )
    """How bad a broken rule is; what is not named here is as bad as the rule says."""
    retired: Lines = ()
    """Beginnings of addresses that lead to nothing any more, such as a dashboard's old folder."""
    alert_rules: Lines = ()
    """Files of Prometheus rules, from this folder on; `*` stands for any name."""


class Workspace(Written):
    """All of gameday.yaml."""

    format: Literal[1]
    zone: Zone
    scenarios: Lines = ("scenarios",)
    runbooks: Lines = ("runbooks",)
    store: Secret | Text | None = Field(None, union_mode="left_to_right")
    """A database address, by reference when it holds a password; None: `.gameday/store.db`."""
    default_environment: Id | None = None
    environments: Annotated[Mapping[Id, Environment], Field(min_length=1, max_length=LIMITS.environments)]
    services: Annotated[Mapping[Id, Service], Field(max_length=LIMITS.services)] = Field(default_factory=dict)
    dependencies: Annotated[Mapping[Id, Mapping[Line, Contract]], Field(max_length=LIMITS.dependencies)] = Field(
        default_factory=dict
    )
    teams: Annotated[Mapping[Id, Team], Field(max_length=LIMITS.teams)] = Field(default_factory=dict)
    probes: Annotated[Mapping[Id, ProbeUse], Field(max_length=LIMITS.probes)] = Field(default_factory=dict)
    defaults: Defaults = Field(default_factory=Defaults)
    caps: Caps = Field(default_factory=Caps)
    freezes: Annotated[tuple[Freeze, ...], Field(max_length=LIMITS.freezes)] = ()
    schedules: Annotated[Mapping[Id, Schedule], Field(max_length=LIMITS.schedules)] = Field(default_factory=dict)
    runbook_check: RunbookCheck = Field(default_factory=RunbookCheck)

    @classmethod
    def references(cls, data: Mapping[str, Any], origin: Origin) -> list[Problem]:
        """What is wrong with the names in the file."""
        return in_workspace(data, origin)

    @property
    def folder(self) -> FilePath:
        """Where gameday.yaml lies; paths in it count from here."""
        return self.path.parent

    @property
    def scenario_folders(self) -> tuple[FilePath, ...]:
        """Where its scenarios lie."""
        return tuple(self.folder / each for each in self.scenarios)

    @property
    def runbook_folders(self) -> tuple[FilePath, ...]:
        """Where its runbooks lie."""
        return tuple(self.folder / each for each in self.runbooks)

    def frozen(self, moment: datetime) -> Freeze | None:
        """The freeze in which this moment (with its zone) lies, if any."""
        return next((freeze for freeze in self.freezes if freeze.holds(moment, self.zone)), None)
