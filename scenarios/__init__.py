"""WHAT will be done: text in; a frozen scenario, or every problem with its line, out. No clock, network or injector."""

from scenarios.game_day import GameDay, Part
from scenarios.limits import LIMITS
from scenarios.loading import FILE_NAME, find_workspace, load, load_workspace, read
from scenarios.problems import Problem, ScenarioError
from scenarios.scenario import FaultUse, ForResponders, ProbeUse, Scenario
from scenarios.values import Select, When
from scenarios.workspace import Workspace

__all__ = [
    "FILE_NAME",
    "LIMITS",
    "FaultUse",
    "ForResponders",
    "GameDay",
    "Part",
    "ProbeUse",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Select",
    "When",
    "Workspace",
    "find_workspace",
    "load",
    "load_workspace",
    "read",
]
