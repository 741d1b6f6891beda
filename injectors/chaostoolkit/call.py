"""Run by the extension's own Python in a process of its own: calls functions, writes their results as JSON.

It imports nothing of gameday, and what the function prints goes nowhere: it may hold a secret.
"""

import importlib
import inspect
import json
import os
import sys
from typing import Any

RESULT_LIMIT = 64 * 1024


def main() -> None:
    """Read the call from standard input, write one line to standard output."""
    sys.path.pop(0)  # this file's folder: its names are not the extension's
    told = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        results = [_called(each, told) for each in told["calls"]]
        said = json.dumps({"results": results}, default=str)
        if len(said) > RESULT_LIMIT:
            said = json.dumps({"error": "its result is longer than 64 KiB"})
    except (Exception, SystemExit) as wrong:  # noqa: BLE001 - somebody's function, whatever it raises
        said = json.dumps({"error": f"{type(wrong).__name__}: {wrong}"[:500]})
    out.write(said)
    out.flush()
    os._exit(0)  # threads that the function has left behind keep nobody waiting


def _called(call: Any, told: Any) -> Any:
    function = getattr(importlib.import_module(call["module"]), call["func"])
    if told["only_look"]:
        return None
    arguments = dict(call["arguments"])
    takes = inspect.signature(function).parameters
    for name in ("configuration", "secrets"):
        passed = told["configuration"] if name == "configuration" else call["secrets"]
        if name in takes and name not in arguments and passed is not None:
            arguments[name] = passed
    return function(**arguments)


if __name__ == "__main__":
    main()
