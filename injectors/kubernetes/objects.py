"""The kinds of object that faults change: where the API has them, and which field a fault bends. Asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from injectors.contract import Json


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one kind of object."""

    noun: str
    plural: str
    api: str
    group: str
    at: tuple[str, ...]
    absent: Json = None
    """What it means when it is not written."""
    namespaced: bool = True

    @property
    def resource(self) -> str:
        """As RBAC writes it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def pointer(self) -> str:
        """As JSON Patch writes it."""
        return "/" + "/".join(self.at)

    def path(self, subject: str) -> str:
        """Of one object: `NAMESPACE/NAME`, or `NAME`."""
        where, _, name = subject.rpartition("/")
        return f"{self.folder(where)}/{name}"

    def folder(self, namespace: str) -> str:
        """Of all in a namespace."""
        return f"{self.api}/namespaces/{namespace}/{self.plural}" if self.namespaced else f"{self.api}/{self.plural}"

    def value(self, found: Mapping[str, Json]) -> Json:
        """What the object has there."""
        held: Json = found
        for step in self.at:
            held = (held or {}).get(step)
        return self.absent if held is None else held

    def written(self, found: Mapping[str, Json]) -> bool:
        """Is the field in the object at all? One that is left out cannot be tested by a patch."""
        held: Json = found
        for step in self.at:
            if step not in (held or {}):
                return False
            held = held[step]
        return True


REPLICAS = Field("deployment", "deployments", "/apis/apps/v1", "apps", ("spec", "replicas"), 1)
SUSPEND = Field("cronjob", "cronjobs", "/apis/batch/v1", "batch", ("spec", "suspend"), absent=False)
CERTIFICATE = Field("secret", "secrets", "/api/v1", "", ("data", "tls.crt"), "")
UNSCHEDULABLE = Field("node", "nodes", "/api/v1", "", ("spec", "unschedulable"), absent=False, namespaced=False)
FIELDS = (REPLICAS, SUSPEND, CERTIFICATE, UNSCHEDULABLE)
POLICIES = "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies"
