"""A node takes no new pods: what runs there stays, what dies comes up elsewhere or nowhere."""

from collections.abc import Mapping, Sequence

from injectors.contract import Change, Json, Kind, Refused
from injectors.kubernetes import sweep
from injectors.kubernetes.allowed import NODE_CONSENT
from injectors.kubernetes.bending import Bending, Fault, Found
from injectors.kubernetes.cluster import Cluster
from injectors.kubernetes.objects import UNSCHEDULABLE
from injectors.kubernetes.selecting import nodes
from injectors.kubernetes.settings import Labels, Settings
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """Which nodes."""

    labels: Labels


def _ours(_cluster: Cluster, change: Change, found: Found) -> bool:
    if UNSCHEDULABLE.value(found):
        raise Refused(f"the node {change.subject} is cordoned already, by somebody else: `kubectl uncordon` it")
    return True


FAULT = Fault(UNSCHEDULABLE, _ours)


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Every node that carries the labels."""
    return nodes(Cluster(rebuild(Settings, settings)), rebuild(Parameters, parameters).labels)


def make(change: Change) -> Bending:
    """Rebuild it from the change."""
    return Bending(change, Cluster(rebuild(Settings, change.target)), FAULT)


KIND = Kind(
    name="kubernetes.cordon_node",
    summary="Cordons a node: no new pod is put there.",
    target="kubernetes",
    settings=Settings,
    parameters=Parameters,
    consent=NODE_CONSENT,
    reverted_by="the node takes pods again",
    subjects=subjects,
    make=make,
    example="{labels: {pool: staging}}",
    sweep=sweep,
)
