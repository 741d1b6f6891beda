"""`docker.running`: how many containers run, and are well where they have a health check. No daemon says nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from drills.signals.contract import Judgement, ProbeKind, Reading, Unanswered
from drills.signals.good import Compared, judge
from injectors.contract import InjectorError
from injectors.docker.containers import Labels, name_of, selector
from injectors.docker.daemon import Daemon, Settings
from injectors.values import Keys

SHOWN = 100
"""Names that are kept of each sort."""


class Parameters(Keys):
    """Which containers."""

    labels: Labels = Field(description="All that carry every one, such as {com.docker.compose.service: orders}.")


@dataclass(frozen=True, slots=True)
class Running:
    """One look at all containers with some labels."""

    settings: Settings
    labels: Mapping[str, str]
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Count those that run and are well; a paused one is not. Raises `Unanswered`: the daemon does not answer."""
        daemon = Daemon(self.settings.model_copy(update={"timeout": min(timeout, self.settings.timeout) / 2}))
        try:
            found = daemon.containers({"label": selector(self.labels)}, stopped=True)
        except InjectorError as wrong:
            raise Unanswered(str(wrong)) from None
        well = [each for each in found if _well(each)]
        return Reading(len(well), {"well": _names(well), "not_well": _names([x for x in found if x not in well])})

    def judge(self, reading: Reading) -> Judgement:
        """Judge the number."""
        return judge(self.good, "containers running and well", reading.value)


def _well(listed: Mapping[str, object]) -> bool:
    """The daemon tells health in words beside the state: `Up 3 seconds (unhealthy)`."""
    told = str(listed["Status"])
    return listed["State"] == "running" and "(unhealthy)" not in told and "(health: starting)" not in told


def _names(listed: Sequence[Mapping[str, object]]) -> list[str]:
    return sorted(map(name_of, listed))[:SHOWN]


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> Running:
    keys = Parameters.model_validate(parameters)
    return Running(Settings.model_validate(settings), keys.labels, Compared.model_validate(good))


KIND = ProbeKind(
    name="docker.running",
    summary="Counts the containers with some labels that run, and are healthy where they have a health check.",
    target="docker",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: docker.running, with: {labels: {com.docker.compose.service: orders}}, good: {at_least: 3}}",
)
