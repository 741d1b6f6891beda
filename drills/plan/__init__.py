"""Joins a scenario, its workspace and the kinds that are installed into what will happen. Changes nothing anywhere."""

from drills.plan.catalog import scenario_files
from drills.plan.checking import check, check_file, check_workspace
from drills.plan.making import make
from drills.plan.planned import Plan, PlannedFault, PlannedProbe

__all__ = [
    "Plan",
    "PlannedFault",
    "PlannedProbe",
    "check",
    "check_file",
    "check_workspace",
    "make",
    "scenario_files",
]
