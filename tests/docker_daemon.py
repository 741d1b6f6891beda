"""A real Docker daemon of our own with an image made of nothing, and a relay before its socket that can cut."""

import contextlib
import http.client
import io
import os
import shutil
import socket
import tarfile
from collections.abc import Iterator, Sequence
from typing import Any, Self

import docker
from relay import Relay
from servers import Running, missing, wait_until

IMAGE = "gameday-test:one"
BUSYBOX = "/bin/busybox"


class DockerDaemon(Running):
    """dockerd with its own folders and socket: side by side with others, without a bridge or a rule of the firewall."""

    def __init__(self) -> None:
        if shutil.which("dockerd") is None or not os.path.exists(BUSYBOX):  # noqa: PTH110
            missing("Docker", "apt-get install docker.io busybox-static")
        if os.geteuid() != 0:
            missing("a Docker daemon for the tests", "run them as root")
        super().__init__("dockerd")
        self.socket = self.folder / "s"
        self.url = f"unix://{self.socket}"
        self.client: Any = None

    def start(self) -> None:
        """Start it, and make the image."""
        folders = [f"--{name}={self.folder / name}" for name in ("data-root", "exec-root", "pidfile")]
        quiet = ["--bridge=none", "--iptables=false", "--ip6tables=false"]
        self.run(["dockerd", "-H", self.url, *folders, *quiet], self._answers)
        self.client = docker.APIClient(self.url, timeout=30)
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as image:
            image.add(BUSYBOX, "bin/busybox")
        name, tag = IMAGE.split(":")
        self.client.import_image_from_data(content.getvalue(), repository=name, tag=tag)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.clean()
        finally:
            self.client.close()
            self.close()

    def fresh(self) -> str:
        """Remove every container, and return the id of a network `shop` that is as Docker made it."""
        self._remove_containers()
        there = [each for each in self.client.networks() if each["Name"] == "shop"]
        if there and "made" in (there[0]["Labels"] or {}):
            return str(there[0]["Id"])
        self.clean()
        return str(self.client.create_network("shop", labels={"made": "fresh"})["Id"])

    def clean(self) -> None:
        """Remove every container and every network of ours."""
        self._remove_containers()
        for each in self.client.networks():
            if each["Name"].startswith("shop"):
                wait_until(lambda network=each["Id"]: self._removed(network), "the network is removed")

    @contextlib.contextmanager
    def containers(self, count: int, **labels: str) -> Iterator[None]:
        """Start as many by testcontainers, as a team's own tests would, and end them."""
        os.environ.update(DOCKER_HOST=self.url, TESTCONTAINERS_RYUK_DISABLED="true")
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - it reads the environment now

        with contextlib.ExitStack() as running:
            for _ in range(count):
                made = DockerContainer(IMAGE, network_mode="none", stop_signal="SIGKILL")
                made.with_command([BUSYBOX, "sleep", "3600"])
                made.with_kwargs(labels={"gameday.consent": "staging", **labels})
                running.enter_context(made)
            yield

    def _remove_containers(self) -> None:
        for each in self.client.containers(all=True):
            with contextlib.suppress(docker.errors.NotFound):
                self.client.remove_container(each["Id"], force=True)

    def _removed(self, network: str) -> bool:
        """A container that was removed just now may still have its end on it."""
        try:
            self.client.remove_network(network)
        except docker.errors.NotFound:
            return True
        except docker.errors.APIError:
            return False
        return True

    def container(
        self,
        name: str,
        *,
        labels: dict[str, str] | None = None,
        network: str | None = None,
        aliases: Sequence[str] = (),
        **host: Any,
    ) -> str:
        """Start a container that sleeps, alone or on a network, and return its id."""
        ends = None
        if network is not None:
            ends = self.client.create_networking_config(
                {network: self.client.create_endpoint_config(aliases=list(aliases))}
            )
        made = self.client.create_container(
            IMAGE,
            [BUSYBOX, "sleep", "3600"],
            name=name,
            labels={"gameday.consent": "staging"} if labels is None else labels,
            host_config=self.client.create_host_config(network_mode=network or "none", **host),
            networking_config=ends,
            stop_signal="SIGKILL",
        )
        self.client.start(made["Id"])
        return str(made["Id"])

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(str(self.socket))
            probe.settimeout(2)
            probe.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in probe.recv(100)
        return False


class _ByPath(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class DockerRelay(Relay):
    """Passes each request on to a daemon's socket."""

    def __init__(self, daemon: DockerDaemon) -> None:
        super().__init__(0)
        self.daemon = daemon

    def pass_on(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Ask the daemon."""
        with contextlib.closing(_ByPath(str(self.daemon.socket))) as behind:
            behind.request(method, path, body, {"Content-Type": "application/json", **headers})
            answer = behind.getresponse()
            return answer.status, answer.read()
