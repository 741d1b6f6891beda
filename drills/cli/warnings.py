"""What every command says first when an earlier drill left something behind. Reverts nothing by itself."""

import sys
from pathlib import Path

from drills.guard.take_over import open_drills


def say_what_is_left(workspace: Path) -> bool:
    """Print each dead drill that left a fault open, with the command that mends it; True when there is one."""
    left = open_drills(workspace)
    for each in left:
        for change, why in each.open.items():
            print(f"WARNING: drill {each.drill} died and left {change} open ({why})", file=sys.stderr)
        for damage in each.damage:
            print(f"WARNING: the undo log of drill {each.drill} is damaged: {damage}", file=sys.stderr)
    if left:
        print("WARNING: revert it with: gameday revert --all", file=sys.stderr)
    return bool(left)
