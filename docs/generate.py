"""Writes the reference pages from the code: `make docs`. What is wrong in a page is wrong in the code.

With --check it writes nothing, and ends with 1 when a page is not what the code says now.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from file_keys import keys_page, limits_page
from from_source import Error, classes, errors
from markdown import block, link, page, table
from pydantic import BaseModel
from typer.testing import CliRunner

from drills.cli import commands
from drills.cli.commands import COMMANDS
from drills.cli.exits import Exit
from drills.cli.kind_view import key_rows
from drills.cli.mark_command import TYPES
from drills.runbooks.checking import EVERY_RULE
from drills.signals import registry as signals
from drills.signals.contract import ProbeKind, SourceKind
from injectors import registry as injectors
from injectors.contract import Kind
from scoring.measures import MEASURES

REFERENCE = Path(__file__).parent / "reference"
WIDTH = 100
DETAIL = {
    "lever": ("engage", "release", "show"),
    "mark": tuple(TYPES),
    "picture": ("set", "show", "ack", "disagree"),
    "runbook": ("check", "show"),
}
"""Commands that have commands of their own."""
FAMILIES = {
    "ScenarioError": "What is wrong with a file, all of it at once.",
    "InjectorError": "From `injectors`: what an injector says.",
    "SignalError": "From `drills.signals`: probes and alert sources.",
    "GuardError": "From `drills.guard`: undo log, guards, leases.",
    "DrillError": "From `drills.engine`: a drill that cannot be run.",
    "StoreError": "From `drills.store`: timelines and evidence.",
    "RoomError": "From `drills.room`: what people enter while a drill runs.",
    "RunbookError": "From `drills.runbooks`: a page that cannot be read.",
}


def keys(title: str, model: type[BaseModel]) -> str:
    """The keys of a map, or nothing when there are none."""
    rows = [(f"`{name}`", value, default, what) for name, value, default, what in key_rows(model)]
    return f"{title}\n\n{table(('key', 'value', 'default', 'what it is'), rows)}" if rows else ""


def injector_page() -> str:
    """Every fault."""
    kinds = [injectors.kind(name) for name in sorted(injectors.BUILT_IN)]
    rows = [(link(each.name), each.target or "none", each.summary) for each in kinds]
    parts = [table(("injector", "target", "what it does"), rows)]
    parts += [part for each in kinds for part in _injector(each)]
    parts += _targets({each.target: each.settings for each in kinds if each.target})
    text = """
What `inject:` accepts. `gameday injectors NAME` shows the same. How to add one: [CONTRIBUTING](../../CONTRIBUTING.md).
A fault needs two keys: the environment is listed in `gameday.yaml`, and the target [consents](../how-to/consent.md).
"""
    return page("Injectors", text, parts)


def _injector(kind: Kind) -> Iterator[str]:
    lasts = "Holds until it is reverted: needs a `duration`." if kind.holds else "Happens once: has no `duration`."
    yield f"## {kind.name}\n\n{kind.summary} {lasts}"
    yield f"- **Consent:** {kind.consent}\n- **Reverted by:** {kind.reverted_by}" + (
        "" if kind.reversible else "\n- **Cannot be reverted:** it needs a typed confirmation of its own"
    )
    yield keys("Under `with:` in a scenario:", kind.parameters)
    yield block(f"inject: {kind.name}" + ("" if kind.example == "{}" else f"\nwith: {kind.example}"), "yaml")


def _targets(settings: Mapping[str, type[BaseModel]]) -> Iterator[str]:
    yield "## Kinds of targets\n\nWhat stands under a target's `with:` in `gameday.yaml`."
    for name, model in sorted(settings.items()):
        yield f"### {name} (target)"
        yield keys("", model) or "No keys."


def probe_page() -> str:
    """Every probe and every alert source."""
    kinds = [signals.probe_kind(name) for name in sorted(signals.PROBES)]
    sources = [signals.source_kind(name) for name in sorted(signals.SOURCES)]
    rows = [(link(each.name), _target(each), each.summary) for each in kinds]
    parts = [table(("probe", "target", "what it sees"), rows)]
    parts.append(table(("alert source", "what it hears"), [(link(each.name), each.summary) for each in sources]))
    parts += [part for each in kinds for part in _probe(each)]
    parts.append("## Alert sources\n\nEvery drill in the environment of such a target listens to it.")
    parts += [part for each in sources for part in _source(each)]
    parts += _targets({each.target: each.settings for each in kinds if each.target})
    text = """
