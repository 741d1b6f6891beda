"""Runs the programs of this folder and prints their rows as one table: `make bench`, `make bench ARGS="help --quick"`.

It ends with 0 whether a goal is met or not, since speed is never a test; with 1 when a program breaks.
"""

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from machine import described
from places import ROOT
from row import Row, from_json

from drills.cli import tables

PROGRAMS = (
    "help",
    "command_to_active",
    "cost_per_fault",
    "inject_call",
    "stop_of_100",
    "kill_to_reverted",
    "hung_to_reverted",
    "detection_stamp",
    "score",
    "runbooks",
)
HEAD = ("what", "ours", "beside", "ratio", "goal", "verdict")
LONGEST = 1800.0
"""Seconds for one program."""


def rows_of(name: str, words: list[str]) -> list[Row]:
    """Run one program in a process of its own. Raises CalledProcessError, TimeoutExpired."""
    program = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), "--json", *words]
    done = subprocess.run(program, stdout=subprocess.PIPE, check=True, timeout=LONGEST, stdin=subprocess.DEVNULL)
    return [from_json(json.loads(line)) for line in done.stdout.splitlines()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which; default all: {', '.join(PROGRAMS)}")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: to see that all run, not how fast")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in PROGRAMS]:
        parser.error(f"{', '.join(unknown)}: no such program; there are {', '.join(PROGRAMS)}")
    names = given.names or PROGRAMS
    before = described(_ground())
    rows, broken = [], []
    for number, name in enumerate(names, 1):
        print(f"[{number}/{len(names)}] {name}", file=sys.stderr, flush=True)
        try:
            rows += rows_of(name, ["--quick"] if given.quick else [])
        except (subprocess.SubprocessError, ValueError) as wrong:
            broken.append(f"{name} broke: {wrong}")
    _show(rows, [f"before: {before}", f"after: {described(_ground())}"], as_json=given.json)
    for each in broken:
        print(f"error: {each}", file=sys.stderr)
    return 1 if broken else 0


def _ground() -> Path:
    folder = ROOT / ".tools"
    folder.mkdir(exist_ok=True)
    return folder


def _show(rows: list[Row], machine: list[str], *, as_json: bool) -> None:
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    if as_json:
        print(json.dumps({"at": when, "machine": machine, "rows": [row.to_json() for row in rows]}, indent=1))
        return
    tables.show(f"how fast, {when}", HEAD, [row.cells() for row in rows])
    print("", *machine, sep="\n")
    verdicts = [row.verdict for row in rows]
    counts = ", ".join(f"{verdicts.count(each)} {each}" for each in ("met", "NOT MET", "not measured"))
    print(f"{counts}; how to read this: docs/performance.md")


if __name__ == "__main__":
    sys.exit(main())
