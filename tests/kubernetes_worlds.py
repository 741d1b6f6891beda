"""What each fault of Kubernetes bends, on the real control plane: made, hurt, drifted, mended without gameday."""

import itertools
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, ClassVar

from kubernetes_server import COLLECTIONS, Between, ControlPlane, deployment, encoded, settings
from servers import wait_until
from tls_parts import DAY, Issuer, key_text, new_key

from injectors.contract import Change

TAG = "gameday-7-0a1b2c"
LABEL = {"gameday.consent": "staging"}
BOOL = "it is on or off, there is no third value"
_numbers = itertools.count(1)
Body = dict[str, Any]


class Shop:
    """Two namespaces of a module, one with consent and one without, and the account that the manifest makes."""

    def __init__(self, plane: ControlPlane, between: Between) -> None:
        self.plane, self.between = plane, between
        number = next(_numbers)
        self.yes, self.no = f"shop-{number}", f"other-{number}"
        plane.namespace(self.yes, LABEL)
        plane.namespace(self.no, {})
        self.token = plane.allow([self.yes, self.no])
        self.target = settings(plane, between.url, self.token)

    def may(self, verb: str, resource: str, namespace: str) -> bool:
        """Does the server say by now that the account has this right?"""
        plain, _, group = resource.partition(".")
        plain, _, part = plain.partition("/")
        wanted = {"verb": verb, "resource": plain, "subresource": part, "group": group, "namespace": namespace}
        spec = {"user": "system:serviceaccount:gameday:gameday", "resourceAttributes": wanted}
        path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        _, answer = self.plane.ask("POST", path, {"spec": spec})
        return bool(answer["status"]["allowed"])


class World:
    """One object of a kind, made anew for each step."""

    kind = ""
    """Of Kubernetes."""
    fault = ""
    patience = 30.0
    cannot: ClassVar[Mapping[str, str]] = {}

    def __init__(self, shop: Shop) -> None:
        self.shop, self.plane, self.between = shop, shop.plane, shop.between
        self.secrets: tuple[str, ...] = (shop.token,)
        self.name, self.space = "", shop.yes

    @property
    def path(self) -> str:
        return f"{COLLECTIONS[self.kind].format(self.space)}/{self.name}"

    @property
    def subject(self) -> str:
        return f"{self.space}/{self.name}"

    def parameters(self) -> Body:
        return {"namespace": self.space, "labels": {"app": self.name}}

    def reset(self, *, consented: bool = True) -> Change:
        self.between.cut_at(0, reply_lost=False)
        self.clean()
        self.space, self.name = self.shop.yes if consented else self.shop.no, f"it-{next(_numbers)}"
        self.make()
        kind = f"kubernetes.{self.fault}"
        return Change("one", kind, self.subject, TAG, target=self.shop.target, parameters=self.parameters())

    def unconsented(self) -> Change:
        return self.reset(consented=False)

    def clean(self) -> None:
        if self.name:
            self.plane.delete(self.path)

    def make(self) -> None:
        raise NotImplementedError

    def look(self) -> Body:
        """The object without what the server itself counts."""
        found = self.plane.get(self.path)
        if found:
            found.pop("status", None)
            for each in ("resourceVersion", "generation", "managedFields"):
                found["metadata"].pop(each, None)
        return found

    def state(self) -> Any:
        return self.look()

    def writes(self) -> int:
        return self.between.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.between.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.between.silence()

    def vanish(self) -> None:
        self.plane.delete(self.path)

    def replace(self) -> None:
        self.vanish()
        self.make()

    def edit(self, patch: Body) -> None:
        self.plane.edit(self.path, patch)

    def foreign(self) -> None:
        self.edit({"metadata": {"annotations": {"team": "orders"}, "labels": {"tier": "two"}}})

    def drift(self) -> None:
        raise NotImplementedError

    def mend(self) -> None:
        """As their own files say it."""
        self.edit({**self.healthy(), "metadata": {"annotations": {"gameday.tag": None, "gameday.undo": None}}})

    def healthy(self) -> Body:
        raise NotImplementedError