What `probe:` accepts, and where alerts come from. `gameday probes NAME` shows the same.
A probe says what it saw; `good:` says which side is good. No answer from the instrument is *unanswered*, never good.
"""
    return page("Probes and alert sources", text, parts)


def _target(kind: ProbeKind) -> str:
    return (kind.target or "none") + (", may be left out" if kind.target_optional else "")


def _probe(kind: ProbeKind) -> Iterator[str]:
    yield f"## {kind.name}\n\n{kind.summary}"
    yield keys("Under `with:` of the probe:", kind.parameters)
    yield keys("Under `good:`:", kind.good)
    yield block(kind.example, "yaml")


def _source(kind: SourceKind) -> Iterator[str]:
    yield f"### {kind.name}\n\n{kind.summary}"
    yield keys("Under `with:` of the target:", kind.settings)
    yield block(kind.example, "yaml")


def command_page() -> str:
    """Every command's own help."""
    runner, app = CliRunner(), commands()

    def shown(*words: str) -> str:
        made = runner.invoke(app, [*words, "--help"], prog_name="gameday", terminal_width=WIDTH, catch_exceptions=False)
        return block("\n".join(line.rstrip() for line in made.output.splitlines()), "text")

    rows = [(link(f"gameday {name}"), line) for name, line in COMMANDS.items()]
    parts = [table(("command", "what it does"), rows)]
    for name in COMMANDS:
        parts += [f"## gameday {name}", shown(name), *(shown(name, each) for each in DETAIL.get(name, ()))]
    return page("Commands", "What each ends with: [exit codes](exit-codes.md).", parts)


def exit_code_page() -> str:
    """Every exit code with the sentence below it in the code."""
    said = next(each.said for each in classes("drills/cli/exits.py"))
    rows = [(f"**{code.value}**", code.name.lower().replace("_", " "), said[code.name]) for code in Exit]
    text = """
For scripts and CI. A drill's **outcome** (completed, stopped, refused, void, stuck) is kept apart from the **verdict**
on each expectation; the code is the worst of both, so 0 means that all was reverted *and* all was met.
"""
    after = """
A command line that cannot be understood ends with 2 as well. In CI, treat 3 as an alarm of its own:
[when a fault is stuck](../how-to/stuck.md).
"""
    return page("Exit codes", text, [table(("code", "name", "meaning"), rows), after])


SHOWN: Mapping[str, str] = {
    "always": "always",
    "judged": "when asked for",
    "asked": "when the scenario asks it of people",
    "people": "when asked for, or people took part",
    "present": "when people took part",
}


def measure_page() -> str:
    """Every measure with the sentence of its function."""
    rows = []
    for each in MEASURES:
        said = (each.find.__doc__ or "").strip().split("\n")[0]
        rows.append((f"`{each.name}`", each.label, said, SHOWN[each.shown]))
    text = """
The rows of a scorecard. Each is *known* (a number, or an interval where it is known only between two looks), *missed*
(it had not come by a known time), or *unknown* (with the reason). A limit under `expect:` makes it an expectation.
How to add one: [CONTRIBUTING](../../CONTRIBUTING.md).
"""
    return page("Measures", text, [table(("name", "row", "what it is", "shown"), rows)])


def runbook_rule_page() -> str:
    """Every rule of `gameday runbook check`."""
    rows = [(link(each.id), each.severity, each.says) for each in EVERY_RULE]
    parts = [table(("rule", "severity", "what is wrong"), rows)]
    for each in EVERY_RULE:
        said = f"- **Why:** {each.why}\n- **Source:** {each.source}\n- **Mend it:** {each.mend}"
        parts.append(f"## {each.id}\n\n{each.says[0].upper()}{each.says[1:]}. Severity: {each.severity}.\n\n{said}")
    text = """
What `gameday runbook check` looks for. Under `runbook_check.rules` in `gameday.yaml` each may be made an `error`, a
`warning`, a `notice`, or be switched `off`. How to use it: [check runbooks](../how-to/check-runbooks.md).
"""
    return page("Rules for runbooks", text, parts)


def error_page() -> str:
    """Every public error, by family."""
    found = errors()
    parts = []
    for family, words in FAMILIES.items():
        parts += [f"## {family}\n\n{words}", _errors(each for each in found if each.family == family)]
    parts += ["## Others", _errors(each for each in found if each.family not in FAMILIES)]
    text = """
One family for each room; the rooms do not know each other, so there is no shared root. Every error says what, where,
and what to type instead, and none repeats a secret or a word of a scenario's `answer`. A command that ends with one
prints it as `error: ...` and exits with 2.
"""
    return page("Errors", text, parts)


def _errors(listed: Iterable[Error]) -> str:
    rows = [(f"`{each.name}`", f"`{each.module}`", each.docstring) for each in listed]
    return table(("error", "where", "what it says"), rows)


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": command_page,
    "exit-codes.md": exit_code_page,
    "injectors.md": injector_page,
    "probes.md": probe_page,
    "measures.md": measure_page,
    "file-keys.md": keys_page,
    "limits.md": limits_page,
    "runbook-rules.md": runbook_rule_page,
    "errors.md": error_page,
}


def main(*, write: bool) -> int:
    """Write what changed, or say it."""
    changed = 0
    for name, make in PAGES.items():
        path, text = REFERENCE / name, make()
        if path.exists() and path.read_text() == text:
            continue
        changed += 1
        print(f"docs/reference/{name} {'was written' if write else 'is not what the code says now: run: make docs'}")
        if write:
            path.write_text(text)
    return 0 if write else min(changed, 1)


if __name__ == "__main__":
    sys.exit(main(write="--check" not in sys.argv[1:]))
