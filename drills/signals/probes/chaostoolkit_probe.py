"""`chaostoolkit.probe`: the result of an extension's function, from a process of its own. Raising says nothing."""

import json
from dataclasses import dataclass

from pydantic import BaseModel

from drills.signals.contract import Json, Judgement, ProbeKind, Reading, Unanswered
from drills.signals.evidence import bounded
from drills.signals.good import Compared, judge
from injectors.chaostoolkit.extension import Call, Settings, call
from injectors.contract import InjectorError


class Parameters(Call):
    """Which function; it must only look."""


@dataclass(frozen=True, slots=True)
class ExtensionProbe:
    """One call."""

    settings: Settings
    asked: Parameters
    good: Compared

    def read(self, timeout: float) -> Reading:
        try:
            (result,) = call(self.settings, [self.asked], timeout)
        except InjectorError as wrong:
            raise Unanswered(str(wrong)) from None
        scalar: Json = result if isinstance(result, bool | int | float | str) else None
        return Reading(scalar, {}, bounded(json.dumps(result).encode()), "application/json")

    def judge(self, reading: Reading) -> Judgement:
        if isinstance(reading.value, str):
            return judge(self.good, "its result", None, text=reading.value)
        return judge(self.good, "its result", reading.value)


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> ExtensionProbe:
    return ExtensionProbe(
        Settings.model_validate(settings), Parameters.model_validate(parameters), Compared.model_validate(good)
    )


KIND = ProbeKind(
    name="chaostoolkit.probe",
    summary="Looks at the result of a function of an installed Chaos Toolkit extension.",
    target="chaostoolkit",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: chaostoolkit.probe, with: {module: chaosshop.probes, func: pools_open}, good: {at_least: 1}}",
)
