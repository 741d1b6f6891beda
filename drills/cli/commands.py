"""Every command and its line in `gameday --help`; `some-name` lives in `drills/cli/some_name_command.py`."""

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "init": "Write a working workspace with a first scenario and runbook.",
    "check": "Find every problem in scenario files, as file:line:column.",
    "schema": "Print the JSON Schema: editors complete and check with it.",
    "plan": "Show what a drill would do, every default too; touches nothing.",
    "run": "Run a drill or a game day, live.",
    "start": "Start a fault, message or part that waits with `when: by hand`.",
    "status": "Show what is on right now, and what was left open.",
    "join": "Come into the room of the drill that runs, in a role.",
    "leave": "Leave the room.",
    "mark": "Say what you see, guess, decide or do while a drill runs.",
    "picture": "The shared picture: set it, show it, share it or say why not.",
    "severity": "Say how bad it is now, and why.",
    "declare": "Declare an incident, contained, recovered, or standing down.",
    "step": "Say how a step of a runbook went.",
    "room": "What responders may see: briefing, people, picture, messages.",
    "runbook": "Show a runbook, step by step.",
    "stop": "Press STOP: revert all of a drill; no start until cleared.",
    "lever": "The safety lever: stop every drill here and let none start.",
    "revert": "Revert what a dead drill left behind, from the undo logs alone.",
    "sweep": "Look on every target for anything of ours past its end.",
    "score": "Show or export the scorecard of a drill.",
    "report": "Write one page about a drill: HTML, Markdown or JSON.",
    "log": "Show the timeline of a drill.",
    "verify": "Check that nothing on a timeline was changed afterwards.",
    "export": "Write everything about drills as JSON Lines.",
    "injectors": "List the faults there are, with parameters, consent and revert.",
    "probes": "List the probes and alert sources there are.",
    "demo": "Run the five core drills on a small shop of real processes.",
}
