"""A real PostgreSQL for the tests, on a free port, as an account that is not root; and a streaming replica of one."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import psycopg
from servers import Running, free_port, missing, wait_until

ROOT = os.geteuid() == 0
PROGRAMS = ("/usr/lib/postgresql/15/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))
OWNER = "postgres"
"""The account that Debian's package makes; PostgreSQL refuses to run as root."""


def program(name: str) -> str:
    """Where this program of the server's is."""
    found = shutil.which(name, path=os.pathsep.join([*PROGRAMS, os.environ.get("PATH", "")]))
    return found or missing("PostgreSQL", "apt-get install postgresql")


def as_owner(command: Sequence[str]) -> list[str]:
    """The command as run by an account that is not root."""
    through = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"] if ROOT else []
    return [*through, *command]


class PostgresServer(Running):
    """A server with the superuser `admin` and the password `all`; everything else a test makes itself."""

    def __init__(self, config: str = "") -> None:
        super().__init__("postgres")
        self.port = free_port()
        self.config = config
        self.files = self.folder / "files"
        if ROOT:
            shutil.chown(self.folder, OWNER, OWNER)

    def __enter__(self) -> Self:
        self.create()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create(self) -> None:
        """Make its files."""
        password = self.folder / "password"
        password.write_text("all")
        if ROOT:
            shutil.chown(password, OWNER, OWNER)
        self._done("initdb", "-D", str(self.files), "-U", "admin", "-A", "scram-sha-256", f"--pwfile={password}", "-N")
        self._listens_here()

    def copy_of(self, primary: "PostgresServer", name: str) -> None:
        """Make its files those of a streaming replica."""
        where = f"host=127.0.0.1 port={primary.port} user=admin password=all application_name={name}"
        self._done("pg_basebackup", "-D", str(self.files), "-R", "-X", "stream", "-c", "fast", "-d", where)
        self._listens_here()

    def _listens_here(self) -> None:
        told = f"""
listen_addresses = '127.0.0.1'
port = {self.port}
unix_socket_directories = ''
fsync = off
max_connections = 40
{self.config}
"""
        with (self.files / "postgresql.conf").open("a") as file:
            file.write(told)

    def _done(self, name: str, *words: str) -> None:
        made = subprocess.run(
            as_owner([program(name), *words]), capture_output=True, check=False, timeout=60, cwd=self.folder
        )
        assert made.returncode == 0, made.stdout.decode() + made.stderr.decode()

    def start(self) -> None:
        """Start it (again), on the same port and with what it stored."""
        self.run(as_owner([program("postgres"), "-D", str(self.files)]), self._answers)

    def _answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Shut it down without waiting for its clients."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT)
            process = self.process
            wait_until(lambda: process.poll() is not None, "postgres has stopped", 30)
        self.process = None

    def promote(self) -> None:
        """Make a primary of a replica."""
        self.ask("SELECT pg_promote(true, 30)")

    def connect(self, database: str = "postgres", user: str = "admin", password: str = "all", **more: Any) -> Any:
        """A session as any client has it."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=user, password=password, autocommit=True, **more
        )

    def ask(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Do these as the superuser, each by itself; what the last one says."""
        with self.connect(database, options="-c default_transaction_read_only=off") as session:
            for each in statements:
                done = session.execute(each)
            return done.fetchall() if done.description else []
