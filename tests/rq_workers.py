"""Real RQ workers as processes of their own, for the tests."""

import subprocess
import sys
from typing import Self

from redis_server import RedisServer
from servers import end_tree, wait_until


class RqWorker:
    """One worker of the queue `mails`; it looks for jobs every second at the latest."""

    def __init__(self, server: RedisServer, database: int = 0) -> None:
        self.server = server
        self.url = f"{server.url}/{database}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "rq.cli", "worker", "--url", self.url, "--quiet", "mails"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command,
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            cwd=self.server.folder,
            start_new_session=True,
        )
        wait_until(lambda: self.server.do("SCARD", "rq:workers") > 0, "the worker is there", 30)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            end_tree(self.process)
