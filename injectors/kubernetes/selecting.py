"""What labels match now, for `select` to choose from. Looks only."""

from collections.abc import Sequence

from injectors.contract import Refused
from injectors.kubernetes.cluster import Cluster
from injectors.kubernetes.objects import Field
from injectors.kubernetes.settings import Labelled, selector


def labelled(cluster: Cluster, field: Field, wanted: Labelled) -> Sequence[str]:
    """`NAMESPACE/NAME` of each object that carries the labels. Raises `Refused` when there is none."""
    found = cluster.listed(field.folder(wanted.namespace), wanted.selector)
    if not found:
        raise Refused(f"no {field.noun} in the namespace {wanted.namespace} carries {wanted.selector}")
    return sorted(f"{wanted.namespace}/{each['metadata']['name']}" for each in found)


def nodes(cluster: Cluster, labels: dict[str, str]) -> Sequence[str]:
    """Each node that carries the labels. Raises `Refused` when there is none."""
    found = cluster.listed("/api/v1/nodes", selector(labels))
    if not found:
        raise Refused(f"no node of {cluster.name} carries {selector(labels)}")
    return sorted(each["metadata"]["name"] for each in found)
