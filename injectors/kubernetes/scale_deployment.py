"""A deployment runs fewer replicas than it should: lost capacity, or none at all."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from injectors.contract import Change, Json, Kind, Refused
from injectors.kubernetes import sweep
from injectors.kubernetes.allowed import CONSENT
from injectors.kubernetes.bending import Bending, Fault, Found
from injectors.kubernetes.cluster import Cluster
from injectors.kubernetes.objects import REPLICAS
from injectors.kubernetes.selecting import labelled
from injectors.kubernetes.settings import Labelled, Settings
from injectors.values import rebuild


class Parameters(Labelled):
    """What the fault does."""

    to: int = Field(default=0, ge=0, le=1000, description="How many replicas are left.")


def _ours(cluster: Cluster, change: Change, found: Found) -> int:
    to, now = rebuild(Parameters, change.parameters).to, REPLICAS.value(found)
    if now <= to:
        raise Refused(f"{change.subject} has {now} replicas, and `to: {to}` is not fewer: write a smaller number")
    where, _, name = change.subject.rpartition("/")
    # With no replicas at all an autoscaler keeps still.
    for each in cluster.listed(f"/apis/autoscaling/v2/namespaces/{where}/horizontalpodautoscalers") if to else ():
        target = each["spec"]["scaleTargetRef"]
        if target["kind"] == "Deployment" and target["name"] == name:
            raise Refused(
                f"the autoscaler {each['metadata']['name']} would scale {change.subject} again: write `to: 0`"
            )
    return to


def _bites(found: Found, ours: int) -> bool:
    status, seen = found.get("status") or {}, (found.get("status") or {}).get("observedGeneration", 0)
    return bool(seen >= found["metadata"]["generation"] and status.get("replicas", 0) <= ours)


FAULT = Fault(
    field=REPLICAS,
    ours=_ours,
    mended=lambda found, was: bool(found >= was),
    bites=_bites,
    rights=[("list", "horizontalpodautoscalers.autoscaling")],
)


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Every deployment that carries the labels."""
    return labelled(Cluster(rebuild(Settings, settings)), REPLICAS, rebuild(Parameters, parameters))


def make(change: Change) -> Bending:
    """Rebuild it from the change."""
    return Bending(change, Cluster(rebuild(Settings, change.target)), FAULT)


KIND = Kind(
    name="kubernetes.scale_deployment",
    summary="Scales a deployment down, to nothing or to fewer replicas.",
    target="kubernetes",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="the old number of replicas is put back; more than that, set by somebody else, stays",
    subjects=subjects,
    make=make,
    example="{namespace: shop, labels: {app: checkout}, to: 1}",
    sweep=sweep,
)
