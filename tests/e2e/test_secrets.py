"""A canary planted as a secret in the environment, in files, in answers and in exceptions is found nowhere again."""

import json
import os
import secrets
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from raw_server import Server
from redis_server import RedisServer
from servers import EmbeddedToxiproxy, NatsServer, free_port, wait_until
from workplace import Workplace, said

LEAKY = '''
"""Somebody's plug-in that repeats a secret wherever it can."""
import os
import threading
from dataclasses import dataclass
from injectors.contract import InjectorError, Kind, State, Undo
from injectors.values import Keys, Secret, rebuild
from drills.signals.contract import Judgement, ProbeKind, Reading, Unanswered
from pydantic import BaseModel


class Settings(Keys):
    token: Secret


class Parameters(Keys):
    breaks: str


class Good(Keys):
    pass


@dataclass
class Leaky:
    change: object
    owner: str = "leaky"

    @property
    def token(self):
        return rebuild(Settings, self.change.target).token.reveal()

    def at(self, moment):
        breaks = self.change.parameters["breaks"]
        if breaks == moment:
            raise InjectorError(f"the token {self.token} was not taken")
        if breaks == f"bug in {moment}":
            raise RuntimeError(f"cannot use {self.token}")

    def prepare(self):
        self.at("prepare")
        return Undo("leaky", 1)

    def inject(self, undo):
        self.at("inject")

    def revert(self, undo):
        self.at("revert")

    def inspect(self, undo):
        return State.CLEAR


def subjects(settings, parameters):
    if parameters["breaks"] == "bug in subjects":
        raise RuntimeError(rebuild(Settings, settings).token.reveal())
    return ["it"]


FAULT = Kind("leaky", "Leaks.", "leaky", Settings, Parameters, "none", "nothing", subjects, Leaky)


@dataclass
class Talking:
    token: str
    breaks: str

    def read(self, timeout):
        if self.breaks == "unanswered":
            raise Unanswered(f"{self.token} is not let in")
        if self.breaks == "bug":
            raise RuntimeError(self.token)
        if self.breaks == "thread":
            threading.Thread(target=int, args=(self.token,)).start()
        return Reading(self.token, {"text": self.token}, f"token={self.token}".encode())

    def judge(self, reading):
        return Judgement(True, f"said {reading.value}")


def make(settings, parameters, good):
    return Talking(settings.token.reveal(), parameters.breaks)


PROBE = ProbeKind("talking", "Talks.", "leaky", Settings, Parameters, Good, make)
'''
LOGGING = """
import logging, os
logging.basicConfig(level=1, filename=os.environ["LOGGED"], format="%(name)s %(message)s")
"""


