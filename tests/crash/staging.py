"""A small staging of real parts, all of it compared field for field, and `gameday run` on it as a person types it."""

import asyncio
import json
import os
import shutil
import subprocess
import sys

import nats
import yaml
from crashing import Files, Proxies, Victim
from tls_parts import Issuer, key_text, new_key
from trouble import install
from workers import NAMES, Workers

GAMEDAY = [sys.executable, "-m", "drills.cli"]
CONSENT = {"gameday.consent": "staging"}


class Stream:
    """A stream with a consumer on a real NATS server, as the server shows them."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.create()

    def create(self):
        """Make it as new."""
        name = self.name
        config = {"name": name, "subjects": [f"{name}.>"], "metadata": {"team": "orders", **CONSENT}}
        consumer = {"stream_name": name, "config": {"durable_name": "workers", "ack_policy": "explicit"}}
        made = self._ask((f"STREAM.CREATE.{name}", config), (f"CONSUMER.DURABLE.CREATE.{name}.workers", consumer))
        assert not any("error" in each for each in made), made

    def now(self):
        """Its configuration and its consumer's, and whether that is paused; None when it is gone."""
        stream, consumer = self._ask((f"STREAM.INFO.{self.name}", None), (f"CONSUMER.INFO.{self.name}.workers", None))
        return None if "error" in stream else (stream["config"], consumer["config"], consumer.get("paused", False))

    def mend(self):
        """End a pause and set the limit, as its own tools do."""
        config = self._ask((f"STREAM.INFO.{self.name}", None))[0]["config"]
        mended = {**config, "max_msg_size": -1, "metadata": {"team": "orders", **CONSENT}}
        self._ask((f"STREAM.UPDATE.{self.name}", mended), (f"CONSUMER.PAUSE.{self.name}.workers", {}))

    def remove(self):
        """Delete it, if it is there."""
        self._ask((f"STREAM.DELETE.{self.name}", None))

    def _ask(self, *requests):
        async def asked():
            client = await nats.connect(self.server.url)
            found = []
            for subject, body in requests:
                payload = b"" if body is None else json.dumps(body).encode()
                answer = await client.request(f"$JS.API.{subject}", payload, timeout=10)
                found.append(json.loads(answer.data))
            await client.close()
            return found

        return asyncio.run(asked())


class Certificates:
    """A folder with a certificate, its key and their consent, byte for byte with mode and owner."""

    issuer = Issuer()

    def __init__(self, folder):
        self.folder = folder
        self.create()

    def create(self):
        """Make it as new, with a new key."""
        self.folder.mkdir()
        key = new_key()
        self._put("ledger.crt", self.issuer.issue(key) + self.issuer.text, 0o464)
        self._put("ledger.key", key_text(key), 0o640)
        self._put("gameday-consent", b"staging\n", 0o644)

    def _put(self, name, content, mode):
        (self.folder / name).write_bytes(content)
        (self.folder / name).chmod(mode)

    def now(self):
        """Every file there, hidden ones too."""
        if not self.folder.is_dir():
            return None
        found = {path.name: (path, path.stat()) for path in self.folder.iterdir()}
        return {name: (path.read_bytes(), stat.st_mode, stat.st_uid) for name, (path, stat) in found.items()}

    def mend(self, before):
        """Put the good one in, as somebody who has it would."""
        (self.folder / "ledger.crt").write_bytes(before["ledger.crt"][0])

    def remove(self):
        """Take the folder away."""
        shutil.rmtree(self.folder)


