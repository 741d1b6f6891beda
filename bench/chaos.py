"""Chaos Toolkit, the peer: an experiment of so many actions that do nothing, run as its users run it."""

import json
from pathlib import Path

from places import CHAOS, Place


def experiment(place: Place, actions: int) -> Path:
    """Write an experiment of so many no-op actions."""
    (place.folder / "does_nothing.py").write_text("def act():\n    return True\n")
    provider = {"type": "python", "module": "does_nothing", "func": "act"}
    method = [{"type": "action", "name": f"act-{number}", "provider": provider} for number in range(actions)]
    path = place.folder / f"experiment-{actions}.json"
    path.write_text(json.dumps({"title": "nothing", "description": "nothing", "method": method}))
    return path


def run(place: Place, written: Path) -> float:
    """Seconds of a whole run; without the look for a newer version, which asks the network."""
    return place.run(CHAOS, "--no-version-check", "run", "--journal-path", place.folder / "journal.json", written)
