"""Pods and who keeps them up: a deployment, a stateful set, a daemon set. Looks only, but for an eviction."""

from collections.abc import Mapping
from dataclasses import dataclass

from injectors.contract import Json, Refused
from injectors.kubernetes.cluster import Cluster, Missing

PODS = "/api/v1/namespaces/{}/pods"
_KEEPERS = {
    "Deployment": "deployments",
    "ReplicaSet": "replicasets",
    "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets",
}
Found = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who puts a new pod in the place of one that is gone: the stable owner."""

    kind: str
    namespace: str
    name: str
    uid: str

    @property
    def path(self) -> str:
        """Where the API has it."""
        return f"/apis/apps/v1/namespaces/{self.namespace}/{_KEEPERS[self.kind]}/{self.name}"


def path(subject: str) -> str:
    """Of the pod `NAMESPACE/NAME`."""
    namespace, _, name = subject.partition("/")
    return f"{PODS.format(namespace)}/{name}"


def controller(found: Found) -> Found | None:
    """The reference to what controls an object."""
    refs = found["metadata"].get("ownerReferences") or []
    return next((each for each in refs if each.get("controller")), None)


def keeper(cluster: Cluster, pod: Found) -> Keeper:
    """Who keeps this pod up. Raises `Refused` when nobody would put a new one in its place."""
    where, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    found = controller(pod)
    if found is None or found["kind"] not in _KEEPERS:
        kept = f"a {found['kind']} keeps it" if found else "nobody keeps it"
        raise Refused(f"the pod {where}/{name} would stay away ({kept}): name pods of a deployment or a set")
    held = Keeper(found["kind"], where, found["name"], found["uid"])
    if held.kind != "ReplicaSet":
        return held
    try:
        above = controller(cluster.get(held.path))
    except Missing:
        above = None
    if above is None or above["kind"] != "Deployment":
        return held
    return Keeper("Deployment", where, above["name"], above["uid"])


def ready(pod: Found) -> bool:
    """Does it run and serve?"""
    conditions = (pod.get("status") or {}).get("conditions") or []
    serves = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    return serves and "deletionTimestamp" not in pod["metadata"]


def ready_of(cluster: Cluster, owner: Found) -> int:
    """How many pods of a deployment or set are ready."""
    where = owner["metadata"]["namespace"]
    return sum(map(ready, cluster.listed(PODS.format(where), _selector(owner["spec"]["selector"]))))


def evict(cluster: Cluster, subject: str, uid: str, *, budgets: bool) -> None:
    """Have this very pod end; one that is gone already is no error.

    Raises `Budgeted`; without `budgets` no PodDisruptionBudget is asked.
    """
    namespace, _, name = subject.partition("/")
    options = {"preconditions": {"uid": uid}}
    try:
        if cluster.get(path(subject))["metadata"]["uid"] != uid:
            return
        if not budgets:
            cluster.ask("DELETE", path(subject), body=options)
            return
        meta = {"name": name, "namespace": namespace}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": meta, "deleteOptions": options}
        cluster.ask("POST", f"{path(subject)}/eviction", body=body)
    except Missing:
        return


def _selector(wanted: Found) -> str:
    parts = [f"{key}={value}" for key, value in sorted((wanted.get("matchLabels") or {}).items())]
    for each in wanted.get("matchExpressions") or []:
        key, values = each["key"], ",".join(each.get("values") or [])
        written = {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})", "Exists": key}
        parts.append(written.get(each["operator"], f"!{key}"))
    return ",".join(parts)
