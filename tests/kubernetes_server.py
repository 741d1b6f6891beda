"""A real Kubernetes control plane for the tests: etcd, the API server, its controllers, the scheduler, and kwok.

What is not real are the containers: kwok says that they run. One is started for a module and shared; each test has its
own namespace. `Between` is a relay in front of the API server that counts, cuts, silences and fails.
"""

import base64
import contextlib
import datetime as dt
import http.client
import ipaddress
import json
import os
import shutil
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any, Self

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from relay import Relay
from servers import ROOT, Running, free_port, missing, wait_until

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
RBAC = ROOT / "injectors" / "kubernetes" / "rbac.yaml"
NODES = ("node-1", "node-2")
COLLECTIONS = {
    "Namespace": "/api/v1/namespaces",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Node": "/api/v1/nodes",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "CronJob": "/apis/batch/v1/namespaces/{}/cronjobs",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
}


def found(program: str) -> str:
    """The program's path, or the end of the test."""
    path = shutil.which(ROOT / ".tools" / "bin" / program) or shutil.which(program)
    return path or missing(program, "install Go and run .ci/servers --fetch")


class Part(Running):
    """One program of it, which is ready when its port answers, or at once."""


class ControlPlane:
    """All of it. `ask` is anybody with every right, without gameday's client."""

    def __init__(self) -> None:
        self.programs = {name: found(name) for name in PROGRAMS}
        self.parts = {name: Part(name) for name in PROGRAMS}
        self.folder = self.parts["kube-apiserver"].folder
        self.ports = {name: free_port() for name in (*PROGRAMS, "peer")}
        self.port = self.ports["kube-apiserver"]
        self.url = f"https://127.0.0.1:{self.port}"
        self.certificate, self.key, self.authority = (self.folder / name for name in ("a.crt", "a.key", "ca.crt"))
        self._certificates()
        self.context = ssl.create_default_context(cafile=str(self.authority))
        self.context.load_cert_chain(self.certificate, self.key)
        self.kubeconfig = self.folder / "kubeconfig"
        user = {"client-certificate": str(self.certificate), "client-key": str(self.key)}
        self.kubeconfig.write_text(self.config(self.url, user))

    def config(self, url: str, user: dict[str, str]) -> str:
        """A kubeconfig for somebody."""
        cluster = {"server": url, **({"certificate-authority": str(self.authority)} if "https" in url else {})}
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "test", "cluster": cluster}],
                "users": [{"name": "test", "user": user}],
                "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
                "current-context": "test",
            }
        )

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all of it, the clients of a part before the part."""
        for part in reversed(self.parts.values()):
            part.close()

    def _start(self) -> None:
        p, authority = self.ports, str(self.authority)
        store, peers = f"http://127.0.0.1:{p['etcd']}", f"http://127.0.0.1:{p['peer']}"
        self._run(
            "etcd",
            f"--data-dir={self.parts['etcd'].folder}/data",
            f"--listen-client-urls={store}",
            f"--advertise-client-urls={store}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=node0={peers}",
            "--name=node0",
            "--unsafe-no-fsync",
        )
        self._run(
            "kube-apiserver",
            f"--etcd-servers={store}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self.port}",
            "--endpoint-reconciler-type=none",
            "--authorization-mode=Node,RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            f"--tls-cert-file={self.certificate}",
            f"--tls-private-key-file={self.key}",
            f"--client-ca-file={authority}",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={self.key}",
            f"--service-account-signing-key-file={self.key}",
        )
        wait_until(lambda: self.ask("GET", "/readyz")[0] == 200, "the API server is ready", 60)
        signs = (f"--root-ca-file={authority}", f"--service-account-private-key-file={self.key}")
        for name, more in (("kube-controller-manager", signs), ("kube-scheduler", ())):
            listens = ("--bind-address=127.0.0.1", f"--secure-port={p[name]}", "--leader-elect=false")
            self._run(name, f"--kubeconfig={self.kubeconfig}", *listens, *more)
        self._run(
            "kwok",
            f"--kubeconfig={self.kubeconfig}",
            "--manage-all-nodes=true",
            f"--config={ROOT / '.tools' / 'kwok-stages.yaml'}",
            "--node-lease-duration-seconds=40",
            f"--server-address=127.0.0.1:{p['kwok']}",
        )
        for name in NODES:
            self.create({"kind": "Node", "metadata": {"name": name, "labels": {"pool": "staging"}}})
        wait_until(lambda: all(self.node_ready(name) for name in NODES), "the nodes are ready", 60)

    def _run(self, name: str, *words: str) -> None:
        part, port = self.parts[name], self.ports[name]
        part.run([self.programs[name], *words], lambda: part.holds(port))

    def node_ready(self, name: str) -> bool:
        found = self.get(f"/api/v1/nodes/{name}")
        conditions = found.get("status", {}).get("conditions", [])
        free = not found["spec"].get("taints")
        return free and any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    def _certificates(self) -> None:
        now = dt.datetime.now(dt.UTC)
        keys = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
        names = [
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority of a test")]),
            x509.Name(
                [
                    x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "system:masters"),
                    x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubernetes-admin"),
                ]
            ),
        ]
        own = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        more = [x509.BasicConstraints(ca=True, path_length=None), x509.SubjectAlternativeName(own)]
        for key, name, extension, path in zip(keys, names, more, (self.authority, self.certificate), strict=True):
            made = x509.CertificateBuilder().issuer_name(names[0]).subject_name(name).public_key(key.public_key())
            made = made.serial_number(x509.random_serial_number()).add_extension(extension, critical=False)
            made = made.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
            path.write_bytes(made.sign(keys[0], hashes.SHA256()).public_bytes(Encoding.PEM))
        held = keys[1].private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        self.key.write_bytes(held)

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> tuple[int, Any]:
        """Ask the API as an administrator: (status, the answer)."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers={"content-type": kind})
        handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context)]
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=20) as answer:
                status, held = answer.status, answer.read()
        except urllib.error.HTTPError as wrong:
            with wrong:
                status, held = wrong.code, wrong.read()
        except OSError:
            return 0, None
        try:
            return status, json.loads(held)
        except ValueError:
            return status, held.decode()

    def get(self, path: str) -> dict[str, Any]:
        """One object, or {}."""
        status, held = self.ask("GET", path)
        return held if status == 200 else {}

    def items(self, kind: str, namespace: str = "") -> list[dict[str, Any]]:
        """All objects of a kind in a namespace."""
        return self.get(COLLECTIONS[kind].format(namespace)).get("items", [])

    def create(self, body: dict[str, Any], namespace: str = "") -> dict[str, Any]:
        """Create an object."""
        path = COLLECTIONS[body["kind"]].format(namespace)
        prefix = path.removeprefix("/apis/").removeprefix("/api/").split("/")
        version = "v1" if path.startswith("/api/") else "/".join(prefix[:2])
        status, made = self.ask("POST", path, {"apiVersion": version, **body})
        assert status == 201, made
        return made

    def edit(self, path: str, patch: dict[str, Any]) -> None:
        """Change an object as `kubectl patch --type merge` does."""
        status, said = self.ask("PATCH", path, patch, "application/merge-patch+json")
        assert status == 200, said

    def delete(self, path: str, *, gone: bool = True) -> None:
        """Delete an object and wait until it is gone."""
        status, said = self.ask("DELETE", path, {"gracePeriodSeconds": 0, "propagationPolicy": "Background"})
        assert status in (200, 202, 404), said
        if gone:
            wait_until(lambda: self.ask("GET", path)[0] == 404, f"{path} is gone", 60)

    def token(self, account: str, namespace: str, seconds: int = 3600) -> str:
        """A token of a service account."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        status, made = self.ask("POST", path, {"spec": {"expirationSeconds": seconds}})
        assert status == 201, made
        return str(made["status"]["token"])

    def allow(self, namespaces: Sequence[str] = ()) -> str:
        """Apply the manifest that we ship, its last object for each of these namespaces; return the account's token."""
        *objects, binding = yaml.safe_load_all(RBAC.read_text())
        if not self.get("/api/v1/namespaces/gameday"):
            self.create({"kind": "Namespace", "metadata": {"name": "gameday"}})
            for each in objects:
                self.create(each, each["metadata"].get("namespace", ""))
        token = self.token("gameday", "gameday")
        for each in namespaces:
            self.create({**binding, "metadata": {"name": "gameday", "namespace": each}}, each)
            wait_until(lambda: self.may_look(token, each), f"the account may look into {each}", 30)  # noqa: B023
        return token

    def may_look(self, token: str, namespace: str) -> bool:
        """Does the server know by now what this account may do?"""
        trusting = ssl.create_default_context(cafile=str(self.authority))
        with contextlib.closing(
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=trusting)
        ) as it:
            it.request("GET", COLLECTIONS["CronJob"].format(namespace), headers={"Authorization": f"Bearer {token}"})
            return it.getresponse().status == 200

    def namespace(self, name: str, labels: dict[str, str]) -> None:
        """Create a namespace and wait until the controllers know it."""
        self.create({"kind": "Namespace", "metadata": {"name": name, "labels": labels}})

    def deployment(self, namespace: str, name: str, replicas: int = 2, **metadata: Any) -> None:
        """Create a deployment and wait until its pods are ready."""
        self.create(deployment(name, replicas, **metadata), namespace)
        wait_until(lambda: self.ready(namespace, name) == replicas, f"{name} is ready", 60)

    def ready(self, namespace: str, app: str) -> int:
        """How many pods of it are ready."""
        return sum(
            each["metadata"]["labels"].get("app") == app
            and "deletionTimestamp" not in each["metadata"]
            and any(
                c["type"] == "Ready" and c["status"] == "True" for c in each.get("status", {}).get("conditions", [])
            )
            for each in self.items("Pod", namespace)
        )