class Planted(Workplace):
    """A workspace with canaries wherever a secret may stand, and a log of everything any library logs."""

    def __init__(self, folder: Path) -> None:
        home = folder / "home"
        about = home / "leaky-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: leaky\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(
            "[gameday.injectors]\nleaky = leaky:FAULT\n[gameday.signals]\ntalking = leaky:PROBE\n"
        )
        (home / "leaky.py").write_text(LEAKY)
        (home / "sitecustomize.py").write_text(LOGGING)
        super().__init__(folder)
        self.canaries = [f'canary"{secrets.token_hex(8)} /{end}' for end in ("ä", "ö", "")]
        self.said: list[str] = []
        (folder / "token.txt").write_text(self.canaries[1] + "\n")
        self.secret_files = {folder / "token.txt"}
        paths = [str(home), *filter(None, [os.environ.get("PYTHONPATH", "")])]
        self.environment |= {
            "TOKEN": self.canaries[0],
            "HOOK": self.canaries[2],
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDEVMODE": "1",
            "LOGGED": str(folder / "logged.txt"),
        }

    def ended(self, process, seconds=60.0):
        done = super().ended(process, seconds)
        self.said += [done.stdout, done.stderr]
        return done

    def everything(self) -> dict[str, bytes]:
        """All that was said and all that was written, by name."""
        held = {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        held |= {f"output {number}": text.encode() for number, text in enumerate(self.said)}
        return {name: content for name, content in held.items() if Path(name) not in self.secret_files}

    def assert_silent(self) -> None:
        """No canary anywhere, as it is, escaped, or in pieces."""
        cores = [each[7:23] for each in self.canaries]
        held = self.everything()
        assert "logged.txt" in {Path(name).name for name in held}
        assert [name for name, content in held.items() if any(core.encode() in content for core in cores)] == []


@pytest.fixture
def here(tmp_path) -> Iterator[Planted]:
    with Planted(tmp_path) as place:
        yield place


def echo(line: socket.socket, server: Server) -> None:
    """Answer with everything that was asked, in the body and in a header."""
    asked = server.requests[-1].decode(errors="replace")
    token = next((each.partition(": ")[2] for each in asked.split("\r\n") if each.startswith("authorization")), "")
    body = json.dumps({"state": "paid", "you": token, "all": asked}).encode()
    head = f"HTTP/1.1 200 OK\r\nset-cookie: t={token}\r\nx-echo: {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    line.sendall(head.encode() + body)


PROBES = """{
  pays: {probe: http, target: shop, good: {json: {state: paid}}, every: 100ms},
  you: {probe: http, target: shop, with: {value: you}, good: {equals: somebody else}, every: 100ms},
  says: {probe: command, with: {run: [sh, -c, 'echo $T; echo $T >&2; exit 3']}, good: {equals: 1}, every: 100ms},
  refused: {probe: http, target: nobody, good: {status: 200}, every: 100ms},
  talks: {probe: talking, target: leaky, with: {breaks: never}, every: 100ms},
  silent: {probe: talking, target: leaky, with: {breaks: unanswered}, every: 100ms},
  broken: {probe: talking, target: leaky, with: {breaks: bug}, every: 100ms},
  threads: {probe: talking, target: leaky, with: {breaks: thread}, every: 100ms}}""".replace("\n", " ")


def targets(shop: Server, hook: int) -> dict[str, str]:
    header = "headers: {authorization: {env: TOKEN}}"
    return {
        "shop": f'{{kind: http, with: {{url: "{shop.url}", {header}}}}}',
        "nobody": f'{{kind: http, with: {{url: "http://127.0.0.1:{free_port()}", {header}}}}}',
        "box": "{kind: command, with: {allow: [sh], environment: {T: {file: " + str(shop.token) + "}}}}",
        "leaky": "{kind: leaky, with: {token: {env: TOKEN}}}",
        "pages": f'{{kind: webhook, with: {{listen: "127.0.0.1:{hook}", token: {{env: HOOK}}}}}}',
    }


@pytest.fixture
def shop(here) -> Iterator[Server]:
    with Server(echo) as server:
        server.token = here.folder / "token.txt"
        yield server


def page(port: int, canary: str, *, good: bool) -> int:
    """An alert whose every text repeats the token it was sent with."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "Slow", "token": canary},
        "annotations": {"summary": f"as {canary} says"},
        "startsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "fingerprint": "f",
    }
    body = {
        "version": "4",
        "status": "firing",
        "receiver": canary,
        "externalURL": f"http://{canary}",
        "alerts": [alert],
    }
    token = canary if good else f"not-{canary}"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", json.dumps(body).encode())
    request.add_header("authorization", f"Bearer {token}".encode().decode("latin-1"))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as wrong:
        with wrong:
            return wrong.code


def test_a_drill_whose_targets_repeat_every_secret_leaves_none_of_them_anywhere(here, shop):
    hook = free_port()
    here.workspace(targets(shop, hook))
    expect = "{alert: {name: Slow, within: 9s}}"
    path = here.drill("one", {"quiet": "{inject: noop, duration: 3s}"}, probes=PROBES, expect=expect)

    here.type("check")
    here.type("plan", path)
    here.type("plan", path, "--json")
    here.type("run", "--rehearse", path)
    running = here.start("run", path)
    here.until_on("quiet")
    assert (page(hook, here.canaries[2], good=False), page(hook, here.canaries[2], good=True)) == (401, 200)
    ended = here.ended(running)

    assert ended.returncode == 0, said(ended)
    assert b"[secret]" in (here.folder / ".gameday" / "store.db").read_bytes()
    assert all(here.canaries[0].encode() in each for each in shop.requests if b"authorization" in each)
    for words in ("status", "status --json", "score", "score --json", "score --junit card.xml", "log", "log --json"):
        here.type(*words.split())
    here.type("verify")
    here.type("export", "--output", "all.jsonl")
    assert here.card()["met"] == 2
    entries = {each["body"].get("probe"): each["body"] for each in here.entries()}
    assert set(entries) >= {"pays", "you", "says", "refused", "talks", "silent", "broken", "threads"}
    assert entries["talks"]["why"] == "said [secret]"
    assert entries["silent"]["why"] == "[secret] is not let in"
    assert entries["broken"]["why"] == "the probe has a bug: RuntimeError"
    here.assert_silent()


@pytest.mark.parametrize(
    "breaks", ["prepare", "inject", "revert", "bug in prepare", "bug in inject", "bug in subjects"]
)
def test_a_fault_whose_errors_repeat_its_secret_repeats_it_nowhere(here, breaks):
    here.workspace({"leaky": "{kind: leaky, with: {token: {env: TOKEN}}}"})
    path = here.drill("one", {"leak": f"{{inject: leaky, with: {{breaks: {breaks}}}, duration: 300ms}}"})

    for words in (f"plan {path}", f"run --rehearse {path}", f"run {path}", "status", "revert --all", "log"):
        here.type(*words.split())

    text = "".join(here.said)
    assert "[secret]" in text or "has a bug" in text
    assert "Traceback" not in text
    here.assert_silent()


def test_accounts_that_are_not_let_in_are_refused_without_their_secret(here):
    with NatsServer('authorization: {user: "drills", password: "another"}') as broker:
        account = "user: drills, password: {file: " + str(here.folder / "token.txt") + "}"
        here.workspace({"broker": f'{{kind: nats, with: {{url: "{broker.url}", {account}}}}}'})
        path = here.drill("one", {"full": "{inject: nats.refuse_writes, with: {stream: x}, duration: 1s}"})

        for words in (("check",), ("plan", path), ("run", path), ("sweep",)):
            here.type(*words)

    assert "".join(here.said).count("does not know this account") == 3
    here.assert_silent()


def test_a_redis_account_that_is_not_let_in_is_refused_without_its_secret(here):
    with RedisServer() as server:
        account = "user: drills, password: {file: " + str(here.folder / "token.txt") + "}"
        here.workspace({"cache": f'{{kind: redis, with: {{url: "{server.url}", {account}}}}}'})
        probes = "{deep: {probe: redis.queue_depth, with: {key: orders}, good: {below: 9}}}"
        path = here.drill("one", {"full": "{inject: redis.refuse_writes, duration: 1s}"}, probes=probes)

        for words in (("check",), ("plan", path), ("run", path), ("sweep",)):
            here.type(*words)

    assert "does not know this account" in "".join(here.said)
    here.assert_silent()


def test_an_address_with_a_password_in_it_is_refused_without_it(here):
    with EmbeddedToxiproxy():
        word = here.canaries[0][7:23]
        here.workspace({"proxy": f'{{kind: toxiproxy, with: {{url: "http://ann:{word}@127.0.0.1:1"}}}}'})
        path = here.drill("one", {"cut": "{inject: toxiproxy.down, with: {proxy: x}, duration: 1s}"})
        here.secret_files.add(here.folder / "gameday.yaml")

        for words in ("check", "check --format json", f"plan {path}", f"run {path}", "sweep", "status"):
            here.type(*words.split())

    here.assert_silent()


def test_the_undo_log_of_a_dead_drill_holds_the_reference_alone(here):
    here.workspace({"leaky": "{kind: leaky, with: {token: {env: TOKEN}}}"})
    path = here.drill("one", {"leak": "{inject: leaky, with: {breaks: never}, duration: 1m}"})
    running = here.start("run", path)
    log = here.folder / ".gameday" / "drills" / "1" / "undo.jsonl"
    wait_until(lambda: log.exists() and b'"injecting"' in log.read_bytes(), "it is being injected")
    here.kill_with_its_guards(running)

    assert b'{"env":"TOKEN"}' in log.read_bytes().replace(b" ", b"")
    assert here.type("revert", "--all").returncode == 0
    here.assert_silent()