class Named(World):
    """State without the object's own name, so that what two of them hold can be compared."""

    def state(self) -> Any:
        found = self.look()
        if found:
            meta = {key: each for key, each in found["metadata"].items() if key not in ("uid", "creationTimestamp")}
            return repr({**found, "metadata": meta}).replace(self.name, "it")
        return found


class Scaling(Named):
    kind, fault = "Deployment", "scale_deployment"

    def make(self) -> None:
        self.plane.deployment(self.space, self.name, 2)
        wait_until(
            lambda: "deployment.kubernetes.io/revision" in self.look()["metadata"].get("annotations", {}),
            "it has begun",
        )

    def healthy(self) -> Body:
        return {"spec": {"replicas": 2}}

    def drift(self) -> None:
        self.edit({"spec": {"replicas": 1}})


class Suspending(Named):
    kind, fault = "CronJob", "suspend_cronjob"
    cannot: ClassVar[Mapping[str, str]] = {"drift": BOOL}

    def make(self) -> None:
        pod = {"containers": [{"name": "it", "image": "none"}], "restartPolicy": "Never"}
        job = {"spec": {"template": {"spec": pod}}}
        meta = {"name": self.name, "labels": {"app": self.name}}
        body = {"kind": "CronJob", "metadata": meta, "spec": {"schedule": "0 3 1 1 *", "jobTemplate": job}}
        self.plane.create(body, self.space)

    def healthy(self) -> Body:
        return {"spec": {"suspend": False}}


class Expiring(Named):
    kind, fault = "Secret", "expire_tls_secret"
    issuer = Issuer()

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.key = new_key()
        text = key_text(self.key)
        self.good = self.certificate()
        self.secrets = (shop.token, text.decode(), encoded(text))

    def parameters(self) -> Body:
        return {"namespace": self.space, "secret": self.name}

    def certificate(self, days: int = 30) -> str:
        return encoded(self.issuer.issue(self.key, begins=-5 * DAY, ends=days * DAY))

    def make(self) -> None:
        held = {"tls.crt": self.good, "tls.key": self.secrets[2]}
        body = {"kind": "Secret", "metadata": {"name": self.name}, "type": "kubernetes.io/tls", "data": held}
        self.plane.create(body, self.space)

    def state(self) -> Any:
        found = self.look()
        return found and (found["data"], {k: found["metadata"].get(k) for k in ("annotations", "labels")})

    def healthy(self) -> Body:
        return {"data": {"tls.crt": self.certificate(60)}}

    def drift(self) -> None:
        self.edit({"data": {"tls.crt": self.certificate(-1)}})


class Cordoning(Named):
    kind, fault = "Node", "cordon_node"
    cannot: ClassVar[Mapping[str, str]] = {"drift": BOOL}

    @property
    def path(self) -> str:
        return f"/api/v1/nodes/{self.name}"

    @property
    def subject(self) -> str:
        return self.name

    def parameters(self) -> Body:
        return {"labels": {"app": self.name}}

    def make(self) -> None:
        labels = {"app": self.name, **(LABEL if self.space == self.shop.yes else {})}
        self.plane.create({"kind": "Node", "metadata": {"name": self.name, "labels": labels}})
        wait_until(lambda: self.plane.node_ready(self.name), "the node is ready", 60)

    def healthy(self) -> Body:
        return {"spec": {"unschedulable": None}}


