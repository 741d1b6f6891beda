"""Pods can be reached by nobody, or reach nobody: a NetworkPolicy of ours that lets nothing through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from injectors.contract import Change, Drifted, InjectorError, Json, Kind, Refused, State, Undo
from injectors.kubernetes import allowed, mark, pods, sweep
from injectors.kubernetes.bending import recorded
from injectors.kubernetes.cluster import Changed, Cluster, Missing
from injectors.kubernetes.objects import POLICIES
from injectors.kubernetes.policies import allows, selects
from injectors.kubernetes.settings import Labelled, Settings
from injectors.values import rebuild

REQUESTS = 10
_KINDS = {"ingress": ["Ingress"], "egress": ["Egress"], "both": ["Ingress", "Egress"]}
RIGHTS = [(verb, "networkpolicies.networking.k8s.io") for verb in ("get", "list", "create", "delete")]


class Parameters(Labelled):
    """What the fault does."""

    direction: Literal["ingress", "egress", "both"] = Field(
        default="both", description="ingress: nobody reaches the pods; egress: they reach nobody, not even DNS."
    )


@dataclass(frozen=True, slots=True)
class DenyTraffic:
    """One policy; the subject is the pods that it selects."""

    change: Change
    cluster: Cluster
    parameters: Parameters

    @property
    def owner(self) -> str:
        return f"{self.cluster.name} traffic {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.cluster.limit(REQUESTS)

    @property
    def path(self) -> str:
        return f"{POLICIES.format(self.parameters.namespace)}/{self._name}"

    @property
    def _name(self) -> str:
        return f"{self.change.tag}.{self.change.id}".lower()

    def prepare(self) -> Undo:
        where, kinds = self.parameters.namespace, _KINDS[self.parameters.direction]
        allowed.namespace(self.cluster, self.change, where)
        allowed.rights(self.cluster, RIGHTS, where)
        held = self.cluster.listed(POLICIES.format(where))
        found = self.cluster.listed(pods.PODS.format(where), self.parameters.selector)
        for policy in held:
            selector = policy["spec"].get("podSelector") or {}
            if not any(selects(selector, each["metadata"].get("labels") or {}) for each in found):
                continue
            name = policy["metadata"]["name"]
            tag = (policy["metadata"].get("labels") or {}).get(mark.TAG)
            if tag:
                raise Refused(f"{self.owner} is denied by {tag} already: run `gameday sweep`")
            if allows(policy, kinds):
                raise Refused(
                    f"the network policy {where}/{name} allows traffic of {self.parameters.selector}, and no other "
                    "policy can deny what one allows: choose other pods or the other direction"
                )
        return Undo(
            self.change.kind,
            1,
            {"spec": {"podSelector": {"matchLabels": dict(self.parameters.labels)}, "policyTypes": kinds}},
        )

    def inject(self, undo: Undo) -> None:
        if self.inspect(undo) is State.ACTIVE:
            return
        body = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": self._name, "labels": {mark.TAG: self.change.tag}},
            "spec": recorded(undo)["spec"],
        }
        try:
            self.cluster.ask("POST", POLICIES.format(self.parameters.namespace), body=body)
        except Missing:
            raise InjectorError(f"{self.owner} is gone since it was looked at: run the drill again") from None

    def revert(self, undo: Undo) -> None:
        """Delete it, and only as it was found."""
        try:
            found = self.cluster.get(self.path)
            if not self._ours(found, undo):
                raise Drifted(f"the network policy {self._name} was changed by somebody else: delete it by hand")
            meta = {key: found["metadata"][key] for key in ("uid", "resourceVersion")}
            self.cluster.ask("DELETE", self.path, body={"preconditions": meta})
        except Missing:
            return

    def inspect(self, undo: Undo) -> State:
        try:
            return State.ACTIVE if self._ours(self.cluster.get(self.path), undo) else State.MIXED
        except Missing:
            return State.CLEAR

    def prove(self, undo: Undo) -> None:
        """Make revert's own call: there is none yet, and the server must say just that."""
        recorded(undo)
        try:
            self.cluster.ask("DELETE", self.path, query={"dryRun": "All"})
        except Missing:
            return
        except Changed:
            pass
        raise Refused(f"the network policy {self._name} is there already: run `gameday sweep`")

    def _ours(self, found: Mapping[str, Json], undo: Undo) -> bool:
        tag = (found["metadata"].get("labels") or {}).get(mark.TAG)
        return bool(tag == self.change.tag and found["spec"] == recorded(undo)["spec"])


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The pods that carry the labels, as one: a policy knows labels, not pods. Raises `Refused` when there are none."""
    cluster, keys = Cluster(rebuild(Settings, settings)), rebuild(Parameters, parameters)
    if not cluster.listed(pods.PODS.format(keys.namespace), keys.selector):
        raise Refused(f"no pod in the namespace {keys.namespace} carries {keys.selector}")
    return [f"{keys.namespace}/{keys.selector}"]


def make(change: Change) -> DenyTraffic:
    """Rebuild it from the change."""
    cluster = Cluster(rebuild(Settings, change.target))
    return DenyTraffic(change, cluster, rebuild(Parameters, change.parameters))


KIND = Kind(
    name="kubernetes.deny_traffic",
    summary="Pods neither reach nor are reached by anybody, by a NetworkPolicy; the network plugin must enforce them.",
    target="kubernetes",
    settings=Settings,
    parameters=Parameters,
    consent=allowed.CONSENT,
    reverted_by="our policy is deleted; others are never touched",
    subjects=subjects,
    make=make,
    example="{namespace: shop, labels: {app: payments}, direction: ingress}",
    sweep=sweep,
)
