"""A node is emptied: it takes no new pods, and those on it are evicted, as for an upgrade of its machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from injectors.contract import Change, Json, Kind, Refused, State, Undo
from injectors.kubernetes import allowed, pods, sweep
from injectors.kubernetes.bending import Bending, recorded
from injectors.kubernetes.cluster import Budgeted, Cluster
from injectors.kubernetes.cordon_node import FAULT, subjects
from injectors.kubernetes.cordon_node import Parameters as Cordon
from injectors.kubernetes.settings import Settings
from injectors.values import rebuild

PODS_LIMIT = 20
"""On one node: each is two requests, and one call of a fault must not take for ever."""
MIRROR = "kubernetes.io/config.mirror"


class Parameters(Cordon):
    """Which nodes, and how."""

    ignore_budgets: bool = Field(default=False, description="Evict even what a PodDisruptionBudget forbids.")


@dataclass(frozen=True, slots=True)
class DrainNode:
    """One node: a cordon of ours, and evictions under it."""

    change: Change
    cordon: Bending
    parameters: Parameters

    @property
    def owner(self) -> str:
        return self.cordon.owner

    @property
    def call_limit(self) -> float:
        return self.cordon.cluster.limit(2 * PODS_LIMIT)

    def prepare(self) -> Undo:
        cluster = self.cordon.cluster
        kill = ("delete", "pods") if self.parameters.ignore_budgets else ("create", "pods/eviction")
        allowed.rights(cluster, [("list", "pods"), ("get", "pods"), ("get", "replicasets.apps"), kill])
        undo = self.cordon.prepare()
        found = {f"{each['metadata']['namespace']}/{each['metadata']['name']}": each for each in self._pods()}
        if len(found) > PODS_LIMIT:
            raise Refused(f"{self.owner} has more than {PODS_LIMIT} pods to move: choose another")
        for namespace in sorted({each["metadata"]["namespace"] for each in found.values()}):
            allowed.namespace(cluster, self.change, namespace)
        for each in found.values():
            pods.keeper(cluster, each)
        uids = {name: each["metadata"]["uid"] for name, each in found.items()}
        return Undo(undo.kind, undo.version, {**undo.facts, "pods": uids})

    def inject(self, undo: Undo) -> None:
        """Cordon it first, so that no pod comes back to it."""
        self.cordon.inject(undo)
        stay = []
        for subject, uid in recorded(undo)["pods"].items():
            try:
                pods.evict(self.cordon.cluster, subject, uid, budgets=not self.parameters.ignore_budgets)
            except Budgeted:
                stay.append(subject)
        if stay:
            raise Refused(f"budgets keep {', '.join(stay[:5])} on {self.owner}: wait, or write `ignore_budgets: true`")

    def revert(self, undo: Undo) -> None:
        """Let it take pods again; those that were evicted live elsewhere and stay there."""
        self.cordon.revert(undo)

    def inspect(self, undo: Undo) -> State:
        state = self.cordon.inspect(undo)
        if state is not State.ACTIVE:
            return state
        ours = set(recorded(undo)["pods"].values())
        return State.MIXED if any(each["metadata"]["uid"] in ours for each in self._pods()) else State.ACTIVE

    def prove(self, undo: Undo) -> None:
        self.cordon.prove(undo)

    def _pods(self) -> Sequence[Mapping[str, Json]]:
        """Those that a drain moves: not a daemon set's, not the node's own, not what has ended."""
        found = self.cordon.cluster.listed("/api/v1/pods", fields=f"spec.nodeName={self.change.subject}")
        return [each for each in found if _moves(each)]


def _moves(pod: Mapping[str, Json]) -> bool:
    above, phase = pods.controller(pod), (pod.get("status") or {}).get("phase")
    stays = above is not None and above["kind"] == "DaemonSet"
    return (
        not stays and phase not in ("Succeeded", "Failed") and MIRROR not in (pod["metadata"].get("annotations") or {})
    )


def make(change: Change) -> DrainNode:
    """Rebuild it from the change."""
    cordon = Bending(change, Cluster(rebuild(Settings, change.target)), FAULT)
    return DrainNode(change, cordon, rebuild(Parameters, change.parameters))


def _subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    return subjects(settings, {"labels": rebuild(Parameters, parameters).labels})


KIND = Kind(
    name="kubernetes.drain_node",
    summary="Drains a node: it takes no new pods, and those on it are evicted, as far as their budgets allow.",
    target="kubernetes",
    settings=Settings,
    parameters=Parameters,
    consent=f"{allowed.NODE_CONSENT}; so does every namespace that has a pod on it",
    reverted_by="the node takes pods again; those that were evicted stay where they are now",
    subjects=_subjects,
    make=make,
    example="{labels: {pool: staging}}",
    sweep=sweep,
)
