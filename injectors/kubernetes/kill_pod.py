"""A pod is evicted, and its deployment or set puts a new one in its place. Over when all are ready again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from injectors.contract import Change, InjectorError, Json, Kind, Refused, State, Undo
from injectors.kubernetes import allowed, pods, sweep
from injectors.kubernetes.bending import recorded
from injectors.kubernetes.cluster import Budgeted, Cluster, Missing
from injectors.kubernetes.settings import Labelled, Settings
from injectors.values import rebuild

REQUESTS = 12


class Parameters(Labelled):
    """Which pods, and how."""

    ignore_budgets: bool = Field(default=False, description="Kill it even if a PodDisruptionBudget forbids that.")


@dataclass(frozen=True, slots=True)
class KillPod:
    """One pod of a pool; the subject is `NAMESPACE/NAME`."""

    change: Change
    cluster: Cluster
    parameters: Parameters

    @property
    def owner(self) -> str:
        return f"{self.cluster.name} pod {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.cluster.limit(REQUESTS)

    def prepare(self) -> Undo:
        where, _, name = self.change.subject.partition("/")
        allowed.namespace(self.cluster, self.change, where)
        kill = ("delete", "pods") if self.parameters.ignore_budgets else ("create", "pods/eviction")
        allowed.rights(self.cluster, [kill], where, name)
        allowed.rights(self.cluster, [("list", "pods")], where)
        try:
            pod = self.cluster.get(pods.path(self.change.subject))
        except Missing:
            raise Refused(f"there is no {self.owner}") from None
        if not pods.ready(pod):
            raise Refused(f"{self.owner} is not ready, so killing it would show nothing: mend it first")
        keeper = pods.keeper(self.cluster, pod)
        held = {"kind": keeper.kind, "namespace": where, "name": keeper.name, "uid": keeper.uid}
        ready = pods.ready_of(self.cluster, self.cluster.get(keeper.path))
        return Undo(self.change.kind, 1, {"uid": pod["metadata"]["uid"], "keeper": held, "ready": ready})

    def inject(self, undo: Undo) -> None:
        if self._keeper(undo) is None:
            raise InjectorError(f"who keeps {self.owner} up is gone since it was looked at: run the drill again")
        budgets = not self.parameters.ignore_budgets
        try:
            pods.evict(self.cluster, self.change.subject, recorded(undo)["uid"], budgets=budgets)
        except Budgeted as said:
            raise Refused(f"{said}: wait until its pods are ready, or write `ignore_budgets: true`") from None

    def revert(self, undo: Undo) -> None:
        """Nothing is put back by us: whoever keeps the pod up has begun to already. A server in silence is told."""
        self.inspect(undo)

    def inspect(self, undo: Undo) -> State:
        facts, keeper = recorded(undo), self._keeper(undo)
        if keeper is None or not self._gone(undo):
            return State.CLEAR
        wanted = min(facts["ready"], keeper["spec"].get("replicas", facts["ready"]))
        return State.CLEAR if pods.ready_of(self.cluster, keeper) >= wanted else State.ACTIVE

    def happened(self, undo: Undo) -> bool:
        recorded(undo)
        return self._gone(undo)

    def _gone(self, undo: Undo) -> bool:
        """Is this very pod gone, or going? Another one may have its name."""
        try:
            meta = self.cluster.get(pods.path(self.change.subject))["metadata"]
        except Missing:
            return True
        return meta["uid"] != undo.facts["uid"] or "deletionTimestamp" in meta

    def _keeper(self, undo: Undo) -> Mapping[str, Json] | None:
        held = pods.Keeper(**recorded(undo)["keeper"])
        try:
            found = self.cluster.get(held.path)
        except Missing:
            return None
        return found if found["metadata"]["uid"] == held.uid else None


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Every ready pod that carries the labels. Raises `Refused` when there is none."""
    cluster, keys = Cluster(rebuild(Settings, settings)), rebuild(Parameters, parameters)
    found = cluster.listed(pods.PODS.format(keys.namespace), keys.selector)
    names = sorted(f"{keys.namespace}/{each['metadata']['name']}" for each in found if pods.ready(each))
    if not names:
        raise Refused(f"no ready pod in the namespace {keys.namespace} carries {keys.selector}")
    return names


def make(change: Change) -> KillPod:
    """Rebuild it from the change."""
    cluster = Cluster(rebuild(Settings, change.target))
    return KillPod(change, cluster, rebuild(Parameters, change.parameters))


KIND = Kind(
    name="kubernetes.kill_pod",
    summary="Kills a pod by evicting it, as far as its PodDisruptionBudgets allow.",
    target="kubernetes",
    settings=Settings,
    parameters=Parameters,
    consent=allowed.CONSENT,
    reverted_by="its deployment or set starts a new one; it is over when as many as before are ready",
    subjects=subjects,
    make=make,
    holds=False,
    example="{namespace: shop, labels: {app: order-worker}}",
    sweep=sweep,
)
