"""A machine that can open no file and no socket can ask nobody: every probe says so, none says that anything is bad."""

import json
import subprocess
import sys
from typing import Any

import pytest
from raw_server import Server, answer

LOOK = """
import json, os, resource, sys
from drills.signals import registry
from drills.signals.contract import Unanswered
from injectors.values import rebuild

name, target, asked, good = json.loads(sys.argv[1])
kind = registry.probe_kind(name)
parts = rebuild(kind.settings, target), rebuild(kind.parameters, asked), rebuild(kind.good, good)
probe = kind.make(*parts)
try:
    probe.read(5)  # once as it should be: afterwards everything is imported
except Unanswered:
    pass
resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) - 1, 64))
try:
    print("read", probe.read(5))
except Unanswered as nothing:
    print("unanswered", nothing)
"""


@pytest.mark.parametrize(
    ("name", "target", "asked", "good"),
    [
        ("http", {"url": "{url}"}, {}, {}),
        ("http", {"url": "https://127.0.0.1:{port}"}, {}, {}),
        ("prometheus.query", {"url": "{url}"}, {"query": "up"}, {"above": 1}),
        ("tcp", {"host": "127.0.0.1", "port": "{port}"}, {}, {}),
        ("tls", {"host": "127.0.0.1", "port": "{port}"}, {}, {}),
        ("command", {"allow": ["true"]}, {"run": ["true"]}, {}),
        ("process.count", {"supervisor": {"names": ["a"], "pid": ["echo", "1"]}}, {}, {"equals": 1}),
        ("nats.queue_depth", {"url": "nats://127.0.0.1:{port}"}, {"stream": "a", "consumer": "b"}, {"below": 1}),
        ("nats.queue_age", {"url": "nats://127.0.0.1:{port}"}, {"stream": "a", "consumer": "b"}, {"below": 1}),
    ],
)
def test_without_a_free_file_nothing_is_known(name: str, target: Any, asked: Any, good: Any) -> None:
    with Server(answer("{}")) as server:
        told = json.dumps([name, target, asked, good]).replace('"{port}"', str(server.port))
        told = told.replace("{port}", str(server.port)).replace("{url}", server.url)
        done = subprocess.run(
            [sys.executable, "-c", LOOK, told], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.stdout.startswith("unanswered "), f"{done.stdout}{done.stderr}"
    assert "open files" in done.stdout
