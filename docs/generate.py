"""Writes the reference pages from the code: `make docs`. What is wrong in a page is wrong in the code."""

import ast
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel
from typer.testing import CliRunner

from drills.cli import commands
from drills.cli.commands import COMMANDS
from drills.cli.exits import Exit
from drills.cli.kind_view import key_rows
from drills.signals import registry as signals
from injectors import registry as injectors
from scoring.measures import MEASURES

HERE = Path(__file__).parent
MADE = "<!-- Written by `make docs` from the code; change the code, not this page. -->"
WIDTH = 100
DETAIL = {"lever": ("engage", "release", "show")}
"""Commands that have commands of their own."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [
        head,
        ["---"] * len(head),
        *([cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def keys(title: str, model: type[BaseModel]) -> str:
    """The keys of a map, or nothing when there are none."""
    rows = [(f"`{name}`", value, default, what) for name, value, default, what in key_rows(model)]
    return f"{title}\n\n{table(('key', 'value', 'default', 'what it is'), rows)}\n\n" if rows else ""


def example(lines: str) -> str:
    """A block of YAML."""
    return f"```yaml\n{lines.strip()}\n```\n\n" if lines else ""


def page(title: str, text: str, parts: Iterable[str]) -> str:
    """A whole page."""
    return f"{MADE}\n\n# {title}\n\n{text.strip()}\n\n" + "\n".join(part.rstrip() + "\n" for part in parts)


def injector_page() -> str:
    """Every fault."""
    kinds = [injectors.kind(name) for name in injectors.BUILT_IN]
    rows = [(f"[`{each.name}`](#{each.name.replace('.', '')})", each.target or "none", each.summary) for each in kinds]
    parts = [table(("injector", "target", "what it does"), rows) + "\n"]
    for each in kinds:
        lasts = "Holds until it is reverted: needs a `duration`." if each.holds else "Happens once: no `duration`."
        about = f"## {each.name}\n\n{each.summary} {lasts}\n\n"
        about += f"- **Consent:** {each.consent}\n- **Reverted by:** {each.reverted_by}\n\n"
        about += keys("Under `with:` in a scenario:", each.parameters)
        about += example(f"inject: {each.name}\nwith: {each.example}" if each.example else "")
        parts.append(about)
    parts += _target_settings({each.target: each.settings for each in kinds if each.target})
    text = """
What `inject:` accepts. `gameday injectors NAME` shows the same. How to add one: [CONTRIBUTING](../CONTRIBUTING.md).
An injector is refused without consent of the target, on top of the environment being listed in `gameday.yaml`.
"""
    return page("Injectors", text, parts)


def _target_settings(settings: Mapping[str, type[BaseModel]]) -> Iterable[str]:
    yield "## Targets\n\nWhat stands under a target's `with:` in `gameday.yaml`.\n"
    for name, model in sorted(settings.items()):
        yield f"### Target kind {name}\n\n{keys('', model).strip() or 'No keys.'}\n"


def probe_page() -> str:
    """Every probe and every alert source."""
    kinds = [signals.probe_kind(name) for name in signals.PROBES]
    rows = [(f"[`{each.name}`](#{each.name.replace('.', '')})", each.target or "none", each.summary) for each in kinds]
    parts = [table(("probe", "target", "what it sees"), rows) + "\n"]
    for each in kinds:
        about = f"## {each.name}\n\n{each.summary}\n\n"
        about += keys("Under `with:` of the probe:", each.parameters)
        about += keys("Under `good:`:", each.good)
        parts.append(about + example(each.example))
    sources = [signals.source_kind(name) for name in signals.SOURCES]
    parts += _target_settings({each.target: each.settings for each in kinds if each.target})
    parts.append("## Alert sources\n\nA target of one of these kinds makes every drill listen to it.\n")
    for source in sources:
        about = f"### Alert source {source.name}\n\n{source.summary}\n\n"
        parts.append(about + keys("Under `with:` of the target:", source.settings) + example(source.example))
    text = """
What `probe:` accepts, and where alerts come from. `gameday probes NAME` shows the same.
A probe says what it saw; `good:` says which side is good. No answer from the instrument is *unknown*, never good.
"""
    return page("Probes and alert sources", text, parts)


def command_page() -> str:
    """Every command's own help."""
    runner, app = CliRunner(), commands()

    def shown(*words: str) -> str:
        made = runner.invoke(app, [*words, "--help"], prog_name="gameday", terminal_width=WIDTH, catch_exceptions=False)
        lines = "\n".join(line.rstrip() for line in made.output.strip().splitlines())
        return f"```text\n{lines}\n```\n"

    rows = [(f"[`gameday {name}`](#gameday-{name})", line) for name, line in COMMANDS.items()]
    parts = [table(("command", "what it does"), rows) + "\n"]
    for name in COMMANDS:
        parts.append(f"## gameday {name}\n\n{shown(name)}")
        parts += [f"{shown(name, each)}" for each in DETAIL.get(name, ())]
    return page("Commands", "Exit codes: [exit-codes.md](exit-codes.md).", parts)


def exit_code_page() -> str:
    """Every exit code with the sentence in `drills/cli/exits.py`."""
    source = ast.parse(Path(sys.modules[Exit.__module__].__file__ or "").read_text())
    body = next(node.body for node in source.body if isinstance(node, ast.ClassDef))
    rows = []
    for member, said in pairwise(body):
        if isinstance(member, ast.Assign) and isinstance(said, ast.Expr) and isinstance(member.targets[0], ast.Name):
            name = member.targets[0].id
            rows.append((f"**{Exit[name].value}**", name.lower().replace("_", " "), str(ast.literal_eval(said.value))))
    text = """
For scripts and CI. A drill's **outcome** (completed, stopped, refused, void, stuck) is kept apart from the **verdict**
on each expectation; the code is the worst of both, so `0` means that all was reverted *and* all was met.
"""
    after = """
A command that cannot be understood (an unknown option) ends with 2 as well. In CI, treat 3 as an alarm of its own: run
`gameday status`, then `gameday revert --all`.
"""
    return page("Exit codes", text, [table(("code", "name", "meaning"), rows), after])


def measure_page() -> str:
    """Every measure with the sentence of its function."""
    rows = []
    for each in MEASURES:
        said = (each.find.__doc__ or "").strip().split("\n")[0]
        rows.append((f"`{each.name}`", each.label, said, "only when asked for" if each.only_judged else "always"))
    text = """
The rows of a scorecard. Each is *known* (a number, or an interval where it is known only between two looks), *missed*
(it had not happened by a known time), or *unknown* (with the reason). A limit under `expect:` makes it an expectation.
"""
    return page("Measures", text, [table(("name", "row", "what it is", "shown"), rows)])


PAGES: Mapping[str, Callable[[], str]] = {
    "injectors.md": injector_page,
    "probes.md": probe_page,
    "commands.md": command_page,
    "exit-codes.md": exit_code_page,
    "measures.md": measure_page,
}


def main() -> None:
    """Write what changed."""
    for name, make in PAGES.items():
        path, text = HERE / name, make()
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
