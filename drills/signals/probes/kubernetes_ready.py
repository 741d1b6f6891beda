"""`kubernetes.ready`: how many pods serve, counted or as a share of those that should. Looks only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from drills.signals.contract import Json, Judgement, ProbeKind, Reading, Unanswered
from drills.signals.good import Compared, judge
from injectors.contract import InjectorError
from injectors.kubernetes import pods
from injectors.kubernetes.cluster import Cluster, Missing
from injectors.kubernetes.objects import REPLICAS
from injectors.kubernetes.settings import Labels, Name, Settings, selector
from injectors.values import Keys


class Parameters(Keys):
    """Whose pods: a deployment's, or all that carry some labels."""

    namespace: Name
    deployment: Name | None = Field(default=None, description="Its ready replicas, of those it should have.")
    labels: Labels | None = Field(default=None, description="The ready pods with these labels, of all there are.")
    count_as: Literal["count", "share"] = Field(
        default="count", alias="as", description="What is judged: how many, or which part (0..1)."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.deployment is None) == (self.labels is None):
            raise ValueError("write `deployment:` or `labels:`")
        return self


@dataclass(frozen=True, slots=True)
class Ready:
    """One look at a cluster."""

    settings: Settings
    parameters: Parameters
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Count. Raises `Unanswered`: no answer, no right, no such deployment, or a share of nothing."""
        cluster = Cluster(self.settings.model_copy(update={"timeout": max(0.05, timeout)}))
        try:
            ready, wanted = self._deployment(cluster) if self.parameters.deployment else self._labelled(cluster)
        except InjectorError as wrong:
            raise Unanswered(str(wrong)) from wrong
        fields: Mapping[str, Json] = {"ready": ready, "wanted": wanted}
        if self.parameters.count_as == "share" and not wanted:
            raise Unanswered("nothing should be ready there, so no share of it can be told")
        value = ready if self.parameters.count_as == "count" else ready / wanted
        return Reading(value, fields, json.dumps(fields).encode(), "application/json")

    def judge(self, reading: Reading) -> Judgement:
        """Judge the number."""
        what = "pods ready" if self.parameters.count_as == "count" else "share of pods ready"
        return judge(self.good, what, reading.value)

    def _deployment(self, cluster: Cluster) -> tuple[int, int]:
        subject = f"{self.parameters.namespace}/{self.parameters.deployment}"
        try:
            found = cluster.get(REPLICAS.path(subject))
        except Missing:
            raise Unanswered(f"there is no deployment {subject}") from None
        return int((found.get("status") or {}).get("readyReplicas", 0)), int(REPLICAS.value(found))

    def _labelled(self, cluster: Cluster) -> tuple[int, int]:
        found = cluster.listed(pods.PODS.format(self.parameters.namespace), selector(self.parameters.labels or {}))
        return sum(map(pods.ready, found)), len(found)


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> Ready:
    keys, compared = Parameters.model_validate(parameters), Compared.model_validate(good)
    return Ready(Settings.model_validate(settings), keys, compared)


KIND = ProbeKind(
    name="kubernetes.ready",
    summary="Counts the ready pods of a deployment or with some labels, or tells their share.",
    target="kubernetes",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example=(
        "{probe: kubernetes.ready, with: {namespace: shop, deployment: checkout, as: share}, good: {at_least: 50%}}"
    ),
)
