"""`command`: runs a program of the target's list, without a shell, and looks at its end and what it prints.

It gets an environment of its own, a session of its own, and no time beyond the look's. Nothing of it is left running.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from drills.signals import subset
from drills.signals.bounded_run import Finished, run
from drills.signals.contract import Json, Judgement, ProbeKind, Reading, SignalError, Unanswered
from drills.signals.evidence import without
from drills.signals.good import Core, judge
from injectors.values import Keys, MissingSecret, Secret, by_reference

_NUMBER = r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?(e[+-]?[0-9]{1,9})?|nan|inf|infinity)"
PASSED_ON = ("PATH", "HOME", "TZ", "TMPDIR")
"""What a command sees of our own environment."""
Word = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=100)]
Code = Annotated[int, Field(strict=True, ge=0, le=255)]
Codes = Annotated[tuple[Code, ...], Field(max_length=256)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]


class Settings(Keys):
    """What may be run there, and with what."""

    allow: Annotated[tuple[Word, ...], Field(min_length=1, max_length=100)] = Field(
        description="the programs, each exactly as `run:` begins"
    )
    environment: Annotated[dict[Name, Secret | str], Field(max_length=100), AfterValidator(by_reference)] = Field(
        default_factory=dict, description="variables of the command; values may be {env: NAME}"
    )
    folder: str | None = Field(default=None, max_length=4096, description="where it runs; default: where gameday runs")


class Parameters(Keys):
    """What is run."""

    run: Words = Field(description="a program and its arguments as a list; there is no shell")
    unanswered: Codes = Field(default=(), description="exit codes that mean: the question could not be asked")


class Good(Core):
    """Every part must hold; the value is what it prints, when that is one number."""

    exit: Code | Annotated[list[Code], Field(min_length=1, max_length=256)] = Field(
        default=0, description="its exit code"
    )
    contains: str | None = Field(default=None, min_length=1, max_length=4096, description="text in what it prints")
    json_: Any = Field(default=None, alias="json", description="what it prints is JSON and holds at least this")

    @model_validator(mode="after")
    def _one_wish(self) -> Self:
        if self.json_ is not None and self.compares:
            raise ValueError("write json or a comparison, not both: JSON is not one value")
        return self


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """One run."""

    settings: Settings
    asked: Parameters
    good: Good

    def read(self, timeout: float) -> Reading:
        """How it ended. Raises `Unanswered`: not found, killed, too slow, or an exit code that says so."""
        environment, secrets = self._environment()
        finished = run(self.asked.run, timeout, environment, self.settings.folder)
        if finished.code < 0:
            raise Unanswered(f"{self.asked.run[0]} was killed by signal {-finished.code}")
        if finished.code in self.asked.unanswered:
            raise Unanswered(f"{self.asked.run[0]} ended with {finished.code}: it could not ask")
        fields: dict[str, Json] = {"exit": finished.code, "seconds": finished.seconds}
        value = self._look_into(finished, fields)
        fields["text"] = without(finished.output.strip(), secrets).decode(errors="replace")
        seen = finished.output + (b"\n[errors]\n" + finished.errors if finished.errors else b"")
        return Reading(value, fields, without(seen, secrets))

    def judge(self, reading: Reading) -> Judgement:
        """Judge the exit code, then what was printed; the first that is bad is the reason."""
        fields = reading.fields
        wanted = self.good.exit if isinstance(self.good.exit, list) else [self.good.exit]
        if fields["exit"] not in wanted:
            return Judgement(good=False, why=f"exit {fields['exit']}, wanted {' or '.join(map(str, wanted))}")
        if fields.get("contains") is False:
            return Judgement(good=False, why=f"it did not print {self.good.contains!r}")
        if fields.get("json"):
            return Judgement(good=False, why=fields["json"])
        if fields["cut"] and self._needs_all(fields):
            raise Unanswered("it printed too much to judge")
        if self.good.compares:
            return judge(self.good, "it printed", reading.value, text=fields["text"])
        return Judgement(good=True, why=f"exit {fields['exit']} in {fields['seconds']:.3f} s")

    def _look_into(self, finished: Finished, fields: dict[str, Json]) -> Json:
        """Note what `good:` asks for; return the number that was printed, if it was one."""
        fields["cut"] = finished.cut
        if self.good.contains is not None:
            here = self.good.contains.encode() in finished.output
            fields["contains"] = None if finished.cut and not here else here
        if self.good.json_ is not None and not finished.cut:
            fields["json"] = _differs(self.good.json_, finished.output)
        return number(finished.output.decode(errors="replace").strip())

    def _needs_all(self, fields: Mapping[str, Json]) -> bool:
        return self.good.compares or self.good.json_ is not None or fields.get("contains", True) is None

    def _environment(self) -> tuple[Mapping[str, str], list[str]]:
        given = self.settings.environment
        try:
            secrets = {name: value.reveal() for name, value in given.items() if isinstance(value, Secret)}
        except MissingSecret as missing:
            raise Unanswered(str(missing)) from None
        plain = {name: value for name, value in given.items() if isinstance(value, str)}
        ours = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {"LC_ALL": "C.UTF-8", **ours, **plain, **secrets}, list(secrets.values())


def number(text: str) -> int | float | None:
    """The one number a text is, `nan` and `inf` too; None: it is no number."""
    if re.fullmatch(r"-?[0-9]{1,30}", text):
        return int(text)
    return float(text) if re.fullmatch(_NUMBER, text, re.IGNORECASE) else None


def _differs(wanted: Json, printed: bytes) -> str | None:
    try:
        return subset.difference(wanted, subset.parse(printed))
    except ValueError:
        return "what it printed is no JSON"


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> CommandOutput:
    target, asked = Settings.model_validate(settings), Parameters.model_validate(parameters)
    if asked.run[0] not in target.allow:
        raise SignalError(f"{asked.run[0]} may not be run: write it into the `allow:` list of the command target")
    return CommandOutput(target, asked, Good.model_validate(good))


KIND = ProbeKind(
    name="command",
    summary="Runs a program without a shell and looks at its exit code and what it prints.",
    target="command",
    settings=Settings,
    parameters=Parameters,
    good=Good,
    make=_make,
    example="{probe: command, with: {run: [/opt/shop/duplicates, --count]}, good: {equals: 0}}",
)
