"""Calls functions of Chaos Toolkit extensions: in a group of processes, bounded, secrets masked."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from injectors.contract import Json, Refused, Unreachable
from injectors.revealed import blot_out, blot_out_values
from injectors.values import AbsolutePath, Keys, Seconds, Secret

ANSWER_LIMIT = 128 * 1024
"""Bytes of a result."""
_Word = Annotated[str, Field(min_length=1, max_length=200)]
Module = Annotated[str, Field(max_length=300, pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
Function = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z]\w*$")]


def _short(arguments: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(arguments, default=str)) > 64 * 1024:
        raise ValueError("the arguments are longer than 64 KiB")
    return arguments


class Failed(Unreachable):
    """The function raised: what it was to do, or to see, is not known."""


class Settings(Keys):
    """Which Python has the extensions, and what is passed to their functions."""

    python: AbsolutePath | None = Field(
        default=None, description="The Python of the environment with the extensions; default: gameday's own."
    )
    timeout: Annotated[Seconds, Field(ge=0.1, le=120)] = Field(default=30.0, description="For each call.")
    configuration: Annotated[dict[_Word, Secret | str | int | float | bool | None], Field(max_length=200)] = Field(
        default_factory=dict, description="Passed as `configuration`; values may be {env: NAME}."
    )
    secrets: Annotated[dict[_Word, dict[_Word, Secret]], Field(max_length=50)] = Field(
        default_factory=dict, description="Groups of secrets: {k8s: {TOKEN: {env: NAME}}}."
    )


class Call(Keys):
    """One function of an extension."""

    module: Module
    func: Function
    arguments: Annotated[dict[_Word, Any], AfterValidator(_short)] = Field(default_factory=dict)
    secrets: Annotated[tuple[_Word, ...], Field(max_length=50)] = Field(
        default=(), description="The target's groups of secrets that it gets."
    )

    @property
    def name(self) -> str:
        """As it is written in a `consent:` list."""
        return f"{self.module}.{self.func}"


def call(settings: Settings, calls: Sequence[Call], timeout: float | None = None) -> list[Json]:
    """Call them one after the other in one process. Raises `Failed`, or `Unreachable`: it hung."""
    return _run(settings, calls, min(timeout or settings.timeout, settings.timeout), only_look=False)


def must_load(settings: Settings, calls: Sequence[Call]) -> None:
    """See that each function is there, without calling it. Raises `Refused` or `Unreachable`."""
    try:
        _run(settings, calls, settings.timeout, only_look=True)
    except Failed as wrong:
        raise Refused(f"{wrong}: install the extension for {_python(settings)}") from None


def _run(settings: Settings, calls: Sequence[Call], timeout: float, *, only_look: bool) -> list[Json]:
    names = ", ".join(each.name for each in calls)
    told = {
        "calls": [_told(settings, each) for each in calls],
        "configuration": {key: _revealed(value) for key, value in settings.configuration.items()},
        "only_look": only_look,
    }
    answer = _conversation([_python(settings), str(Path(__file__).with_name("call.py"))], told, timeout, names)
    try:
        said = json.loads(answer)
    except ValueError:
        raise Failed(f"{names} ended without a result: run it by hand to see why") from None
    if "error" in said:
        raise Failed(f"{names} failed: {blot_out(str(said['error']))}")
    found: list[Json] = blot_out_values(said["results"])
    return found


def _conversation(command: Sequence[str], told: Json, timeout: float, names: str) -> bytes:
    """Send it to the process and read its one answer; at the limit the whole group is ended."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as wrong:
        raise Refused(f"{command[0]} cannot be started: {wrong.strerror}; check `python:` of the target") from None
    try:
        answer, _ = process.communicate(json.dumps(told).encode(), timeout)
    except subprocess.TimeoutExpired:
        raise Unreachable(f"{names} did not end within {timeout:g} s, and was ended") from None
    finally:
        # Ended also when all went well: what a function leaves running would act after its drill.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe else None
    return answer[:ANSWER_LIMIT]


def _told(settings: Settings, each: Call) -> dict[str, Json]:
    missing = [name for name in each.secrets if name not in settings.secrets]
    if missing:
        raise Refused(f"the target has no secrets called {missing[0]}: write `secrets: {{{missing[0]}: ...}}` into it")
    # As Chaos Toolkit does it: the groups are one map, and without any the function's own default stands.
    passed = {key: held.reveal() for name in each.secrets for key, held in settings.secrets[name].items()}
    return {"module": each.module, "func": each.func, "arguments": each.arguments, "secrets": passed or None}


def _revealed(value: Any) -> Json:
    return value.reveal() if isinstance(value, Secret) else value


def _python(settings: Settings) -> str:
    return settings.python or sys.executable
