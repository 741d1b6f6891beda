"""A small Chaos Toolkit extension, in a Python environment of its own: it opens and closes a pool, a file."""

import os
import subprocess
import sys
import venv
from pathlib import Path

CODE = """
import json, os, pathlib, subprocess, sys, time

def _pool(path):
    held = pathlib.Path(path).read_text()
    if held not in ("open", "closed"):
        raise RuntimeError("the pool is in a state that nobody knows")
    return held

def close_pool(path):
    print("a word on standard output that is no JSON")
    _pool(path)
    pathlib.Path(path).write_text("closed")
    return {"closed": 1}

def open_pool(path):
    _pool(path)
    pathlib.Path(path).write_text("open")

def pool_is_closed(path):
    return _pool(path) == "closed"

def size(of=3):
    return of

def told(configuration=None, secrets=None):
    return json.dumps([configuration, secrets], sort_keys=True)

def leak(secrets):
    raise RuntimeError("no entry with " + secrets["KEY"])

def hang(pids):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    pathlib.Path(pids).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)

def shout():
    return "x" * 1000000

def leaves():
    sys.exit(3)
"""


def environment(folder: Path) -> Path:
    """Make the environment; return its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60, env=env)
    package = Path(told.stdout.strip(), "chaosshop")
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "pools.py").write_text(CODE)
    assert python.resolve() == Path(sys.executable).resolve()
    return python