def deployment(name: str, replicas: int, **metadata: Any) -> dict[str, Any]:
    """A deployment as its file would say it."""
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "it", "image": "none"}], "terminationGracePeriodSeconds": 0},
    }
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"kind": "Deployment", "metadata": {"name": name, "labels": {"app": name}, **metadata}, "spec": spec}


class Between(Relay):
    """A relay to the API server; it passes the account on and repeats what the server says."""

    def __init__(self, plane: ControlPlane) -> None:
        super().__init__(plane.port)
        self.plane = plane
        self.trusting = ssl.create_default_context(cafile=str(plane.authority))

    def writes(self) -> int:
        """Count what asked for a change: neither a question about rights nor a trial run is one."""
        asks = ("/selfsubjectaccessreviews", "dryRun=All")
        return sum(method != "GET" and not any(each in path for each in asks) for method, path in self.calls)

    def pass_on(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Ask the server behind."""
        behind = http.client.HTTPSConnection("127.0.0.1", self.behind, timeout=20, context=self.trusting)
        with contextlib.closing(behind):
            behind.request(method, path, body or None, headers)
            answer = behind.getresponse()
            return answer.status, answer.read()


@contextlib.contextmanager
def running() -> Iterator[tuple[ControlPlane, Between]]:
    """A control plane and a relay in front of it."""
    with ControlPlane() as plane, Between(plane) as between:
        yield plane, between


def encoded(text: str | bytes) -> str:
    """As a Secret holds it."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def settings(plane: ControlPlane, url: str, token: str, name: str = "target") -> dict[str, Any]:
    """A target's `with:`: a kubeconfig for this address, and a token in a file."""
    config, held = plane.folder / f"{name}.config", plane.folder / f"{name}.token"
    held.write_text(token)
    os.chmod(held, 0o600)  # noqa: PTH101
    config.write_text(plane.config(url, {}))
    return {"kubeconfig": str(config), "token": {"file": str(held)}, "timeout": 5.0}