class Staging:
    """Files, certificates, proxies, workers and a stream for one drill, in a folder that is the workspace too."""

    def __init__(self, folder, toxiproxy, broker):
        self.folder = folder
        folder.mkdir(parents=True)
        self.files = Files(folder / "files", count=2)
        self.certificates = Certificates(folder / "tls")
        self.proxies = Proxies(toxiproxy, folder.name)
        self.stream = Stream(broker, folder.name)
        self.workers = Workers()
        self.workers.fresh()
        self.environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        (folder / "gameday.yaml").write_text(json.dumps(self._workspace(toxiproxy, broker)))
        self.before = self.now()
        self.stayed = self.workers.pid("worker-2")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.workers.__exit__()
        self.proxies.remove()
        self.stream.remove()

    def _workspace(self, toxiproxy, broker):
        targets = {
            "proxies": {"kind": "toxiproxy", "with": {"url": toxiproxy.url}, "consent": self.proxies.names},
            "broker": {"kind": "nats", "with": {"url": broker.url}},
            "tls": {
                "kind": "certificate",
                "with": {"folder": str(self.certificates.folder)},
                "consent": ["ledger.crt"],
            },
        }
        for name in NAMES:
            pidfiles = str(self.workers.folder / "run" / f"{name}.pid")
            targets[name] = {"kind": "process", "with": {"pidfiles": pidfiles, "supervisor": self.workers.supervisor}}
        return {
            "format": 1,
            "zone": "UTC",
            "environments": {"staging": {"targets": targets}},
            "services": {"shop": {}},
            "caps": {"faults_at_once": 20},
        }

    def scenario(self, hold):
        """Ten faults of ten kinds, on together for so many milliseconds; one of them ends before the others."""
        first, last, stream = self.proxies.names[0], self.proxies.names[-1], {"stream": self.stream.name}
        wanted = {
            "line": ("noop", "", {"file": str(self.files.paths[-1])}),
            "old": ("certificate.expire", "tls", {"certificate": "ledger.crt", "key": "ledger.key"}),
            "slow": ("toxiproxy.latency", "proxies", {"proxy": first, "latency": "200ms"}),
            "thin": ("toxiproxy.bandwidth", "proxies", {"proxy": first, "rate": "20kB/s"}),
            "cut": ("toxiproxy.down", "proxies", {"proxy": last}),
            "dead": ("process.kill", "worker-1", {}),
            "still": ("process.stop", "worker-2", {}),
            "down": ("process.keep_down", "worker-3", {}),
            "paused": ("nats.pause_consumer", "broker", {**stream, "consumer": "workers"}),
            "shut": ("nats.refuse_writes", "broker", stream),
        }
        faults = {
            name: {"inject": kind, "with": keys, "when": "0s", "duration": f"{hold}ms"}
            | ({"target": target} if target else {})
            for name, (kind, target, keys) in wanted.items()
        }
        del faults["dead"]["duration"]
        faults["down"]["duration"] = f"{hold // 3}ms"
        words = {
            "scenario": "everything",
            "title": "Every kind at once",
            "service": "shop",
            "time_limit": f"{hold + 200}ms",
        }
        path = self.folder / "everything.yaml"
        path.write_text(json.dumps({**words, "steady_state": [], "stop_unless": [], "faults": faults}))
        return path

    def now(self):
        """Everything that must be as before; a worker that was killed is another process afterwards, and lives."""
        files, certificates, proxies = self.files.now(), self.certificates.now(), self.proxies.now()
        return files, certificates, proxies, self.workers.state(), self.stream.now()

    def assert_as_before(self, story):
        """Field for field, and the worker that was only stopped is still the same process."""
        assert self.now() == self.before, story
        assert self.workers.pid("worker-2") == self.stayed, story

    def run(self, hold, *options):
        """Start `gameday run` on all of it."""
        return Run(self, [*GAMEDAY, "run", str(self.scenario(hold)), *options])

    def type(self, *words, before=()):
        """A command typed in the workspace, to its end."""
        return subprocess.run(
            [*before, *GAMEDAY, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )


class Bench:
    """A workspace of nothing but files, for drills that are small and quick."""

    def __init__(self, folder, count=1):
        self.folder = folder
        self.files = Files(folder / "files", count=count)
        self.environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": install(folder)}
        workspace = {"format": 1, "zone": "UTC", "environments": {"staging": {"targets": {}}}, "services": {"shop": {}}}
        (folder / "gameday.yaml").write_text(
            json.dumps({**workspace, "scenarios": ["."], "caps": {"faults_at_once": 20}})
        )

    def run(self, hold=60.0, command=(), redirect=None, **trouble):
        """Start `gameday run` on all files for so many seconds; `inject="bug@2"` and the like is the trouble."""
        path = self.scenario(hold, **trouble)
        return Run(self, [*command, *GAMEDAY, "run", str(path)], **(redirect or {}))

    def run_day(self, redirect=None, **trouble):
        """The same as the only part of a game day."""
        self.scenario(60.0, **trouble)
        path = self.folder / "day.yaml"
        parts = {"only": {"scenario": "small", "when": "0s"}}
        path.write_text(yaml.safe_dump({"game_day": "day", "title": "A day", "parts": parts}, sort_keys=False))
        return Run(self, [*GAMEDAY, "run", str(path)], drill="2", **(redirect or {}))

    def scenario(self, hold, **trouble):
        """Write it; its file."""
        calls = str(self.folder / "calls")
        faults = {
            f"f{number}": {
                "inject": "test.trouble",
                "with": {"file": str(path), "calls": calls, **trouble},
                "when": "0s",
                "duration": f"{round(hold * 1000)}ms",
            }
            for number, path in enumerate(self.files.paths)
        }
        words = {"scenario": "small", "title": "Small", "service": "shop", "steady_state": [], "stop_unless": []}
        path = self.folder / "small.yaml"
        path.write_text(yaml.safe_dump({**words, "faults": faults}, sort_keys=False))
        return path

    type = Staging.type


class Run(Victim):
    """`gameday run` in a workspace; the drill is its first one, or another when a game day has the first number."""

    def __init__(self, workspace, command, drill="1", **more):
        folder = workspace.folder / ".gameday" / "drills" / drill
        more = {"cwd": workspace.folder, "env": workspace.environment, "process_group": 0, **more}
        super().__init__(folder, command, workspace.folder / "errors", **more)
