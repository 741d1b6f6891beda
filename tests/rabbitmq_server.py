"""A real RabbitMQ broker with its management API, for the tests: its own folder, epmd and ports."""

import base64
import contextlib
import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import pika
import psutil
from servers import Running, free_port, missing, wait_until

START = "/usr/lib/rabbitmq/bin/rabbitmq-server"
SLOW_START = 90.0
"""Seconds: it takes seven on an idle machine."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class RabbitMq(Running):
    """The real broker; the account guest/guest may do all."""

    def __init__(self) -> None:
        super().__init__("rabbitmq-server")
        self.port, self.web, self.epmd, self.dist = (free_port() for _ in range(4))
        self.url = f"http://127.0.0.1:{self.web}"
        self.amqp = f"amqp://127.0.0.1:{self.port}"
        conf = [
            f"listeners.tcp.1 = 127.0.0.1:{self.port}",
            "management.tcp.ip = 127.0.0.1",
            f"management.tcp.port = {self.web}",
        ]
        (self.folder / "rabbitmq.conf").write_text("\n".join(conf) + "\n")
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")

    def start(self) -> None:
        """Start it (again), with what it stored."""
        if not Path(START).exists():
            missing("rabbitmq-server", "apt-get install rabbitmq-server")
        folder = str(self.folder)
        ours = {
            "HOME": folder,
            "LANG": "C.UTF-8",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_NODENAME": f"gameday{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.dist),
            "ERL_EPMD_PORT": str(self.epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        told = [f"{name}={value}" for name, value in ours.items()]
        self.run([shutil.which("env") or "env", *told, START], lambda: True)
        process = self.process
        assert process is not None
        try:
            wait_until(lambda: process.poll() is not None or self._answers(), "rabbitmq-server", SLOW_START)
        except BaseException:
            self.stop()
            raise
        if process.poll() is not None:
            raise RuntimeError(f"rabbitmq-server ended with {process.returncode}:\n{self.output()}")

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "health", "checks", "port-listener", str(self.port))[0] == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End it, and the epmd that it started as a daemon."""
        super().stop()
        for each in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error):
                if each.info["name"] == "epmd" and each.environ().get("ERL_EPMD_PORT") == str(self.epmd):
                    each.kill()

    def ask(self, method: str, *path: str, body: Any = None) -> tuple[int, Any]:
        """Ask the management API as an administrator: (status, the answer's JSON)."""
        url = f"{self.url}/api/{'/'.join(quote(each, safe='') for each in path)}"
        sent = None if body is None else json.dumps(body).encode()
        account = base64.b64encode(b"guest:guest").decode()
        headers = {"content-type": "application/json", "authorization": f"Basic {account}"}
        try:
            with _DIRECT.open(urllib.request.Request(url, sent, headers, method=method), timeout=10) as answer:
                status, held = answer.status, answer.read()
        except urllib.error.HTTPError as wrong:
            with wrong:
                status, held = wrong.code, wrong.read()
        return status, json.loads(held) if held else None

    def connect(self, vhost: str, user: str = "guest", password: str = "guest") -> pika.BlockingConnection:
        """Connect as anybody would; close it by `with`."""
        account = pika.PlainCredentials(user, password)
        return pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", self.port, vhost, account))

    def user(self, name: str, password: str, vhost: str, tags: str = "", right: str = ".*") -> None:
        """Create a user with a right to everything in a vhost, or another."""
        assert self.ask("PUT", "users", name, body={"password": password, "tags": tags})[0] in (201, 204)
        rights = dict.fromkeys(("configure", "write", "read"), right)
        assert self.ask("PUT", "permissions", vhost, name, body=rights)[0] in (201, 204)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
