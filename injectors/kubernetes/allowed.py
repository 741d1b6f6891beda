"""May this be hurt? The label on the namespace or the node, the target's own list, and every right. Looks only."""

from collections.abc import Mapping, Sequence

from injectors.contract import Change, Json, Refused
from injectors.kubernetes.cluster import Cluster, Missing

LABEL = "gameday.consent"
CONSENT = (
    f"the namespace carries the label `{LABEL}: <environment>`; "
    "a `consent:` list in its target, where there is one, names the object as well (`NAMESPACE/NAME`)"
)
NODE_CONSENT = (
    f"the node carries the label `{LABEL}: <environment>`; "
    "a `consent:` list in its target, where there is one, names the node as well"
)
Right = tuple[str, str]
"""A verb, and a resource as RBAC writes it with its group: `deployments.apps`, `pods/eviction`."""


def namespace(cluster: Cluster, change: Change, name: str) -> None:
    """Raise `Refused` unless it says that it may be hurt."""
    try:
        found = cluster.get(f"/api/v1/namespaces/{name}")
    except Missing:
        raise Refused(f"{cluster.name} has no namespace {name}") from None
    consented(found, change, f"the namespace {name}")


def consented(found: Mapping[str, Json], change: Change, where: str) -> None:
    """Raise `Refused` unless this object says that it may be hurt."""
    name = found["metadata"]["name"]
    if change.consent and change.subject not in change.consent:
        raise Refused(
            f"{change.subject} is not in the `consent:` list of its target in gameday.yaml: "
            f"write `consent: [{', '.join([*change.consent, change.subject])}]`"
        )
    label = (found["metadata"].get("labels") or {}).get(LABEL)
    if label != change.environment:
        said = "has given no consent" if label is None else f"has given its consent for another environment, {label!r}"
        noun = where.split()[1]
        raise Refused(f"{where} {said}: `kubectl label {noun} {name} {LABEL}={change.environment}`")


def rights(cluster: Cluster, needed: Sequence[Right], where: str = "", name: str = "") -> None:
    """Raise `Refused` that names the first right which the account has not, in this namespace and for this object."""
    for verb, resource in needed:
        plain, _, group = resource.partition(".")
        plain, _, part = plain.partition("/")
        attributes = {
            "verb": verb,
            "resource": plain,
            "subresource": part,
            "group": group,
            "namespace": where,
            "name": name,
        }
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
        }
        answer = cluster.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body=review)
        if not answer["status"].get("allowed"):
            place = f" in the namespace {where}" if where else ""
            raise Refused(f"no right to {verb} {resource}{place}: give it as injectors/kubernetes/rbac.yaml does")
