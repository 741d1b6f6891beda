"""`chaostoolkit.action`: a function of an extension bends something, and the functions named in `revert` bend it back.

What an extension does nobody here can know: whether it is in force is what `look` says, or else that it was called.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from injectors import writes
from injectors.chaostoolkit import checkup
from injectors.chaostoolkit.extension import Call, Settings, call, must_load
from injectors.contract import Change, Json, Kind, Refused, State, Undo
from injectors.values import rebuild

SPARE = 5.0
"""Seconds for everything else in one call of a fault."""


class Look(Call):
    """A function that only looks, and its result while the fault is in force."""

    equals: bool | int | float | str


class Parameters(Call):
    """What is called, and the way back."""

    revert: Annotated[tuple[Call, ...], Field(max_length=10)] = Field(
        default=(), description="The way back, in order; each must do no harm when it is called twice."
    )
    look: Look | None = Field(
        default=None, description="How to see that it is in force; none: it is once the function has returned."
    )

    @model_validator(mode="after")
    def _has_a_way_back(self) -> Self:
        if not self.revert:
            raise ValueError(
                "nobody knows the way back from an extension's function: "
                "write `revert: [{module: ..., func: ..., arguments: {...}}]`"
            )
        return self


@dataclass(frozen=True, slots=True)
class Action:
    """One call and its way back. A mark in the drill's vault says how far it came, as the undo log cannot."""

    change: Change
    settings: Settings
    asked: Parameters

    @property
    def owner(self) -> str:
        return f"chaostoolkit {self.asked.name} {json.dumps(self.asked.arguments, sort_keys=True)}"

    @property
    def call_limit(self) -> float:
        return 2 * self.settings.timeout + SPARE

    def prepare(self) -> Undo:
        if self.asked.name not in self.change.consent:
            listed = ", ".join([*self.change.consent, self.asked.name])
            raise Refused(
                f"{self.asked.name} has given no consent: write `consent: [{listed}]` into its target in gameday.yaml"
            )
        if not self.change.vault:
            raise Refused("chaostoolkit.action needs the drill's vault for its mark")
        look = [self.asked.look] if self.asked.look else []
        must_load(self.settings, [self.asked, *self.asked.revert, *look])
        if self._seen():
            raise Refused(f"{self.asked.look and self.asked.look.name} says that it is in force already: end it first")
        return Undo(self.change.kind, 1, {"vault": self.change.vault})

    def inject(self, undo: Undo) -> None:
        mark = self._mark(undo)
        if _held(mark) == "done":
            self._seen()  # it raises when nobody can say
            return
        writes.made()
        _write(mark, "begun")
        call(self.settings, [self.asked])
        _write(mark, "done")

    def revert(self, undo: Undo) -> None:
        mark = self._mark(undo)
        # Without the vault nobody knows whether it ran: too often reverted is better than never.
        if mark.parent.is_dir() and not _held(mark):
            return
        writes.made()
        call(self.settings, self.asked.revert)
        if mark.parent.is_dir():
            _write(mark, "")

    def inspect(self, undo: Undo) -> State:
        if self.asked.look:
            return State.ACTIVE if self._seen() else State.CLEAR
        held = _held(self._mark(undo))
        return {"": State.CLEAR, "done": State.ACTIVE}.get(held, State.MIXED)

    def _seen(self) -> bool:
        look = self.asked.look
        return look is not None and call(self.settings, [look])[0] == look.equals

    def _mark(self, undo: Undo) -> Path:
        return Path(undo.of_version(1)["vault"], f"chaostoolkit-{self.change.id}")


def _held(mark: Path) -> str:
    try:
        return mark.read_text()
    except FileNotFoundError:
        return ""


def _write(mark: Path, word: str) -> None:
    """Durable before anything goes on, and never half there: it is what a guard reads after a crash."""
    fresh = mark.with_name(f"{mark.name}.new")
    with fresh.open("w") as file:
        file.write(word)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(mark)
    folder = os.open(mark.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The function's name, which its target's `consent:` list must hold."""
    rebuild(Settings, settings)
    return [rebuild(Parameters, parameters).name]


def make(change: Change) -> Action:
    """Rebuild it from the change."""
    return Action(change, rebuild(Settings, change.target), rebuild(Parameters, change.parameters))


KIND = Kind(
    name="chaostoolkit.action",
    summary="Calls a function of an installed Chaos Toolkit extension, in a process of its own.",
    target="chaostoolkit",
    settings=Settings,
    parameters=Parameters,
    consent="the function's name, `module.func`, stands in the `consent:` list of its target in gameday.yaml",
    reverted_by="the functions named under `revert:` are called, in order; nothing else is known of what was changed",
    subjects=subjects,
    make=make,
    example=(
        "module: chaosshop.actions\nfunc: close_pool\narguments: {pool: orders}\n"
        "revert: [{module: chaosshop.actions, func: open_pool, arguments: {pool: orders}}]"
    ),
    checkup=checkup,
)