class Draining(Cordoning):
    fault = "drain_node"
    cannot: ClassVar[Mapping[str, str]] = {"drift": BOOL}

    def make(self) -> None:
        super().make()
        if not self.plane.get(f"{COLLECTIONS['Deployment'].format(self.space)}/{self.name}"):
            body = deployment(self.name, 2)
            body["spec"]["template"]["spec"]["nodeSelector"] = {"app": self.name}
            self.plane.create(body, self.space)
        wait_until(self.full, "its pods are ready", 60)

    def full(self) -> bool:
        return self.plane.ready(self.space, self.name) == 2

    def clean(self) -> None:
        if self.name:
            self.plane.delete(f"{COLLECTIONS['Deployment'].format(self.space)}/{self.name}")
        super().clean()


class Killing(World):
    kind, fault = "Deployment", "kill_pod"
    cannot: ClassVar[Mapping[str, str]] = {"drift": "a pod is gone or it is not, and nothing of it is put back"}

    def make(self) -> None:
        self.plane.deployment(self.space, self.name, 2)

    def parameters(self) -> Body:
        return {"namespace": self.space, "labels": {"app": self.name}, "ignore_budgets": False}

    def pods(self) -> list[str]:
        found = [each["metadata"] for each in self.plane.items("Pod", self.space)]
        return sorted(each["name"] for each in found if each["labels"].get("app") == self.name)

    def reset(self, *, consented: bool = True) -> Change:
        return replace(super().reset(consented=consented), subject=f"{self.space}/{self.pods()[0]}")

    def state(self) -> Any:
        """The deployment, once its controller has put up what it wants."""
        found = self.look()
        if not found:
            return found
        whole = self._becomes(lambda: self.plane.ready(self.space, self.name) == found["spec"]["replicas"])
        return found["spec"]["replicas"], found["metadata"].get("labels", {}).get("tier"), whole

    def _becomes(self, seen: Callable[[], bool]) -> bool:
        ends = time.monotonic() + self.patience
        while not seen():
            if time.monotonic() > ends:
                return False
            time.sleep(0.02)
        return True

    def mend(self) -> None:
        """Their controller does it."""


class Denying(World):
    kind, fault = "NetworkPolicy", "deny_traffic"

    @property
    def subject(self) -> str:
        return f"{self.space}/app=web"

    def parameters(self) -> Body:
        return {"namespace": self.space, "labels": {"app": "web"}, "direction": "both"}

    def reset(self, *, consented: bool = True) -> Change:
        self.between.cut_at(0, reply_lost=False)
        self.name, self.space = f"{TAG}.one", f"net-{next(_numbers)}"
        self.make(LABEL if consented else {})
        kind = f"kubernetes.{self.fault}"
        return Change("one", kind, self.subject, TAG, target=self.shop.target, parameters=self.parameters())

    def make(self, labels: Mapping[str, str] = LABEL) -> None:
        self.plane.namespace(self.space, dict(labels))
        self.plane.allow([self.space])
        pod = {"containers": [{"name": "it", "image": "none"}]}
        wait_until(lambda: self.plane.get(f"/api/v1/namespaces/{self.space}/serviceaccounts/default"), "an account", 30)
        self.plane.create(
            {"kind": "Pod", "metadata": {"name": "web", "labels": {"app": "web"}}, "spec": pod}, self.space
        )

    def state(self) -> Any:
        found = self.plane.items("NetworkPolicy", self.space)
        return [(each["metadata"]["name"], each["metadata"].get("labels"), each["spec"]) for each in found]

    def vanish(self) -> None:
        self.plane.delete(f"/api/v1/namespaces/{self.space}")

    def foreign(self) -> None:
        spec = {"podSelector": {"matchLabels": {"app": "other"}}, "policyTypes": ["Ingress"], "ingress": [{}]}
        self.plane.create({"kind": "NetworkPolicy", "metadata": {"name": "theirs"}, "spec": spec}, self.space)

    def drift(self) -> None:
        self.edit({"spec": {"policyTypes": ["Ingress"]}})

    def mend(self) -> None:
        self.plane.delete(self.path)


WORLDS = (Killing, Scaling, Cordoning, Draining, Denying, Suspending, Expiring)
